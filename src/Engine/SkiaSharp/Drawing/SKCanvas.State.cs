using SkiaSharp.Native;

namespace SkiaSharp;

public partial class SKCanvas
{
    readonly Stack<(SKMatrix Matrix, bool IsLayer, float Opacity, SKBlendMode Mode)> saved = [];
    SKMatrix total = SKMatrix.Identity;
    int layers;

    /// <summary>From the units drawn in to pixels.</summary>
    public SKMatrix TotalMatrix => total;

    /// <summary>One more than the number of states that <see cref="Restore"/> can go back to.</summary>
    public int SaveCount => saved.Count + 1;

    /// <summary>Keeps transform and clip until <see cref="Restore"/>; the result is for <see cref="RestoreToCount"/>.</summary>
    public int Save() => Push(isLayer: false, 1, SKBlendMode.SrcOver);

    public int SaveLayer() => SaveLayer(null);

    /// <summary>Draws on a layer of its own, which <see cref="Restore"/> lays down with the alpha and blend mode of <paramref name="paint"/>.</summary>
    public int SaveLayer(SKPaint? paint) =>
        Push(isLayer: true, paint?.ColorF.Alpha ?? 1, paint?.BlendMode ?? SKBlendMode.SrcOver);

    int Push(bool isLayer, float opacity, SKBlendMode mode)
    {
        if (isLayer)
            Begin();
        ThrowIfDisposed();
        saved.Push((total, isLayer, opacity, mode));
        Cairo.cairo_save(context);
        if (isLayer)
        {
            Cairo.cairo_push_group_with_content(context, Cairo.ContentColorAlpha);
            layers++;
        }
        return saved.Count;
    }

    public void Restore()
    {
        ThrowIfDisposed();
        if (!saved.TryPop(out var state))
            return;
        if (state.IsLayer)
        {
            Cairo.cairo_pop_group_to_source(context);
            layers--;
            Cairo.cairo_set_operator(context, Operator(state.Mode));
            Cairo.cairo_paint_with_alpha(context, state.Opacity);
        }
        Cairo.cairo_restore(context);
        total = state.Matrix;
        ApplyMatrix();
        if (state.IsLayer)
            End();
    }

    /// <summary>Restores until <see cref="SaveCount"/> is <paramref name="count"/>.</summary>
    public void RestoreToCount(int count)
    {
        while (SaveCount > Math.Max(count, 1))
            Restore();
    }

    public void Translate(SKPoint point) => Translate(point.X, point.Y);

    public void Translate(float dx, float dy) => Concat(SKMatrix.CreateTranslation(dx, dy));

    public void Scale(float s) => Scale(s, s);

    public void Scale(SKPoint size) => Scale(size.X, size.Y);

    public void Scale(float sx, float sy) => Concat(SKMatrix.CreateScale(sx, sy));

    public void Scale(float sx, float sy, float px, float py) => Concat(SKMatrix.CreateScale(sx, sy, px, py));

    /// <summary>Turns clockwise as seen on screen.</summary>
    public void RotateDegrees(float degrees) => Concat(SKMatrix.CreateRotationDegrees(degrees));

    public void RotateDegrees(float degrees, float px, float py) => Concat(SKMatrix.CreateRotationDegrees(degrees, px, py));

    public void RotateRadians(float radians) => Concat(SKMatrix.CreateRotation(radians));

    public void RotateRadians(float radians, float px, float py) => Concat(SKMatrix.CreateRotation(radians, px, py));

    public void Skew(SKPoint skew) => Skew(skew.X, skew.Y);

    public void Skew(float sx, float sy) => Concat(SKMatrix.CreateSkew(sx, sy));

    public void Concat(in SKMatrix m) => SetMatrix(total.PreConcat(m));

    public void ResetMatrix() => SetMatrix(SKMatrix.Identity);

    /// <exception cref="ArgumentException">The matrix has perspective, which cairo does not know.</exception>
    public void SetMatrix(in SKMatrix matrix)
    {
        ThrowIfDisposed();
        if (matrix.HasPerspective)
            throw new ArgumentException("A canvas has no perspective: the last row of its matrix must be 0 0 1.", nameof(matrix));
        total = matrix;
        ApplyMatrix();
    }

    // A matrix that cannot be inverted would stop the context for good. Nothing is drawn under one: see CanDraw.
    void ApplyMatrix()
    {
        if (CanDraw)
            Cairo.cairo_set_matrix(context, Cairo.Matrix.From(total));
    }

    bool CanDraw => total.IsInvertible;

    /// <summary>The box around what the clip leaves, in the units drawn in.</summary>
    public SKRect LocalClipBounds
    {
        get
        {
            ThrowIfDisposed();
            if (!CanDraw)
                return SKRect.Empty;
            Cairo.cairo_clip_extents(context, out var x1, out var y1, out var x2, out var y2);
            return new SKRect((float)x1, (float)y1, (float)x2, (float)y2);
        }
    }

    /// <summary>The box around what the clip leaves, in pixels.</summary>
    public SKRectI DeviceClipBounds
    {
        get
        {
            ThrowIfDisposed();
            Cairo.cairo_identity_matrix(context);
            Cairo.cairo_clip_extents(context, out var x1, out var y1, out var x2, out var y2);
            ApplyMatrix();
            return new SKRectI((int)Math.Floor(x1), (int)Math.Floor(y1), (int)Math.Ceiling(x2), (int)Math.Ceiling(y2));
        }
    }

    public bool IsClipEmpty => DeviceClipBounds is { Width: <= 0 } or { Height: <= 0 };

    public void ClipRect(SKRect rect, SKClipOperation operation = SKClipOperation.Intersect, bool antialias = false)
    {
        using var builder = new SKPathBuilder();
        builder.AddRect(rect);
        using var path = builder.Detach();
        ClipPath(path, operation, antialias);
    }

    /// <summary>
    /// Draws on from here inside the path only, or outside. A difference counts the path's crossings: where it overlaps
    /// itself, the overlap is not taken away.
    /// </summary>
    public void ClipPath(SKPath path, SKClipOperation operation = SKClipOperation.Intersect, bool antialias = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ThrowIfDisposed();
        if (!path.Data.IsFinite || !CanDraw)
            return;
        path.Data.Emit(context);
        Cairo.cairo_set_antialias(context, antialias ? Cairo.AntialiasGood : Cairo.AntialiasNone);
        if (operation == SKClipOperation.Difference)
        {
            Cairo.cairo_identity_matrix(context);
            Cairo.cairo_rectangle(context, -1, -1, target.Info.Width + 2, target.Info.Height + 2);
            Cairo.cairo_set_fill_rule(context, Cairo.FillEvenOdd);
            ApplyMatrix();
        }
        Cairo.cairo_clip(context);
    }
}
