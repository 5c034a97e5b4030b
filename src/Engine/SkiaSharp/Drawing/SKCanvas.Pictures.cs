using SkiaSharp.Native;

namespace SkiaSharp;

public partial class SKCanvas
{
    public void DrawBitmap(SKBitmap bitmap, SKPoint p, SKSamplingOptions sampling, SKPaint? paint = null) =>
        DrawBitmap(bitmap, p.X, p.Y, sampling, paint);

    public void DrawBitmap(SKBitmap bitmap, float x, float y, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        DrawBitmap(bitmap, SKRect.Create(x, y, bitmap.Width, bitmap.Height), sampling, paint);
    }

    /// <summary>Draws a bitmap, scaled to <paramref name="dest"/>. Of the paint, alpha, antialiasing and blend mode count.</summary>
    public void DrawBitmap(SKBitmap bitmap, SKRect dest, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        DrawBitmap(bitmap, bitmap.Info.Rect, dest, sampling, paint);
    }

    /// <summary>Draws the part of a bitmap inside <paramref name="source"/>, scaled to <paramref name="dest"/>.</summary>
    public void DrawBitmap(SKBitmap bitmap, SKRect source, SKRect dest, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        DrawPixels(bitmap.View, source, dest, sampling, paint);
        GC.KeepAlive(bitmap);
    }

    public void DrawImage(SKImage image, SKPoint p, SKSamplingOptions sampling, SKPaint? paint = null) =>
        DrawImage(image, p.X, p.Y, sampling, paint);

    public void DrawImage(SKImage image, float x, float y, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        DrawImage(image, SKRect.Create(x, y, image.Width, image.Height), sampling, paint);
    }

    public void DrawImage(SKImage image, SKRect dest, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        DrawImage(image, image.Info.Rect, dest, sampling, paint);
    }

    public void DrawImage(SKImage image, SKRect source, SKRect dest, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        DrawPixels(image.View, source, dest, sampling, paint);
        GC.KeepAlive(image);
    }

    void DrawPixels(PixelView view, SKRect source, SKRect dest, SKSamplingOptions sampling, SKPaint? paint)
    {
        ThrowIfDisposed();
        var inside = SKRect.Intersect(source, view.Info.Rect);
        if (!view.IsValid || !CanDraw || inside.Width <= 0 || inside.Height <= 0 || !(dest.Width > 0) || !(dest.Height > 0))
            return;
        // What lies beyond the picture is left out of the destination as well.
        float perX = dest.Width / source.Width, perY = dest.Height / source.Height;
        dest = SKRect.Create(
            dest.Left + (inside.Left - source.Left) * perX, dest.Top + (inside.Top - source.Top) * perY,
            inside.Width * perX, inside.Height * perY);
        var used = SKRectI.Intersect(SKRectI.Ceiling(inside, outwards: true), view.Info.Rect);

        Begin();
        using var picture = DrawingSource.Picture(view.Subset(used), swapped);
        // From the canvas to the used part of the picture.
        Cairo.cairo_pattern_set_matrix(picture.Pattern, new Cairo.Matrix(
            1 / perX, 0, 0, 1 / perY, inside.Left - used.Left - dest.Left / perX, inside.Top - used.Top - dest.Top / perY));
        Cairo.cairo_pattern_set_extend(picture.Pattern, Cairo.ExtendPad);
        Cairo.cairo_pattern_set_filter(picture.Pattern, DrawingSource.Filter(sampling));
        Cairo.cairo_save(context);
        Cairo.cairo_set_antialias(context, paint?.IsAntialias == true ? Cairo.AntialiasGood : Cairo.AntialiasNone);
        Cairo.cairo_set_operator(context, Operator(paint?.BlendMode ?? SKBlendMode.SrcOver));
        Cairo.cairo_set_source(context, picture.Pattern);
        Cairo.cairo_new_path(context);
        Cairo.cairo_rectangle(context, dest.Left, dest.Top, dest.Width, dest.Height);
        if (paint is null || paint.ColorF.Alpha >= 1)
        {
            Cairo.cairo_fill(context);
        }
        else
        {
            Cairo.cairo_clip(context);
            Cairo.cairo_paint_with_alpha(context, paint.ColorF.Alpha);
        }
        Cairo.cairo_restore(context);
        End();
    }
}
