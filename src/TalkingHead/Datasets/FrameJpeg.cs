using SkiaSharp;
using TalkingHead.Media;

namespace TalkingHead.Datasets;

/// <summary>The JPEG files that frames are stored as.</summary>
static class FrameJpeg
{
    internal static byte[] Encode(Picture picture, int quality)
    {
        using var bitmap = PictureFile.ToBitmap(picture);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality)
            ?? throw new InvalidOperationException($"JPEG encoding of a {picture.Width}x{picture.Height} picture failed.");
        return data.ToArray();
    }

    /// <summary>Decodes a frame into RGBA, whose last byte says nothing; false where it is no whole picture of that side.</summary>
    internal static unsafe bool Decode(ReadOnlySpan<byte> jpeg, int side, Span<byte> rgba)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, 4 * side * side);
        fixed (byte* bytes = jpeg, pixels = rgba)
        {
            using var data = SKData.Create((nint)bytes, jpeg.Length);
            using var codec = SKCodec.Create(data);
            var info = new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
            return codec is not null && codec.Info.Size == info.Size && codec.GetPixels(info, (nint)pixels) == SKCodecResult.Success;
        }
    }
}
