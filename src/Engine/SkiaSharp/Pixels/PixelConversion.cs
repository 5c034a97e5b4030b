using System.Buffers;
using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>
/// Moves pixels between layouts and alpha meanings. All conversions go by way of 32-bit words whose bytes are
/// red, green, blue, alpha.
/// </summary>
static unsafe class PixelConversion
{
    /// <summary>Copies where the sizes are equal; converts as it goes.</summary>
    public static void Copy(PixelView from, PixelView to)
    {
        var plain = from.Info.ColorType == to.Info.ColorType && (from.Info.AlphaType == to.Info.AlphaType || to.Info.IsOpaque);
        var words = plain ? [] : ArrayPool<uint>.Shared.Rent(from.Info.Width);
        var row = words.AsSpan(0, plain ? 0 : from.Info.Width);
        for (var y = 0; y < from.Info.Height; y++)
        {
            if (plain)
            {
                from.Row(y).CopyTo(to.Row(y));
                continue;
            }
            Load(from.Row(y), from.Info, row);
            ChangeAlpha(row, from.Info, to.Info);
            Store(row, to.Row(y), to.Info.ColorType);
        }
        if (!plain)
            ArrayPool<uint>.Shared.Return(words);
    }

    static bool KeepsAlpha(SKImageInfo from, SKImageInfo to) =>
        from.AlphaType == to.AlphaType || from.IsOpaque || to.IsOpaque || from.BytesPerPixel == 1;

    /// <summary>Reads a row as RGBA words; what is opaque gets alpha 255, whatever its bytes say.</summary>
    public static void Load(ReadOnlySpan<byte> bytes, SKImageInfo info, Span<uint> words)
    {
        switch (info.ColorType)
        {
            case SKColorType.Rgba8888:
                MemoryMarshal.Cast<byte, uint>(bytes).CopyTo(words);
                break;
            case SKColorType.Rgb888x:
                MemoryMarshal.Cast<byte, uint>(bytes).CopyTo(words);
                break;
            case SKColorType.Bgra8888:
                SwapRedBlue(MemoryMarshal.Cast<byte, uint>(bytes), words);
                break;
            case SKColorType.Gray8:
                for (var i = 0; i < words.Length; i++)
                    words[i] = 0xFF000000 | bytes[i] * 0x010101u;
                return;
            case SKColorType.Alpha8:
                for (var i = 0; i < words.Length; i++)
                    words[i] = (uint)bytes[i] << 24;
                return;
        }
        if (info.IsOpaque || info.ColorType == SKColorType.Rgb888x)
        {
            foreach (ref var word in words)
                word |= 0xFF000000;
        }
    }

    public static void Store(ReadOnlySpan<uint> words, Span<byte> bytes, SKColorType colorType)
    {
        switch (colorType)
        {
            case SKColorType.Rgba8888:
                words.CopyTo(MemoryMarshal.Cast<byte, uint>(bytes));
                break;
            case SKColorType.Rgb888x:
                var target = MemoryMarshal.Cast<byte, uint>(bytes);
                for (var i = 0; i < words.Length; i++)
                    target[i] = words[i] | 0xFF000000;
                break;
            case SKColorType.Bgra8888:
                SwapRedBlue(words, MemoryMarshal.Cast<byte, uint>(bytes));
                break;
            case SKColorType.Gray8:
                for (var i = 0; i < words.Length; i++)
                    bytes[i] = Luminance(words[i]);
                break;
            case SKColorType.Alpha8:
                for (var i = 0; i < words.Length; i++)
                    bytes[i] = (byte)(words[i] >> 24);
                break;
        }
    }

    // The weights of Rec. 709, rounded.
    static byte Luminance(uint word) =>
        (byte)(((word & 255) * 2126 + ((word >> 8) & 255) * 7152 + ((word >> 16) & 255) * 722 + 5000) / 10000);

    public static void SwapRedBlue(ReadOnlySpan<uint> from, Span<uint> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            var word = from[i];
            to[i] = (word & 0xFF00FF00) | ((word & 0xFF) << 16) | ((word >> 16) & 0xFF);
        }
    }

    public static void ChangeAlpha(Span<uint> words, SKImageInfo from, SKImageInfo to)
    {
        if (KeepsAlpha(from, to))
            return;
        if (to.AlphaType == SKAlphaType.Premul)
            Premultiply(words);
        else if (to.AlphaType == SKAlphaType.Unpremul)
            Unpremultiply(words);
    }

    public static void Premultiply(Span<uint> words)
    {
        foreach (ref var word in words)
        {
            var alpha = word >> 24;
            if (alpha != 255)
                word = Pack(Scale(word & 255, alpha), Scale((word >> 8) & 255, alpha), Scale((word >> 16) & 255, alpha), alpha);
        }
    }

    public static void Unpremultiply(Span<uint> words)
    {
        foreach (ref var word in words)
        {
            var alpha = word >> 24;
            if (alpha == 0)
                word = 0;
            else if (alpha != 255)
                word = Pack(Unscale(word & 255, alpha), Unscale((word >> 8) & 255, alpha), Unscale((word >> 16) & 255, alpha), alpha);
        }
    }

    public static uint Scale(uint value, uint alpha) => (value * alpha + 127) / 255;

    static uint Unscale(uint value, uint alpha) => Math.Min(255, (value * 255 + alpha / 2) / alpha);

    static uint Pack(uint red, uint green, uint blue, uint alpha) => red | green << 8 | blue << 16 | alpha << 24;

    /// <summary>The word of a colour, unpremultiplied.</summary>
    public static uint Word(SKColor color) => Pack(color.Red, color.Green, color.Blue, color.Alpha);

    public static SKColor Color(uint word) => new((byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24));

    /// <summary>Packs a row as red, green, blue bytes; alpha is left out.</summary>
    public static void StoreRgb(ReadOnlySpan<uint> words, Span<byte> bytes)
    {
        for (var i = 0; i < words.Length; i++)
        {
            bytes[3 * i] = (byte)words[i];
            bytes[3 * i + 1] = (byte)(words[i] >> 8);
            bytes[3 * i + 2] = (byte)(words[i] >> 16);
        }
    }
}
