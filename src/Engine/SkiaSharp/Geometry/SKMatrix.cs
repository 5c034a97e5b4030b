namespace SkiaSharp;

/// <summary>
/// A 3x3 matrix that maps column vectors (x, y, 1):
/// | ScaleX SkewX TransX | SkewY ScaleY TransY | Persp0 Persp1 Persp2 |.
/// </summary>
public record struct SKMatrix : IEquatable<SKMatrix>
{
    public static readonly SKMatrix Empty;

    public static readonly SKMatrix Identity = new(1, 0, 0, 0, 1, 0, 0, 0, 1);

    /// <param name="values">Nine values, row by row.</param>
    public SKMatrix(float[] values) => Values = values;

    public SKMatrix(
        float scaleX, float skewX, float transX, float skewY, float scaleY, float transY, float persp0, float persp1, float persp2)
    {
        ScaleX = scaleX;
        SkewX = skewX;
        TransX = transX;
        SkewY = skewY;
        ScaleY = scaleY;
        TransY = transY;
        Persp0 = persp0;
        Persp1 = persp1;
        Persp2 = persp2;
    }

    public float ScaleX { get; set; }

    public float SkewX { get; set; }

    public float TransX { get; set; }

    public float SkewY { get; set; }

    public float ScaleY { get; set; }

    public float TransY { get; set; }

    public float Persp0 { get; set; }

    public float Persp1 { get; set; }

    public float Persp2 { get; set; }

