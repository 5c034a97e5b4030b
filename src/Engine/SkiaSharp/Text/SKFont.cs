using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>A typeface at a size. Letters stand side by side by their widths; there is no kerning or shaping.</summary>
public class SKFont : SKObject
{
    SKTypeface typeface;
    CairoText.FontFace face;

    public SKFont()
        : this(SKTypeface.Default)
    {
    }

    public SKFont(SKTypeface? typeface, float size = 12, float scaleX = 1, float skewX = 0)
    {
        this.typeface = typeface ?? SKTypeface.Default;
        face = this.typeface.Face.Share();
        Size = size;
        ScaleX = scaleX;
        SkewX = skewX;
    }

    /// <summary>The font keeps a share of its own: the typeface may be disposed at once.</summary>
    public SKTypeface Typeface
    {
        get => typeface;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var share = value.Face.Share();
            face.Dispose();
            (typeface, face) = (value, share);
        }
    }

    /// <summary>Pixels of the em square.</summary>
    public float Size { get; set; }

    /// <summary>Stretches letters sideways.</summary>
    public float ScaleX { get; set; }

    /// <summary>Slants letters; -0.25 leans them to the right.</summary>
    public float SkewX { get; set; }

    /// <summary>Whether letters may begin between pixels.</summary>
    public bool Subpixel { get; set; }

    /// <summary>Whether widths grow evenly with the size, instead of being whole pixels.</summary>
    public bool LinearMetrics { get; set; }

    public SKFontEdging Edging { get; set; } = SKFontEdging.Antialias;

    public SKFontHinting Hinting { get; set; } = SKFontHinting.Normal;

    public SKFontMetrics Metrics
    {
        get
        {
            using var font = Scaled();
            using var exact = Scaled(linear: true);
            var extents = default(CairoText.FontExtents);
            CairoText.cairo_scaled_font_extents(exact, ref extents);
            return new SKFontMetrics
            {
                Ascent = -(float)extents.Ascent,
                Descent = (float)extents.Descent,
                Leading = (float)Math.Max(0, extents.Height - extents.Ascent - extents.Descent),
                CapHeight = -(float)Extents(font, "H").YBearing,
                XHeight = -(float)Extents(font, "x").YBearing,
            };
        }
    }

    /// <summary>From one base line to the next.</summary>
    public float Spacing => GetFontMetrics(out _);

    /// <summary>Reads the metrics; the result is <see cref="Spacing"/>.</summary>
    public float GetFontMetrics(out SKFontMetrics metrics)
    {
        metrics = Metrics;
        return metrics.Descent - metrics.Ascent + metrics.Leading;
    }

    /// <summary>The width of a line of text in pixels.</summary>
    public float MeasureText(string text, SKPaint? paint = null) => MeasureText(text, out _, paint);

    /// <summary>The width of a line of text, and the bounds of its ink about a base line that begins at (0, 0).</summary>
    public float MeasureText(string text, out SKRect bounds, SKPaint? paint = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var font = Scaled();
        var extents = Extents(font, text);
        bounds = SKRect.Create((float)extents.XBearing, (float)extents.YBearing, (float)extents.Width, (float)extents.Height);
        return (float)extents.XAdvance;
    }

    public float MeasureText(ReadOnlySpan<char> text, SKPaint? paint = null) => MeasureText(text.ToString(), paint);

    public float MeasureText(ReadOnlySpan<char> text, out SKRect bounds, SKPaint? paint = null) =>
        MeasureText(text.ToString(), out bounds, paint);

    /// <summary>Makes this the font of a context.</summary>
    internal void Select(Cairo.Context context)
    {
        ThrowIfDisposed();
        using var options = Options();
        CairoText.cairo_set_font_face(context, face);
        CairoText.cairo_set_font_matrix(context, Matrix);
        CairoText.cairo_set_font_options(context, options);
    }

    /// <summary>Text up to the first NUL, which would end it for cairo too.</summary>
    internal static string Drawable(string text) => text.IndexOf('\0') is var end and >= 0 ? text[..end] : text;

    static CairoText.TextExtents Extents(CairoText.ScaledFont font, string text)
    {
        var extents = default(CairoText.TextExtents);
        CairoText.cairo_scaled_font_text_extents(font, Drawable(text), ref extents);
        return extents;
    }

    Cairo.Matrix Matrix => new(Size * ScaleX, 0, Size * SkewX, Size, 0, 0);

    CairoText.ScaledFont Scaled(bool linear = false)
    {
        ThrowIfDisposed();
        using var options = Options(linear);
        var font = new CairoText.ScaledFont(face, Matrix, Cairo.Matrix.From(SKMatrix.Identity), options);
        var status = CairoText.cairo_scaled_font_status(font);
        if (status == 0)
            return font;
        font.Dispose();
        throw new InvalidOperationException($"The font {Typeface.FamilyName} has no size {Size}: {Cairo.StatusText(status)}.");
    }

    protected override void DisposeNative() => face.Dispose();

    CairoText.FontOptions Options(bool linear = false)
    {
        var options = new CairoText.FontOptions();
        CairoText.cairo_font_options_set_antialias(
            options, Edging == SKFontEdging.Alias ? CairoText.AntialiasNone : CairoText.AntialiasGray);
        CairoText.cairo_font_options_set_hint_style(options, Hinting switch
        {
            SKFontHinting.None => CairoText.HintNone,
            SKFontHinting.Slight => CairoText.HintSlight,
            SKFontHinting.Full => CairoText.HintFull,
            _ => CairoText.HintMedium,
        });
        CairoText.cairo_font_options_set_hint_metrics(
            options, linear || Subpixel || LinearMetrics ? CairoText.HintMetricsOff : CairoText.HintMetricsOn);
        return options;
    }
}
