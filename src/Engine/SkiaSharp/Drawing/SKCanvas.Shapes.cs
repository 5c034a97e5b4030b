using SkiaSharp.Native;

namespace SkiaSharp;

public partial class SKCanvas
{
    public void Clear() => Clear(SKColors.Empty);

    /// <summary>Replaces everything inside the clip.</summary>
    public void Clear(SKColor color) => DrawColor(color, SKBlendMode.Src);

    public void Clear(SKColorF color) => DrawColor(color, SKBlendMode.Src);

    public void DrawColor(SKColor color, SKBlendMode mode = SKBlendMode.Src) => DrawColor((SKColorF)color, mode);

    public void DrawColor(SKColorF color, SKBlendMode mode = SKBlendMode.Src)
    {
        Begin();
        // An opaque picture has nothing behind it: what shines through is black.
        if (target.Info.IsOpaque && mode == SKBlendMode.Src && layers == 0)
            color = new SKColorF(color.Red * color.Alpha, color.Green * color.Alpha, color.Blue * color.Alpha);
        SetColor(color);
        Cairo.cairo_set_operator(context, Operator(mode));
        Cairo.cairo_paint(context);
        End();
    }

    /// <summary>Fills everything inside the clip.</summary>
    public void DrawPaint(SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(paint);
        Begin();
        using (SetSource(paint))
            Cairo.cairo_paint(context);
        End();
    }

    public void DrawLine(SKPoint p0, SKPoint p1, SKPaint paint) => DrawPoints(SKPointMode.Lines, [p0, p1], paint);

    public void DrawLine(float x0, float y0, float x1, float y1, SKPaint paint) =>
        DrawLine(new SKPoint(x0, y0), new SKPoint(x1, y1), paint);

    /// <summary>Draws dots, lines or one line through all, always stroked; dots are squares unless the cap is round.</summary>
    public void DrawPoints(SKPointMode mode, SKPoint[] points, SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(paint);
        if (mode == SKPointMode.Points)
        {
            DrawDots(points, paint);
            return;
        }
        var path = new PathData();
        for (var i = 0; i < points.Length; i++)
        {
            if (mode == SKPointMode.Polygon ? i == 0 : i % 2 == 0)
                path.Move(points[i]);
            else
                path.Line(points[i]);
        }
        DrawOutline(path, paint, SKPaintStyle.Stroke);
    }

    void DrawDots(SKPoint[] points, SKPaint paint)
    {
        using var dots = new SKPathBuilder();
        var radius = paint.StrokeWidth / 2;
        var state = SaveCount;
        if (radius == 0)
        {
            // A dot without width is the pixel it lies in.
            points = [.. points.Select(point => total.MapPoint(point)).Select(point => new SKPoint(MathF.Floor(point.X) + 0.5f, MathF.Floor(point.Y) + 0.5f))];
            radius = 0.5f;
            Save();
            ResetMatrix();
        }
        foreach (var point in points)
        {
            if (paint.StrokeCap == SKStrokeCap.Round && paint.StrokeWidth > 0)
                dots.AddCircle(point.X, point.Y, radius);
            else
                dots.AddRect(new SKRect(point.X - radius, point.Y - radius, point.X + radius, point.Y + radius));
        }
        using var path = dots.Detach();
        DrawOutline(path.Data, paint, SKPaintStyle.Fill);
        RestoreToCount(state);
    }

    public void DrawPoint(SKPoint p, SKPaint paint) => DrawPoints(SKPointMode.Points, [p], paint);

    public void DrawPoint(float x, float y, SKPaint paint) => DrawPoint(new SKPoint(x, y), paint);

    public void DrawPoint(float x, float y, SKColor color) => DrawPoint(new SKPoint(x, y), color);

    public void DrawPoint(SKPoint p, SKColor color)
    {
        using var paint = new SKPaint { Color = color, BlendMode = SKBlendMode.Src };
        DrawPoint(p, paint);
    }

    public void DrawPath(SKPath path, SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(paint);
        DrawOutline(path.Data, paint, paint.Style);
    }

