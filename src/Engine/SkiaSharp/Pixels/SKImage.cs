using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>Pixels that do not change. Several threads may draw the same image.</summary>
public class SKImage : SKObject
{
    readonly PixelView view;
    readonly NativeBlock block;

    SKImage(PixelView view, NativeBlock block)
    {
        this.view = view;
        this.block = block;
    }

    public SKImageInfo Info => view.Info;

    public int Width => Info.Width;

    public int Height => Info.Height;

    public SKColorType ColorType => Info.ColorType;

    public SKAlphaType AlphaType => Info.AlphaType;

    public bool IsAlphaOnly => ColorType == SKColorType.Alpha8;

    internal PixelView View
    {
        get
        {
            ThrowIfDisposed();
            return view;
        }
    }

    /// <summary>A copy of the bitmap; one marked immutable is shared. Null where it has no pixels.</summary>
    public static SKImage? FromBitmap(SKBitmap bitmap)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        if (bitmap.IsImmutable && bitmap.Block is { } shared)
            return new SKImage(bitmap.View, shared.Share());
        var copy = Copy(bitmap.View);
        GC.KeepAlive(bitmap);
        return copy;
    }

    /// <summary>Reads a picture; see <see cref="SKBitmap.Decode(string)"/>. Null where it is none.</summary>
    public static SKImage? FromEncodedData(string filename) => Own(SKBitmap.Decode(filename));

    public static SKImage? FromEncodedData(Stream data) => Own(SKBitmap.Decode(data));

    public static SKImage? FromEncodedData(SKData data) => Own(SKBitmap.Decode(data));

    public static SKImage? FromEncodedData(byte[] data) => Own(SKBitmap.Decode(data));

    public static SKImage? FromEncodedData(ReadOnlySpan<byte> data) => Own(SKBitmap.Decode(data));

    static SKImage? Own(SKBitmap? decoded)
    {
        using var bitmap = decoded;
        if (bitmap is null)
            return null;
        bitmap.SetImmutable();
        return FromBitmap(bitmap);
    }

    public static SKImage? FromPixelCopy(SKPixmap pixmap)
    {
        ArgumentNullException.ThrowIfNull(pixmap);
        return Copy(pixmap.View);
    }

    public static SKImage? FromPixelCopy(SKImageInfo info, IntPtr pixels) => FromPixelCopy(info, pixels, info.RowBytes);

    public static SKImage? FromPixelCopy(SKImageInfo info, IntPtr pixels, int rowBytes) => Copy(new PixelView(info, pixels, rowBytes));

    public static SKImage? FromPixelCopy(SKImageInfo info, byte[] pixels) => FromPixelCopy(info, pixels.AsSpan());

    public static SKImage? FromPixelCopy(SKImageInfo info, ReadOnlySpan<byte> pixels) => FromPixelCopy(info, pixels, info.RowBytes);

    public static unsafe SKImage? FromPixelCopy(SKImageInfo info, ReadOnlySpan<byte> pixels, int rowBytes)
    {
        var needed = new PixelView(info, 0, rowBytes).ByteCount;
        if (pixels.Length < needed)
            throw new ArgumentException($"{info.Width}x{info.Height} {info.ColorType} needs {needed} bytes, found {pixels.Length}.", nameof(pixels));
        fixed (byte* bytes = pixels)
            return FromPixelCopy(info, (nint)bytes, rowBytes);
    }

    static SKImage? Copy(PixelView from)
    {
        using var copy = new SKBitmap();
        if (!from.IsValid || !copy.TryAllocPixels(from.Info))
            return null;
        PixelConversion.Copy(from, copy.View);
        return new SKImage(copy.View, copy.Block!.Share());
    }

    /// <summary>The image as a PNG file.</summary>
    public SKData? Encode() => Encode(SKEncodedImageFormat.Png, 100);

    /// <summary>See <see cref="SKBitmap.Encode(SKEncodedImageFormat, int)"/>.</summary>
    public SKData? Encode(SKEncodedImageFormat format, int quality)
    {
        var data = Encoding.Encode(View, format, quality);
        GC.KeepAlive(this);
        return data;
    }

    /// <summary>A view of the pixels, valid while the image is.</summary>
    public SKPixmap PeekPixels()
    {
        var pixmap = new SKPixmap();
        pixmap.Look(View, this);
        return pixmap;
    }

    public bool ReadPixels(SKPixmap pixmap)
    {
        ArgumentNullException.ThrowIfNull(pixmap);
        return ReadPixels(pixmap.Info, pixmap.GetPixels(), pixmap.RowBytes, 0, 0);
    }

    /// <summary>
    /// Copies pixels from (<paramref name="srcX"/>, <paramref name="srcY"/>) on into a caller's memory, converting to its
    /// layout. What lies beyond the image is left as it is; false where nothing lies within.
    /// </summary>
    public bool ReadPixels(SKImageInfo dstInfo, IntPtr dstPixels, int dstRowBytes, int srcX, int srcY)
    {
        var target = new PixelView(dstInfo, dstPixels, dstRowBytes);
        var area = SKRectI.Intersect(SKRectI.Create(srcX, srcY, dstInfo.Width, dstInfo.Height), Info.Rect);
        if (!target.IsValid || area.Width <= 0 || area.Height <= 0)
            return false;
        PixelConversion.Copy(View.Subset(area), target.Subset(SKRectI.Create(area.Left - srcX, area.Top - srcY, area.Width, area.Height)));
        GC.KeepAlive(this);
        return true;
    }

    public bool ScalePixels(SKPixmap dst, SKSamplingOptions sampling)
    {
        using var pixels = PeekPixels();
        return pixels.ScalePixels(dst, sampling);
    }

    /// <summary>The part inside <paramref name="subset"/>, sharing the pixels; null where it reaches beyond the image.</summary>
    public SKImage? Subset(SKRectI subset) => subset.Width > 0 && subset.Height > 0 && Info.Rect.Contains(subset)
        ? new SKImage(View.Subset(subset), block.Share())
        : null;

    /// <summary>Another image of the same pixels.</summary>
    internal SKImage Share() => new(View, block.Share());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            block.Release();
        base.Dispose(disposing);
    }
}
