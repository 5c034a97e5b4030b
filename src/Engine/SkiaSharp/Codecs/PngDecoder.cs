using System.Runtime.InteropServices;
using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>PNG by libpng: every bit depth and palette comes out as 8-bit sRGB.</summary>
sealed class PngDecoder : PictureDecoder
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public override SKEncodedImageFormat Format => SKEncodedImageFormat.Png;

    public static PngDecoder? TryOpen(EncodedBytes data, out SKCodecResult result)
    {
        var image = new LibPng.Image { Version = LibPng.Version };
        var opened = LibPng.png_image_begin_read_from_memory(ref image, data.Address, (nuint)data.Length) != 0;
        LibPng.png_image_free(ref image);
        result = opened && image.Width <= int.MaxValue && image.Height <= int.MaxValue ? SKCodecResult.Success : SKCodecResult.InvalidInput;
        if (result != SKCodecResult.Success)
            return null;
        var hasAlpha = (image.Format & LibPng.FormatAlpha) != 0;
        var isGray = !hasAlpha && (image.Format & LibPng.FormatColor) == 0;
        return new PngDecoder
        {
            Info = new SKImageInfo(
                (int)image.Width,
                (int)image.Height,
                isGray ? SKColorType.Gray8 : SKImageInfo.PlatformColorType,
                hasAlpha ? SKAlphaType.Unpremul : SKAlphaType.Opaque),
            // Skia does not look for an orientation in PNG files either.
            Origin = SKEncodedOrigin.Default,
        };
    }

    public override SKCodecResult Decode(EncodedBytes data, PixelView target)
    {
        var image = new LibPng.Image { Version = LibPng.Version };
        if (LibPng.png_image_begin_read_from_memory(ref image, data.Address, (nuint)data.Length) == 0)
            return SKCodecResult.InvalidInput;
        image.Flags |= LibPng.Flag16BitSrgb;
        image.Format = target.Info.ColorType switch
        {
            SKColorType.Gray8 => LibPng.FormatGray,
            SKColorType.Bgra8888 => LibPng.FormatBgra,
            _ => LibPng.FormatRgba,
        };
        var read = LibPng.png_image_finish_read(ref image, 0, target.Address, target.RowBytes, 0) != 0;
        LibPng.png_image_free(ref image);
        if (target.Info.AlphaType == SKAlphaType.Premul && !Info.IsOpaque)
        {
            for (var y = 0; y < target.Info.Height; y++)
                PixelConversion.Premultiply(MemoryMarshal.Cast<byte, uint>(target.Row(y)));
        }
        if (read)
            return SKCodecResult.Success;
        return image.Text is "read beyond end of data" or "Not enough image data"
            ? SKCodecResult.IncompleteInput
            : SKCodecResult.ErrorInInput;
    }
}
