namespace SkiaSharp;

public partial class SKBitmap
{
    /// <summary>
    /// The pixels as a file, or null where they cannot be written so.
    /// </summary>
    /// <param name="format">JPEG drops alpha; PNG and WebP keep it.</param>
    /// <param name="quality">0 to 100. PNG does not look at it; WebP is lossless at 100.</param>
    public SKData? Encode(SKEncodedImageFormat format, int quality)
    {
        var data = Encoding.Encode(View, format, quality);
        GC.KeepAlive(this);
        return data;
    }

    public bool Encode(Stream dst, SKEncodedImageFormat format, int quality) => Encoding.Write(Encode(format, quality), dst);

    /// <summary>
    /// Reads a picture: JPEG, PNG or WebP, told apart by content and never by name. The result is premultiplied, in
    /// <see cref="SKImageInfo.PlatformColorType"/> or grey. What is cut short is read as far as it goes. Null where it is no
    /// picture, or too large for memory; <see cref="SKCodec.Info"/> tells the size beforehand. The EXIF orientation is not
    /// applied; see <see cref="SKCodec.EncodedOrigin"/>.
    /// </summary>
    /// <remarks>
    /// The real package throws where memory does not suffice, and from its overloads for bytes also where there is no picture:
    /// code for both goes by <see cref="SKCodec"/>.
    /// </remarks>
    public static SKBitmap? Decode(string filename) => DecodeOnce(SKCodec.Create(filename), null);

    public static SKBitmap? Decode(string filename, SKImageInfo bitmapInfo) => DecodeOnce(SKCodec.Create(filename), bitmapInfo);

    public static SKBitmap? Decode(Stream stream) => DecodeOnce(SKCodec.Create(stream), null);

    public static SKBitmap? Decode(Stream stream, SKImageInfo bitmapInfo) => DecodeOnce(SKCodec.Create(stream), bitmapInfo);

    public static SKBitmap? Decode(SKData data) => DecodeOnce(SKCodec.Create(data), null);

    public static SKBitmap? Decode(SKData data, SKImageInfo bitmapInfo) => DecodeOnce(SKCodec.Create(data), bitmapInfo);

    public static SKBitmap? Decode(byte[] buffer) => Decode(buffer.AsSpan());

    public static SKBitmap? Decode(byte[] buffer, SKImageInfo bitmapInfo) => Decode(buffer.AsSpan(), bitmapInfo);

    public static unsafe SKBitmap? Decode(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            using var data = SKData.Create((nint)bytes, buffer.Length);
            return Decode(data);
        }
    }

    public static unsafe SKBitmap? Decode(ReadOnlySpan<byte> buffer, SKImageInfo bitmapInfo)
    {
        fixed (byte* bytes = buffer)
        {
            using var data = SKData.Create((nint)bytes, buffer.Length);
            return Decode(data, bitmapInfo);
        }
    }

    public static SKBitmap? Decode(SKCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var info = codec.Info;
        return Decode(codec, info.AlphaType == SKAlphaType.Unpremul ? info.WithAlphaType(SKAlphaType.Premul) : info);
    }

    public static SKBitmap? Decode(SKCodec codec, SKImageInfo bitmapInfo)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(bitmapInfo) &&
            codec.GetPixels(bitmap.Info, bitmap.GetPixels()) is SKCodecResult.Success or SKCodecResult.IncompleteInput)
            return bitmap;
        bitmap.Dispose();
        return null;
    }

    static SKBitmap? DecodeOnce(SKCodec? opened, SKImageInfo? bitmapInfo)
    {
        using var codec = opened;
        if (codec is null)
            return null;
        return bitmapInfo is { } info ? Decode(codec, info) : Decode(codec);
    }

    /// <summary>Size and layout of a picture, read from its header alone; <see cref="SKImageInfo.Empty"/> where it is none.</summary>
    public static SKImageInfo DecodeBounds(string filename) => Bounds(SKCodec.Create(filename));

    public static SKImageInfo DecodeBounds(Stream stream) => Bounds(SKCodec.Create(stream));

    public static SKImageInfo DecodeBounds(SKData data) => Bounds(SKCodec.Create(data));

    public static SKImageInfo DecodeBounds(byte[] buffer) => DecodeBounds(buffer.AsSpan());

    public static unsafe SKImageInfo DecodeBounds(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            using var data = SKData.Create((nint)bytes, buffer.Length);
            return DecodeBounds(data);
        }
    }

    static SKImageInfo Bounds(SKCodec? opened)
    {
        using var codec = opened;
        return codec?.Info ?? SKImageInfo.Empty;
    }

    /// <summary>A copy of an image's pixels, premultiplied or opaque.</summary>
    public static SKBitmap? FromImage(SKImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var info = new SKImageInfo(image.Width, image.Height, SKImageInfo.PlatformColorType, image.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul);
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(info) && image.ReadPixels(info, bitmap.GetPixels(), info.RowBytes, 0, 0))
            return bitmap;
        bitmap.Dispose();
        return null;
    }
}
