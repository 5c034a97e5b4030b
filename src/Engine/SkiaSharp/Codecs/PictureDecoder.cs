namespace SkiaSharp;

/// <summary>One kind of picture file: what its header says, and how to get its pixels.</summary>
abstract class PictureDecoder
{
    public abstract SKEncodedImageFormat Format { get; }

    public required SKImageInfo Info { get; init; }

    public required SKEncodedOrigin Origin { get; init; }

    /// <summary>The nearest size to <paramref name="scale"/> times the picture's that <see cref="Decode"/> can produce.</summary>
    public virtual SKSizeI ScaledSize(float scale) => Info.Size;

    /// <summary>Decodes into <paramref name="target"/>, whose layout and size have been checked.</summary>
    public abstract SKCodecResult Decode(EncodedBytes data, PixelView target);

    /// <summary>Reads the header of whatever kind of picture this is; null where it is none.</summary>
    public static PictureDecoder? Open(EncodedBytes data, out SKCodecResult result)
    {
        ReadOnlySpan<byte> bytes = data.Span;
        PictureDecoder? decoder = null;
        result = bytes.IsEmpty ? SKCodecResult.IncompleteInput : SKCodecResult.Unimplemented;
        if (bytes.StartsWith(PngDecoder.Signature))
            decoder = PngDecoder.TryOpen(data, out result);
        else if (bytes.StartsWith(JpegDecoder.Signature))
            decoder = JpegDecoder.TryOpen(data, out result);
        else if (WebpDecoder.IsWebp(bytes))
            decoder = WebpDecoder.TryOpen(data, out result);
        return decoder;
    }
}
