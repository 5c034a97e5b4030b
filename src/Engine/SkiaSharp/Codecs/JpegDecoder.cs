using System.Runtime.InteropServices;
using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>JPEG by libjpeg-turbo, straight into the caller's memory.</summary>
sealed class JpegDecoder : PictureDecoder
{
    bool isCmyk;

    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    static ReadOnlySpan<byte> EndOfImage => [0xFF, 0xD9];

    public override SKEncodedImageFormat Format => SKEncodedImageFormat.Jpeg;

    public static JpegDecoder? TryOpen(EncodedBytes data, out SKCodecResult result)
    {
        int width = 0, height = 0, subsampling = 0, colorspace = 0;
        var status = TurboJpeg.tjDecompressHeader3(
            TurboJpeg.Decompressor, data.Address, (nuint)data.Length, ref width, ref height, ref subsampling, ref colorspace);
        if (status != 0)
            TurboJpeg.DropDecompressor();
        // An unusual subsampling fails here though it decodes, so what counts is what the header gave.
        result = SKCodecResult.InvalidInput;
        if (width <= 0 || height <= 0)
            return null;
        result = SKCodecResult.Success;
        var colorType = colorspace == TurboJpeg.ColorspaceGray ? SKColorType.Gray8 : SKImageInfo.PlatformColorType;
        return new JpegDecoder
        {
            Info = new SKImageInfo(width, height, colorType, SKAlphaType.Opaque),
            Origin = Exif.OriginOfJpeg(data.Span),
            isCmyk = colorspace is TurboJpeg.ColorspaceCmyk or TurboJpeg.ColorspaceYcck,
        };
    }

    public override SKSizeI ScaledSize(float scale)
    {
        var eighths = float.IsNaN(scale) ? 8 : (int)Math.Clamp(MathF.Round(scale * 8), 1, 8);
        return new SKSizeI((int)(((long)Info.Width * eighths + 7) / 8), (int)(((long)Info.Height * eighths + 7) / 8));
    }

    public override SKCodecResult Decode(EncodedBytes data, PixelView target)
    {
        var session = TurboJpeg.Decompressor;
        var format = isCmyk ? TurboJpeg.PixelCmyk : target.Info.ColorType switch
        {
            SKColorType.Gray8 => TurboJpeg.PixelGray,
            SKColorType.Bgra8888 => TurboJpeg.PixelBgra,
            _ => TurboJpeg.PixelRgba,
        };
        var status = TurboJpeg.tjDecompress2(
            session, data.Address, (nuint)data.Length,
            target.Address, target.Info.Width, target.RowBytes, target.Info.Height, format, TurboJpeg.FlagLimitScans);
        var result = status == 0 ? SKCodecResult.Success : Failure(session, data.Span);
        if (isCmyk)
            InkToColor(target);
        return result;
    }

    // A warning means that pixels were made up. As Skia, only missing data counts as a fault.
    static SKCodecResult Failure(TurboJpeg.Session session, ReadOnlySpan<byte> data)
    {
        if (TurboJpeg.tjGetErrorCode(session) != TurboJpeg.ErrorWarning)
        {
            TurboJpeg.DropDecompressor();
            return SKCodecResult.ErrorInInput;
        }
        var cutShort = TurboJpeg.ErrorText(session).Contains("premature end", StringComparison.OrdinalIgnoreCase);
        return cutShort || data.LastIndexOf(EndOfImage) < 0 ? SKCodecResult.IncompleteInput : SKCodecResult.Success;
    }

    // Adobe's files, the only CMYK ones about, hold inks inverted: 255 is none.
    static void InkToColor(PixelView target)
    {
        for (var y = 0; y < target.Info.Height; y++)
        {
            var row = MemoryMarshal.Cast<byte, uint>(target.Row(y));
            foreach (ref var word in row)
            {
                var black = word >> 24;
                word = PixelConversion.Scale(word & 255, black) | PixelConversion.Scale((word >> 8) & 255, black) << 8 |
                    PixelConversion.Scale((word >> 16) & 255, black) << 16 | 0xFF000000;
            }
            if (target.Info.ColorType == SKColorType.Bgra8888)
                PixelConversion.SwapRedBlue(row, row);
        }
    }
}
