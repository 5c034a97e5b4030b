using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>
/// An encoded picture whose header has been read and whose pixels have not: what to look at before memory is taken for a
/// file from elsewhere. The kind is told by the content. One codec is for one thread at a time; different codecs decode on
/// different threads.
/// </summary>
public unsafe class SKCodec : SKObject
{
    readonly NativeBlock block;
    readonly PictureDecoder decoder;

    SKCodec(NativeBlock block, PictureDecoder decoder)
    {
        this.block = block;
        this.decoder = decoder;
    }

    public static SKCodec? Create(string filename) => Create(filename, out _);

    public static SKCodec? Create(string filename, out SKCodecResult result) => Take(SKData.Create(filename), out result);

    public static SKCodec? Create(Stream stream) => Create(stream, out _);

    public static SKCodec? Create(Stream stream, out SKCodecResult result) => Take(SKData.Create(stream), out result);

    public static SKCodec? Create(SKData data) => Open(data, out _);

    static SKCodec? Take(SKData? read, out SKCodecResult result)
    {
        using var data = read;
        result = SKCodecResult.InternalError;
        return data is null ? null : Open(data, out result);
    }

    static SKCodec? Open(SKData data, out SKCodecResult result)
    {
        ArgumentNullException.ThrowIfNull(data);
        var block = data.Block;
        var decoder = PictureDecoder.Open(new EncodedBytes(block.Address, (int)block.Length), out result);
        GC.KeepAlive(data);
        return decoder is null ? null : new SKCodec(block.Share(), decoder);
    }

    public SKEncodedImageFormat EncodedFormat => decoder.Format;

    /// <summary>The orientation the EXIF block asks for; decoding does not apply it.</summary>
    public SKEncodedOrigin EncodedOrigin => decoder.Origin;

    /// <summary>
    /// Size, and the layout that loses nothing: grey, or <see cref="SKImageInfo.PlatformColorType"/>; unpremultiplied where
    /// there is alpha.
    /// </summary>
    public SKImageInfo Info => decoder.Info;

    public int FrameCount => 1;

    /// <summary>All pixels in the layout of <see cref="Info"/>.</summary>
    /// <exception cref="InvalidDataException">The file does not decode whole.</exception>
    public byte[] Pixels => GetPixels(out var pixels) is SKCodecResult.Success
        ? pixels
        : throw new InvalidDataException($"The {EncodedFormat} picture of {Info.Width}x{Info.Height} does not decode.");

    /// <summary>The nearest size that decoding can produce on the way, at no cost: eighths for JPEG, else the size itself.</summary>
    public SKSizeI GetScaledDimensions(float desiredScale) => decoder.ScaledSize(desiredScale);

    public SKCodecResult GetPixels(out byte[] pixels) => GetPixels(Info, out pixels);

    public SKCodecResult GetPixels(SKImageInfo info, out byte[] pixels)
    {
        if (!info.IsAllocatable)
        {
            pixels = [];
            return SKCodecResult.InvalidParameters;
        }
        pixels = new byte[info.BytesSize];
        return GetPixels(info, pixels);
    }

    public SKCodecResult GetPixels(SKImageInfo info, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length < info.BytesSize64)
            return SKCodecResult.InvalidParameters;
        fixed (byte* bytes = pixels)
            return GetPixels(info, (nint)bytes);
    }

    /// <summary>
    /// Decodes into the caller's memory, with no copy in between. On <see cref="SKCodecResult.IncompleteInput"/> the part
    /// that the file holds is there.
    /// </summary>
    /// <param name="info">
    /// The size of <see cref="Info"/> or of <see cref="GetScaledDimensions"/>, and the layout wanted: red or blue first, or grey
    /// for what is grey.
    /// </param>
    /// <param name="pixels">At least <see cref="SKImageInfo.BytesSize"/> bytes.</param>
    public SKCodecResult GetPixels(SKImageInfo info, IntPtr pixels)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull((void*)pixels, nameof(pixels));
        var target = new PixelView(info, pixels, info.RowBytes);
        if (!target.IsValid)
            return SKCodecResult.InvalidParameters;
        if (!IsConvertible(info))
            return SKCodecResult.InvalidConversion;
        var result = info.Size == Info.Size || info.Size == decoder.ScaledSize((float)info.Width / Info.Width)
            ? decoder.Decode(new EncodedBytes(block.Address, (int)block.Length), target)
            : SKCodecResult.InvalidScale;
        GC.KeepAlive(this);
        return result;
    }

    // As Skia: colour does not become grey, alpha does not become opaque, and nothing becomes 888x.
    bool IsConvertible(SKImageInfo info) => info.ColorType switch
    {
        SKColorType.Gray8 => Info.ColorType == SKColorType.Gray8,
        SKColorType.Rgba8888 or SKColorType.Bgra8888 => info.AlphaType != SKAlphaType.Unknown && (!info.IsOpaque || Info.IsOpaque),
        _ => false,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            block.Release();
        base.Dispose(disposing);
    }

    protected override void DisposeNative()
    {
    }
}
