namespace SkiaSharp;

/// <summary>Pixels with a canvas to draw on them.</summary>
public class SKSurface : SKObject
{
    readonly SKBitmap bitmap;

    SKSurface(SKBitmap bitmap)
    {
        this.bitmap = bitmap;
        Canvas = new SKCanvas(bitmap);
    }

    /// <summary>The canvas; the surface disposes it.</summary>
    public SKCanvas Canvas { get; }

    /// <summary>A surface of transparent or black pixels, or null where they cannot be had.</summary>
    public static SKSurface? Create(SKImageInfo info)
    {
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(info))
            return new SKSurface(bitmap);
        bitmap.Dispose();
        return null;
    }

    /// <summary>A copy of what has been drawn so far.</summary>
    public SKImage? Snapshot() => SKImage.FromBitmap(bitmap);

    /// <summary>A view of the pixels, valid while the surface is.</summary>
    public SKPixmap? PeekPixels() => bitmap.PeekPixels();

    /// <summary>See <see cref="SKImage.ReadPixels(SKImageInfo, IntPtr, int, int, int)"/>.</summary>
    public bool ReadPixels(SKImageInfo dstInfo, IntPtr dstPixels, int dstRowBytes, int srcX, int srcY)
    {
        using var image = Snapshot();
        return image is not null && image.ReadPixels(dstInfo, dstPixels, dstRowBytes, srcX, srcY);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Canvas.Dispose();
            bitmap.Dispose();
        }
        base.Dispose(disposing);
    }
}
