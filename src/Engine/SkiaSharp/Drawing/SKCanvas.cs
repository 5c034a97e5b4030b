using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>
/// Draws on the pixels of a bitmap or surface, at once. One canvas is for one thread at a time.
/// </summary>
/// <remarks>
/// Cairo knows one layout, premultiplied with blue first. Pixels with red first are drawn on with red and blue exchanged in
/// every source, which all blend modes here allow. Other layouts are drawn on in a premultiplied copy that is read before
/// and written after each call.
/// </remarks>
public partial class SKCanvas : SKObject
{
    readonly object owner;
    readonly PixelView target;
    readonly NativeBlock block;
    readonly SKBitmap? stagedPixels;
    readonly Cairo.Surface surface;
    readonly Cairo.Context context;
    readonly bool swapped;

    /// <exception cref="ArgumentException">The bitmap has no pixels.</exception>
    public SKCanvas(SKBitmap bitmap)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        if (!bitmap.ReadyToDraw || bitmap.Block is null)
            throw new ArgumentException("The bitmap has no pixels to draw on.", nameof(bitmap));
        owner = bitmap;
        target = bitmap.View;
        block = bitmap.Block.Share();
        var drawn = target;
        if (!CanDrawInPlace(target))
        {
            var alpha = target.Info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
            stagedPixels = new SKBitmap(target.Info.Width, target.Info.Height, SKColorType.Bgra8888, alpha);
            drawn = stagedPixels.View;
        }
        else if (target.Info.IsOpaque)
        {
            PixelFill.MakeOpaque(target);
        }
        swapped = drawn.Info.ColorType != SKColorType.Bgra8888;
        surface = Cairo.Surface.Over(drawn.Address, Cairo.FormatArgb32, drawn.Info.Width, drawn.Info.Height, drawn.RowBytes);
        context = new Cairo.Context(surface);
    }

    static bool CanDrawInPlace(PixelView view) =>
        view.Info.BytesPerPixel == 4 && view.Info.AlphaType != SKAlphaType.Unpremul && view.RowBytes % 4 == 0 && view.Address % 4 == 0;

    /// <summary>Everything is drawn at once, so there is nothing to do.</summary>
    public void Flush() => ThrowIfDisposed();

    void Begin()
    {
        ThrowIfDisposed();
        if (stagedPixels is not null && layers == 0)
        {
            PixelConversion.Copy(target, stagedPixels.View);
            if (target.Info.IsOpaque)
                PixelFill.MakeOpaque(stagedPixels.View);
        }
    }

    void End()
    {
        if (stagedPixels is not null && layers == 0)
            PixelConversion.Copy(stagedPixels.View, target);
        GC.KeepAlive(owner);
        var status = Cairo.cairo_status(context);
        if (status != 0)
            throw new InvalidOperationException($"cairo cannot draw this: {Cairo.StatusText(status)}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            context.Dispose();
            surface.Dispose();
            stagedPixels?.Dispose();
            block.Release();
        }
        base.Dispose(disposing);
    }

    protected override void DisposeNative()
    {
    }
}
