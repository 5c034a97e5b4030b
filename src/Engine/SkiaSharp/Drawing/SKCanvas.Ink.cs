using SkiaSharp.Native;

namespace SkiaSharp;

public partial class SKCanvas
{
    // cairo_operator_t, by SKBlendMode.
    static int Operator(SKBlendMode mode) => mode switch
    {
        SKBlendMode.Clear => 0,
        SKBlendMode.Src => Cairo.OperatorSource,
        SKBlendMode.Dst => 6,
        SKBlendMode.DstOver => 7,
        SKBlendMode.DstOut => 9,
        SKBlendMode.SrcATop => 5,
        SKBlendMode.Xor => 11,
        SKBlendMode.Plus => 12,
        SKBlendMode.Multiply => 14,
        SKBlendMode.Screen => 15,
        SKBlendMode.Overlay => 16,
        SKBlendMode.Darken => 17,
        SKBlendMode.Lighten => 18,
        SKBlendMode.ColorDodge => 19,
        SKBlendMode.ColorBurn => 20,
        SKBlendMode.HardLight => 21,
        SKBlendMode.SoftLight => 22,
        SKBlendMode.Difference => 23,
        SKBlendMode.Exclusion => 24,
        _ => Cairo.OperatorOver,
    };

    DrawingSource? SetSource(SKPaint paint)
    {
        Cairo.cairo_set_antialias(context, paint.IsAntialias ? Cairo.AntialiasGood : Cairo.AntialiasNone);
        Cairo.cairo_set_operator(context, Operator(paint.BlendMode));
        if (paint.Shader is { } shader)
        {
            var source = shader.CreateSource(swapped, paint.ColorF.Alpha);
            Cairo.cairo_set_source(context, source.Pattern);
            return source;
        }
        SetColor(paint.ColorF);
        return null;
    }

    void SetColor(SKColorF color) => Cairo.cairo_set_source_rgba(
        context, swapped ? color.Blue : color.Red, color.Green, swapped ? color.Red : color.Blue, color.Alpha);

    void SetPen(SKPaint paint)
    {
        Cairo.cairo_set_line_width(context, paint.StrokeWidth);
        Cairo.cairo_set_line_cap(context, (int)paint.StrokeCap);
        Cairo.cairo_set_line_join(context, (int)paint.StrokeJoin);
        Cairo.cairo_set_miter_limit(context, Math.Max(1, paint.StrokeMiter));
        if (paint.PathEffect is { } dash)
            Cairo.cairo_set_dash(context, dash.Intervals, dash.Intervals.Length, dash.Phase);
        else
            Cairo.cairo_set_dash(context, [], 0, 0);
    }

    /// <summary>Draws the context's path.</summary>
    void Ink(SKPaint paint, SKPaintStyle style)
    {
        switch (style)
        {
            case SKPaintStyle.Fill:
                Cairo.cairo_fill(context);
                break;
            case SKPaintStyle.Stroke:
                Stroke(paint);
                break;
            case SKPaintStyle.StrokeAndFill:
                Cairo.cairo_fill_preserve(context);
                Stroke(paint);
                break;
        }
    }

    void Stroke(SKPaint paint)
    {
        SetPen(paint);
        if (paint.StrokeWidth == 0)
        {
            Cairo.cairo_identity_matrix(context);
            Cairo.cairo_set_line_width(context, 1);
        }
        Cairo.cairo_stroke(context);
        ApplyMatrix();
    }

    void DrawOutline(PathData path, SKPaint paint, SKPaintStyle style)
    {
        ThrowIfDisposed();
        if (!CanDraw || path.IsEmpty || !path.IsFinite || !(paint.StrokeWidth >= 0))
            return;
        // A stroke over its own fill would show twice where the ink is not opaque.
        var apart = style == SKPaintStyle.StrokeAndFill && (paint.ColorF.Alpha < 1 || paint.Shader is not null);
        if (apart)
            SaveLayer(paint);
        Begin();
        using (SetSource(apart ? Opaque(paint) : paint))
        {
            path.Emit(context);
            Ink(paint, style);
        }
        End();
        if (apart)
            Restore();
    }

    static SKPaint Opaque(SKPaint paint)
    {
        var opaque = paint.Clone();
        opaque.ColorF = paint.ColorF.WithAlpha(1);
        opaque.BlendMode = SKBlendMode.SrcOver;
        return opaque;
    }
}