    public float[] Values
    {
        readonly get => [ScaleX, SkewX, TransX, SkewY, ScaleY, TransY, Persp0, Persp1, Persp2];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != 9)
                throw new ArgumentException($"A matrix has 9 values, found {value.Length}.", nameof(value));
            this = new SKMatrix(value[0], value[1], value[2], value[3], value[4], value[5], value[6], value[7], value[8]);
        }
    }

    public readonly bool IsIdentity => this == Identity;

    public readonly bool IsInvertible => TryInvert(out _);

    internal readonly bool HasPerspective => Persp0 != 0 || Persp1 != 0 || Persp2 != 1;

    public static SKMatrix CreateIdentity() => Identity;

    public static SKMatrix CreateTranslation(float x, float y) => CreateScaleTranslation(1, 1, x, y);

    public static SKMatrix CreateScale(float x, float y) => CreateScaleTranslation(x, y, 0, 0);

    public static SKMatrix CreateScale(float x, float y, float pivotX, float pivotY) =>
        CreateScaleTranslation(x, y, pivotX - x * pivotX, pivotY - y * pivotY);

    public static SKMatrix CreateScaleTranslation(float sx, float sy, float tx, float ty) => new(sx, 0, tx, 0, sy, ty, 0, 0, 1);

    public static SKMatrix CreateSkew(float x, float y) => new(1, x, 0, y, 1, 0, 0, 0, 1);

    public static SKMatrix CreateRotation(float radians) => CreateRotation(radians, 0, 0);

    /// <summary>A turn about the pivot, clockwise as seen on screen.</summary>
    public static SKMatrix CreateRotation(float radians, float pivotX, float pivotY)
    {
        var (sin, cos) = MathF.SinCos(radians);
        return new SKMatrix(
            cos, -sin, sin * pivotY + (1 - cos) * pivotX, sin, cos, -sin * pivotX + (1 - cos) * pivotY, 0, 0, 1);
    }

    public static SKMatrix CreateRotationDegrees(float degrees) => CreateRotation(degrees * MathF.PI / 180);

    public static SKMatrix CreateRotationDegrees(float degrees, float pivotX, float pivotY) =>
        CreateRotation(degrees * MathF.PI / 180, pivotX, pivotY);

    /// <summary>The matrix that applies <paramref name="second"/>, then <paramref name="first"/>.</summary>
    public static SKMatrix Concat(SKMatrix first, SKMatrix second) => new(
        first.ScaleX * second.ScaleX + first.SkewX * second.SkewY + first.TransX * second.Persp0,
        first.ScaleX * second.SkewX + first.SkewX * second.ScaleY + first.TransX * second.Persp1,
        first.ScaleX * second.TransX + first.SkewX * second.TransY + first.TransX * second.Persp2,
        first.SkewY * second.ScaleX + first.ScaleY * second.SkewY + first.TransY * second.Persp0,
        first.SkewY * second.SkewX + first.ScaleY * second.ScaleY + first.TransY * second.Persp1,
        first.SkewY * second.TransX + first.ScaleY * second.TransY + first.TransY * second.Persp2,
        first.Persp0 * second.ScaleX + first.Persp1 * second.SkewY + first.Persp2 * second.Persp0,
        first.Persp0 * second.SkewX + first.Persp1 * second.ScaleY + first.Persp2 * second.Persp1,
        first.Persp0 * second.TransX + first.Persp1 * second.TransY + first.Persp2 * second.Persp2);

    public static void Concat(ref SKMatrix target, SKMatrix first, SKMatrix second) => target = Concat(first, second);

    /// <summary>This matrix after <paramref name="matrix"/>: <paramref name="matrix"/> is applied first.</summary>
    public readonly SKMatrix PreConcat(SKMatrix matrix) => Concat(this, matrix);

    /// <summary>This matrix before <paramref name="matrix"/>: <paramref name="matrix"/> is applied last.</summary>
    public readonly SKMatrix PostConcat(SKMatrix matrix) => Concat(matrix, this);

    /// <summary>The inverse, or <see cref="Empty"/> where there is none.</summary>
    public readonly SKMatrix Invert() => TryInvert(out var inverse) ? inverse : Empty;

    public readonly bool TryInvert(out SKMatrix inverse)
    {
        double a = ScaleX, b = SkewX, c = TransX, d = SkewY, e = ScaleY, f = TransY, g = Persp0, h = Persp1, i = Persp2;
        var determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        inverse = Empty;
        if (!double.IsFinite(determinant) || determinant == 0)
            return false;
        var s = 1 / determinant;
        inverse = new SKMatrix(
            (float)((e * i - f * h) * s), (float)((c * h - b * i) * s), (float)((b * f - c * e) * s),
            (float)((f * g - d * i) * s), (float)((a * i - c * g) * s), (float)((c * d - a * f) * s),
            (float)((d * h - e * g) * s), (float)((b * g - a * h) * s), (float)((a * e - b * d) * s));
        return inverse.Values.All(float.IsFinite);
    }

    public readonly SKPoint MapPoint(SKPoint point) => MapPoint(point.X, point.Y);

    public readonly SKPoint MapPoint(float x, float y)
    {
        var mapped = new SKPoint(ScaleX * x + SkewX * y + TransX, SkewY * x + ScaleY * y + TransY);
        if (!HasPerspective)
            return mapped;
        var w = Persp0 * x + Persp1 * y + Persp2;
        return w == 0 ? SKPoint.Empty : new SKPoint(mapped.X / w, mapped.Y / w);
    }

    public readonly SKPoint[] MapPoints(SKPoint[] points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var result = new SKPoint[points.Length];
        MapPoints(result, points.AsSpan());
        return result;
    }

    public readonly void MapPoints(SKPoint[] result, SKPoint[] points) => MapPoints(result.AsSpan(), points.AsSpan());

    public readonly void MapPoints(Span<SKPoint> result, ReadOnlySpan<SKPoint> points)
    {
        if (result.Length != points.Length)
            throw new ArgumentException($"{points.Length} points need as many results, found {result.Length}.", nameof(result));
        for (var i = 0; i < points.Length; i++)
            result[i] = MapPoint(points[i]);
    }

    /// <summary>Maps a direction: the translation does not apply.</summary>
    public readonly SKPoint MapVector(SKPoint vector) => MapVector(vector.X, vector.Y);

    public readonly SKPoint MapVector(float x, float y) => MapPoint(x, y) - MapPoint(0, 0);

    /// <summary>The geometric mean of the two axes of a mapped circle.</summary>
    public readonly float MapRadius(float radius) =>
        MathF.Sqrt(MapVector(radius, 0).Length * MapVector(0, radius).Length);

    /// <summary>The bounds of the mapped rectangle.</summary>
    public readonly SKRect MapRect(SKRect source)
    {
        SKPoint a = MapPoint(source.Left, source.Top), b = MapPoint(source.Right, source.Top);
        SKPoint c = MapPoint(source.Left, source.Bottom), d = MapPoint(source.Right, source.Bottom);
        return new SKRect(
            MathF.Min(MathF.Min(a.X, b.X), MathF.Min(c.X, d.X)), MathF.Min(MathF.Min(a.Y, b.Y), MathF.Min(c.Y, d.Y)),
            MathF.Max(MathF.Max(a.X, b.X), MathF.Max(c.X, d.X)), MathF.Max(MathF.Max(a.Y, b.Y), MathF.Max(c.Y, d.Y)));
    }

    public readonly void GetValues(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values.CopyTo(values, 0);
    }

    public readonly bool Equals(SKMatrix obj) =>
        ScaleX == obj.ScaleX && SkewX == obj.SkewX && TransX == obj.TransX &&
        SkewY == obj.SkewY && ScaleY == obj.ScaleY && TransY == obj.TransY &&
        Persp0 == obj.Persp0 && Persp1 == obj.Persp1 && Persp2 == obj.Persp2;

    public override readonly int GetHashCode() =>
        HashCode.Combine(HashCode.Combine(ScaleX, SkewX, TransX), HashCode.Combine(SkewY, ScaleY, TransY), Persp0, Persp1, Persp2);
}
