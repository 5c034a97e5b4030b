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
}
