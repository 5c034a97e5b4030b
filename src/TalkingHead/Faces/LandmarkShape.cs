namespace TalkingHead.Faces;

/// <summary>The shape of a face over several pictures.</summary>
public static class LandmarkShape
{
    const int Rounds = 3;

    /// <summary>
    /// The mean of landmarks once size, place and tilt are taken out of each (generalised Procrustes analysis, Gower
    /// 1975), laid where their plain mean lies.
    /// </summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Landmarks Mean(IReadOnlyList<Landmarks> shapes)
    {
        if (shapes.Count == 0)
            throw new ArgumentException("A mean needs landmarks.", nameof(shapes));
        var plain = Average(shapes);
        var mean = shapes[0];
        for (var round = 0; round < Rounds; round++)
        {
            var reference = mean;
            mean = Average([.. shapes.Select(shape => shape.Map(Similarity.Fit(shape.Values, reference.Values)))]);
        }

        return mean.Map(Similarity.Fit(mean.Values, plain.Values));
    }

    /// <summary>
    /// The shape of a face that looks ahead, of a few moments in which it may look anywhere: the mean of the third of them
    /// that is most like its own mirror image. So a head that is turned for a while is not taken for a narrow one.
    /// </summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Landmarks Frontal(IReadOnlyList<Landmarks> shapes)
    {
        var place = Mean(shapes);
        var mean = Mean([.. shapes.OrderBy(Skew).Take((shapes.Count + 2) / 3)]);
        return mean.Map(Similarity.Fit(mean.Values, place.Values)); // where the face is on the whole, all moments say
    }

    // How far the points are from those of the face's mirror image once both are laid over each other, in sizes of the face.
    static double Skew(Landmarks face)
    {
        var mirrored = face.Mirror(0);
        var laid = mirrored.Map(Similarity.Fit(mirrored.Values, face.Values));
        return laid.SquaredDistance(face) / Math.Max(1e-6, face.Bounds.Area);
    }

    // With pupils where all shapes have them.
    static Landmarks Average(IReadOnlyList<Landmarks> shapes)
    {
        var sum = new double[shapes.Min(shape => shape.ValuesWithPupils.Length)];
        foreach (var shape in shapes)
        {
            for (var i = 0; i < sum.Length; i++)
                sum[i] += shape.ValuesWithPupils[i];
        }

        return new([.. sum.Select(value => (float)(value / shapes.Count))]);
    }
}

/// <summary>
/// Landmarks of a picture that is flipped left to right: mirrored, and named anew, as the right eye becomes the left one.
/// </summary>
public static class LandmarkMirror
{
    // Runs of points that change places with another run read backwards, or with themselves.
    static readonly (int First, int Last, int With)[] Runs =
    [
        (0, 16, 16), (17, 26, 26), (27, 27, 27), (28, 28, 28), (29, 29, 29), (30, 30, 30), (31, 35, 35),
        (36, 39, 45), (40, 41, 47), (42, 45, 39), (46, 47, 41), (48, 54, 54), (55, 59, 59), (60, 64, 64), (65, 67, 67),
    ];

    /// <summary>Which point each point becomes.</summary>
    internal static readonly int[] Partner = Partners();

    /// <summary>The landmarks in the flipped picture of that width.</summary>
    public static Landmarks Mirror(this Landmarks landmarks, int width)
    {
        Span<float> mirrored = stackalloc float[2 * Landmarks.Count];
        for (var i = 0; i < Landmarks.Count; i++)
            (mirrored[2 * Partner[i]], mirrored[2 * Partner[i] + 1]) = (width - 1 - landmarks[i].X, landmarks[i].Y);
        return landmarks.Pupils is { } pupils ? new(mirrored, Flipped(pupils.Left), Flipped(pupils.Right)) : new(mirrored);

        Pupil Flipped(Pupil pupil) => pupil with { X = width - 1 - pupil.X };
    }

    static int[] Partners()
    {
        var partners = new int[Landmarks.Count];
        foreach (var (first, last, with) in Runs)
        {
            for (var i = first; i <= last; i++)
                partners[i] = with - (i - first);
        }

        return partners;
    }
}

/// <summary>Rotation, one scale and a shift: (x, y) → (A x - B y + X, B x + A y + Y).</summary>
public readonly record struct Similarity(double A, double B, double X, double Y)
{
    /// <summary>The factor by which lengths grow.</summary>
    public double Scale => double.Hypot(A, B);

    /// <summary>The map back.</summary>
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

    /// <summary>Maps a point.</summary>
    public (double X, double Y) Apply(double x, double y) => (A * x - B * y + X, B * x + A * y + Y);

    /// <summary>
    /// The one that best carries the points <paramref name="from"/> onto <paramref name="to"/> (least squares; x, y pairs).
    /// </summary>
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
