using System.Runtime.InteropServices;

namespace SkiaSharp;

public unsafe partial class SKBitmap
{
    public IntPtr GetPixels() => View.Address;

    public IntPtr GetPixels(out IntPtr length)
    {
        length = ByteCount;
        return GetPixels();
    }

    public IntPtr GetAddress(int x, int y)
    {
        RequirePixel(x, y);
        return (nint)View.At(x, y);
    }

    /// <summary>All pixels in memory order, rows <see cref="RowBytes"/> apart; valid until the bitmap is disposed.</summary>
    public Span<byte> GetPixelSpan() => View.Bytes;

    /// <summary>The pixels from (<paramref name="x"/>, <paramref name="y"/>) on.</summary>
    public Span<byte> GetPixelSpan(int x, int y)
    {
        RequirePixel(x, y);
        return View.Bytes[(int)((nint)View.At(x, y) - View.Address)..];
    }

    /// <summary>A copy of the pixels' bytes.</summary>
    public byte[] Bytes => GetPixelSpan().ToArray();

    /// <summary>Every pixel's unpremultiplied colour, row by row.</summary>
    public SKColor[] Pixels
    {
        get
        {
            var colors = new SKColor[checked(Width * Height)];
            using var plain = new SKBitmap(Width, Height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
            PixelConversion.Copy(View, plain.View);
            MemoryMarshal.Cast<byte, SKColor>(plain.GetPixelSpan()).CopyTo(colors);
            return colors;
        }
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != Width * Height)
                throw new ArgumentException($"{Width}x{Height} pixels need {Width * Height} colours, found {value.Length}.", nameof(value));
            using var plain = new SKBitmap(Width, Height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
            value.CopyTo(MemoryMarshal.Cast<byte, SKColor>(plain.GetPixelSpan()));
            PixelConversion.Copy(plain.View, View);
        }
    }

    /// <summary>A pixel's unpremultiplied colour.</summary>
    public SKColor GetPixel(int x, int y)
    {
        RequirePixel(x, y);
        uint word = 0;
        var one = new Span<uint>(ref word);
        PixelConversion.Load(new ReadOnlySpan<byte>(View.At(x, y), BytesPerPixel), Info, one);
        PixelConversion.ChangeAlpha(one, Info, Info.WithAlphaType(SKAlphaType.Unpremul));
        return PixelConversion.Color(word);
    }

    /// <summary>Replaces a pixel.</summary>
    public void SetPixel(int x, int y, SKColor color) => Erase(color, SKRectI.Create(x, y, 1, 1));

    /// <summary>Replaces every pixel.</summary>
    public void Erase(SKColor color) => Erase(color, Info.Rect);

    /// <summary>Replaces the pixels inside <paramref name="rect"/>.</summary>
    public void Erase(SKColor color, SKRectI rect)
    {
        if (!IsNull)
            PixelFill.Erase(View, color, rect);
    }

    public bool CanCopyTo(SKColorType colorType) => !IsNull && new SKImageInfo(1, 1, colorType).BytesPerPixel > 0;

    public SKBitmap? Copy() => Copy(ColorType);

    /// <summary>A copy in another layout, or null where it cannot be had.</summary>
    public SKBitmap? Copy(SKColorType colorType)
    {
        var copy = new SKBitmap();
        if (CopyTo(copy, colorType))
            return copy;
        copy.Dispose();
        return null;
    }

    public bool CopyTo(SKBitmap destination) => CopyTo(destination, ColorType);

    /// <summary>Gives <paramref name="destination"/> new pixels, equal to these, in another layout.</summary>
    public bool CopyTo(SKBitmap destination, SKColorType colorType)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!CanCopyTo(colorType) || !destination.TryAllocPixels(Info.WithColorType(colorType)))
            return false;
        PixelConversion.Copy(View, destination.View);
        return true;
    }

    public SKBitmap? Resize(SKSizeI size, SKSamplingOptions sampling) => Resize(Info.WithSize(size), sampling);

    /// <summary>
    /// A copy of another size and layout, or null where it cannot be had. To shrink well, ask for a cubic or for linear with
    /// mipmaps.
    /// </summary>
    public SKBitmap? Resize(SKImageInfo info, SKSamplingOptions sampling)
    {
        var resized = new SKBitmap();
        if (resized.TryAllocPixels(info) && ScalePixels(resized, sampling))
            return resized;
        resized.Dispose();
        return null;
    }

    public bool ScalePixels(SKBitmap destination, SKSamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return Scale(destination.View, sampling);
    }

    public bool ScalePixels(SKPixmap destination, SKSamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return Scale(destination.View, sampling);
    }

    bool Scale(PixelView destination, SKSamplingOptions sampling)
    {
        if (!View.IsValid || !destination.IsValid)
            return false;
        Resampling.Scale(View, destination, sampling);
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>A view of the pixels, valid while the bitmap is; null where there are none.</summary>
    public SKPixmap? PeekPixels()
    {
        var pixmap = new SKPixmap();
        if (PeekPixels(pixmap))
            return pixmap;
        pixmap.Dispose();
        return null;
    }

    public bool PeekPixels(SKPixmap pixmap)
    {
        ArgumentNullException.ThrowIfNull(pixmap);
        if (IsNull)
            return false;
        pixmap.Look(View, this);
        return true;
    }

    void RequirePixel(int x, int y)
    {
        ThrowIfDisposed();
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height)
            throw new ArgumentOutOfRangeException(nameof(x), $"Pixel ({x}, {y}) lies outside a bitmap of {Width}x{Height}.");
    }
}
