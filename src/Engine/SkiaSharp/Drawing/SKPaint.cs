namespace SkiaSharp;

/// <summary>How something is drawn: colour or shader, filled or stroked, and how it blends.</summary>
public class SKPaint : SKObject
{
    public SKPaint()
    {
    }

    public SKColor Color
    {
        get => (SKColor)ColorF;
        set => ColorF = value;
    }

    /// <summary>The colour; where there is a shader, only its alpha counts.</summary>
    public SKColorF ColorF { get; set; } = SKColors.Black;

    public SKPaintStyle Style { get; set; }

    public bool IsStroke
    {
        get => Style != SKPaintStyle.Fill;
        set => Style = value ? SKPaintStyle.Stroke : SKPaintStyle.Fill;
    }

    public bool IsAntialias { get; set; }

    /// <summary>The width of lines in the units of the canvas; 0 is one pixel, whatever the transform.</summary>
    public float StrokeWidth { get; set; }

    public SKStrokeCap StrokeCap { get; set; }

    public SKStrokeJoin StrokeJoin { get; set; }

    /// <summary>How far a pointed join may reach, in line widths, before it is cut off.</summary>
    public float StrokeMiter { get; set; } = 4;

    /// <summary>The paint keeps a share of its own: the shader that was set may be disposed at once.</summary>
    public SKShader? Shader
    {
        get;
        set
        {
            var share = value?.Share();
            field?.DisposeInternal();
            field = share;
        }
    }

    public SKPathEffect? PathEffect { get; set; }

    public SKBlendMode BlendMode { get; set; } = SKBlendMode.SrcOver;

    public SKPaint Clone()
    {
        var clone = new SKPaint();
        clone.Take(this);
        return clone;
    }

    public void Reset()
    {
        using var fresh = new SKPaint();
        Take(fresh);
    }

    void Take(SKPaint other)
    {
        ColorF = other.ColorF;
        Style = other.Style;
        IsAntialias = other.IsAntialias;
        StrokeWidth = other.StrokeWidth;
        StrokeCap = other.StrokeCap;
        StrokeJoin = other.StrokeJoin;
        StrokeMiter = other.StrokeMiter;
        Shader = other.Shader;
        PathEffect = other.PathEffect;
        BlendMode = other.BlendMode;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Shader = null;
        base.Dispose(disposing);
    }
}
