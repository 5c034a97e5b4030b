namespace TalkingHead.Faces;

/// <summary>Rotation, one scale and a shift: (x, y) → (A x - B y + X, B x + A y + Y).</summary>
public readonly record struct Similarity(double A, double B, double X, double Y)
{
    public double Scale => double.Hypot(A, B);

    public Similarity Inverse()
    {
        var norm = A * A + B * B;
        double a = A / norm, b = -B / norm;
        return new(a, b, -(a * X - b * Y), -(b * X + a * Y));
    }

    /// <summary>First <paramref name="inner"/>, then this.</summary>
    public Similarity After(Similarity inner) => new(
        A * inner.A - B * inner.B, B * inner.A + A * inner.B,
        A * inner.X - B * inner.Y + X, B * inner.X + A * inner.Y + Y);

    public (double X, double Y) Apply(double x, double y) => (A * x - B * y + X, B * x + A * y + Y);

    /// <summary>The one that best carries the points <paramref name="from"/> onto <paramref name="to"/> (least squares; x, y pairs).</summary>
    public static Similarity Fit(ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        double x = 0, y = 0, u = 0, v = 0, n = from.Length / 2;
        for (var i = 0; i < from.Length; i += 2)
            (x, y, u, v) = (x + from[i] / n, y + from[i + 1] / n, u + to[i] / n, v + to[i + 1] / n);
        double dot = 0, cross = 0, norm = 0;
        for (var i = 0; i < from.Length; i += 2)
        {
            double p = from[i] - x, q = from[i + 1] - y, r = to[i] - u, s = to[i + 1] - v;
            (dot, cross, norm) = (dot + p * r + q * s, cross + p * s - q * r, norm + p * p + q * q);
        }

        double a = dot / norm, b = cross / norm;
        return new(a, b, u - a * x + b * y, v - b * x - a * y);
    }
}
