using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>A view of pixels that someone else owns and must keep.</summary>
public unsafe class SKPixmap : SKObject
{
    // Holds on to the bitmap or image behind the view, so that its finalizers wait.
    object? owner;

    public SKPixmap()
    {
    }

    public SKPixmap(SKImageInfo info, IntPtr addr)
        : this(info, addr, info.RowBytes)
    {
    }

    public SKPixmap(SKImageInfo info, IntPtr addr, int rowBytes) => Reset(info, addr, rowBytes);

    internal PixelView View { get; private set; }

    public SKImageInfo Info => View.Info;

    public int Width => Info.Width;

    public int Height => Info.Height;

    public SKSizeI Size => Info.Size;

    public SKRectI Rect => Info.Rect;

    public SKColorType ColorType => Info.ColorType;

    public SKAlphaType AlphaType => Info.AlphaType;

    public int BytesPerPixel => Info.BytesPerPixel;

    public int BytesSize => Info.BytesSize;

    public long BytesSize64 => Info.BytesSize64;

    public int RowBytes => View.RowBytes;

    public void Reset() => Look(default, null);

    public void Reset(SKImageInfo info, IntPtr addr, int rowBytes) => Look(new PixelView(info, addr, rowBytes), null);

    internal void Look(PixelView view, object? owner)
    {
        View = view;
        this.owner = owner;
    }

    public IntPtr GetPixels() => View.Address;

    public IntPtr GetPixels(int x, int y) => (nint)View.At(x, y);

    public Span<byte> GetPixelSpan() => View.Bytes;

    public Span<T> GetPixelSpan<T>()
        where T : struct => MemoryMarshal.Cast<byte, T>(View.Bytes);

    /// <summary>A pixel's unpremultiplied colour.</summary>
    public SKColor GetPixelColor(int x, int y)
    {
        using var bitmap = new SKBitmap();
        return bitmap.InstallPixels(this) ? bitmap.GetPixel(x, y) : SKColor.Empty;
    }

    /// <summary>A view of the part inside <paramref name="subset"/>, or null where there is none.</summary>
    public SKPixmap? ExtractSubset(SKRectI subset)
    {
        var inside = SKRectI.Intersect(subset, Rect);
        if (inside.Width <= 0 || inside.Height <= 0)
            return null;
        var part = new SKPixmap();
        part.Look(View.Subset(inside), owner);
        return part;
    }

    public bool Erase(SKColor color) => Erase(color, Rect);

    public bool Erase(SKColor color, SKRectI subset)
    {
        if (!View.IsValid)
            return false;
        PixelFill.Erase(View, color, subset);
        return true;
    }

    public bool ReadPixels(SKPixmap pixmap)
    {
        ArgumentNullException.ThrowIfNull(pixmap);
        return ReadPixels(pixmap.Info, pixmap.GetPixels(), pixmap.RowBytes);
    }

    /// <summary>Copies into a caller's memory of the same size, converting to its layout.</summary>
    public bool ReadPixels(SKImageInfo dstInfo, IntPtr dstPixels, int dstRowBytes)
    {
        var target = new PixelView(dstInfo, dstPixels, dstRowBytes);
        if (!View.IsValid || !target.IsValid || dstInfo.Size != Size)
            return false;
        PixelConversion.Copy(View, target);
        GC.KeepAlive(owner);
        return true;
    }

    public bool ScalePixels(SKPixmap destination) => ScalePixels(destination, SKSamplingOptions.Default);

    public bool ScalePixels(SKPixmap destination, SKSamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!View.IsValid || !destination.View.IsValid)
            return false;
        Resampling.Scale(View, destination.View, sampling);
        GC.KeepAlive(owner);
        return true;
    }

    public SKPixmap WithColorType(SKColorType newColorType) => With(Info.WithColorType(newColorType));

    public SKPixmap WithAlphaType(SKAlphaType newAlphaType) => With(Info.WithAlphaType(newAlphaType));

    SKPixmap With(SKImageInfo info)
    {
        var pixmap = new SKPixmap();
        pixmap.Look(View with { Info = info }, owner);
        return pixmap;
    }

    /// <summary>See <see cref="SKBitmap.Encode(SKEncodedImageFormat, int)"/>.</summary>
    public SKData? Encode(SKEncodedImageFormat encoder, int quality) => Encoding.Encode(View, encoder, quality);

    public SKData? Encode(SKJpegEncoderOptions options) => Encoding.Jpeg(View, options);

    public SKData? Encode(SKWebpEncoderOptions options) => Encoding.Webp(View, options);

    public bool Encode(Stream dst, SKEncodedImageFormat encoder, int quality) => Encoding.Write(Encode(encoder, quality), dst);

    public bool Encode(Stream dst, SKJpegEncoderOptions options) => Encoding.Write(Encode(options), dst);

    public bool Encode(Stream dst, SKWebpEncoderOptions options) => Encoding.Write(Encode(options), dst);

    protected override void Dispose(bool disposing)
    {
        Reset();
        base.Dispose(disposing);
    }
}