    void DrawBuilt(SKPathBuilder builder, SKPaint paint)
    {
        using var path = builder.Detach();
        DrawPath(path, paint);
        builder.Dispose();
    }

    public void DrawRect(float x, float y, float w, float h, SKPaint paint) => DrawRect(SKRect.Create(x, y, w, h), paint);

    public void DrawRect(SKRect rect, SKPaint paint)
    {
        var builder = new SKPathBuilder();
        builder.AddRect(rect);
        DrawBuilt(builder, paint);
    }

    public void DrawRoundRect(SKRect rect, SKSize r, SKPaint paint) => DrawRoundRect(rect, r.Width, r.Height, paint);

    public void DrawRoundRect(float x, float y, float w, float h, float rx, float ry, SKPaint paint) =>
        DrawRoundRect(SKRect.Create(x, y, w, h), rx, ry, paint);

    public void DrawRoundRect(SKRect rect, float rx, float ry, SKPaint paint)
    {
        var builder = new SKPathBuilder();
        builder.AddRoundRect(rect, rx, ry);
        DrawBuilt(builder, paint);
    }

    public void DrawCircle(SKPoint c, float radius, SKPaint paint) => DrawOval(c.X, c.Y, radius, radius, paint);

    public void DrawCircle(float cx, float cy, float radius, SKPaint paint) => DrawOval(cx, cy, radius, radius, paint);

    public void DrawOval(SKPoint c, SKSize r, SKPaint paint) => DrawOval(c.X, c.Y, r.Width, r.Height, paint);

    public void DrawOval(float cx, float cy, float rx, float ry, SKPaint paint) =>
        DrawOval(new SKRect(cx - rx, cy - ry, cx + rx, cy + ry), paint);

    public void DrawOval(SKRect rect, SKPaint paint)
    {
        var builder = new SKPathBuilder();
        builder.AddOval(rect);
        DrawBuilt(builder, paint);
    }

    /// <summary>Draws an arc, or with <paramref name="useCenter"/> a slice. Angles in degrees, clockwise from the right.</summary>
    public void DrawArc(SKRect oval, float startAngle, float sweepAngle, bool useCenter, SKPaint paint)
    {
        var builder = new SKPathBuilder();
        if (!useCenter || MathF.Abs(sweepAngle) >= 360)
        {
            builder.AddArc(oval, startAngle, sweepAngle);
        }
        else
        {
            builder.MoveTo(oval.MidX, oval.MidY);
            builder.ArcTo(oval, startAngle, sweepAngle, forceMoveTo: false);
            builder.Close();
        }
        DrawBuilt(builder, paint);
    }

    /// <summary>Draws one line of text.</summary>
    /// <param name="text">The text; it is not broken at line ends.</param>
    /// <param name="x">Where it begins, ends or has its middle, by <paramref name="textAlign"/>.</param>
    /// <param name="y">The base line.</param>
    /// <param name="textAlign">How it lies to <paramref name="x"/>.</param>
    /// <param name="font">Typeface and size.</param>
    /// <param name="paint">Colour and style.</param>
    public void DrawText(string text, float x, float y, SKTextAlign textAlign, SKFont font, SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(font);
        ArgumentNullException.ThrowIfNull(paint);
        if (!CanDraw || !float.IsFinite(x) || !float.IsFinite(y) || !(font.Size > 0))
            return;
        if (textAlign != SKTextAlign.Left)
            x -= font.MeasureText(text) * (textAlign == SKTextAlign.Center ? 0.5f : 1);
        Begin();
        using (SetSource(paint))
        {
            font.Select(context);
            Cairo.cairo_new_path(context);
            Cairo.cairo_move_to(context, x, y);
            if (paint.Style == SKPaintStyle.Fill)
            {
                CairoText.cairo_show_text(context, SKFont.Drawable(text));
                Cairo.cairo_new_path(context);
            }
            else
            {
                CairoText.cairo_text_path(context, SKFont.Drawable(text));
                Ink(paint, paint.Style);
            }
        }
        End();
    }

    public void DrawText(string text, SKPoint p, SKTextAlign textAlign, SKFont font, SKPaint paint) =>
        DrawText(text, p.X, p.Y, textAlign, font, paint);
}
