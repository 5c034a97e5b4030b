using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// How a head is turned: the rotation of a generic face, in weak perspective, that fits the eyes' corners, the nose and
/// the corners of the mouth best (least squares, then the nearest rotation). The person's own proportions shift it a
/// little, so that only differences between poses say something.
/// </summary>
public readonly struct HeadPose
{
    // Point of 68, then x (to the image's right), y (down), z (away from the viewer), in millimetres from the nose's tip,
    // of an adult of common proportions.
    static readonly (int Point, double X, double Y, double Z)[] face =
    [
        (27, 0, -38, 18), (30, 0, 0, 0), (33, 0, 12, 14),
        (36, -45, -33, 42), (39, -17, -31, 34), (42, 17, -31, 34), (45, 45, -33, 42),
        (48, -25, 38, 28), (54, 25, 38, 28),
    ];

    static readonly double[][] solve = PseudoInverse();

    readonly double[] rows; // the rotation, 3x3, row by row

    HeadPose(double[] rows) => this.rows = rows;

    /// <summary>The pose of a face; null where its points lie on a line or are not finite.</summary>
    public static HeadPose? Compute(Landmarks landmarks)
    {
        // Carry the face's points, less their middle, onto the picture's: the rows of m (2,3).
        double[] across = Fit(point => point.X), down = Fit(point => point.Y);

        // The nearest two rows of a rotation are (m mᵀ)^-½ m.
        double a = Dot(across, across), b = Dot(across, down), d = Dot(down, down), root = Math.Sqrt(Math.Max(0, a * d - b * b));
        if (!(root > 1e-12 * (a + d)))
            return null;
        double spread = root * Math.Sqrt(a + d + 2 * root), p = (d + root) / spread, q = -b / spread, r = (a + root) / spread;
        double[] x = [.. across.Zip(down, (u, v) => p * u + q * v)], y = [.. across.Zip(down, (u, v) => q * u + r * v)];
        return new([.. x, .. y, .. Enumerable.Range(1, 3).Select(i => x[i % 3] * y[(i + 1) % 3] - x[(i + 1) % 3] * y[i % 3])]);

        double[] Fit(Func<(float X, float Y), float> of) =>
            [.. solve.Select(column => face.Select((point, i) => of(landmarks[point.Point]) * column[i]).Sum())];
    }

    /// <summary>The angle of the turn from one pose to the other, in degrees, 0 to 180.</summary>
    public double AngleTo(HeadPose other) =>
        double.RadiansToDegrees(Math.Acos(Math.Clamp((Dot(rows, other.rows) - 1) / 2, -1, 1))); // by the trace of this inverse · other

    /// <summary>Yaw, pitch and roll in degrees: the turn is roll after yaw after pitch, about the axes z, y and x.</summary>
    internal double[] Angles => [.. new[] { Math.Asin(Math.Clamp(-rows[6], -1, 1)), Math.Atan2(rows[7], rows[8]),
        Math.Atan2(rows[3], rows[0]) }.Select(double.RadiansToDegrees)];

    static double Dot(double[] one, double[] other) => one.Zip(other, (a, b) => a * b).Sum();

    // Xᵀ (X Xᵀ)^-1 of the centred points X (3,n), column by column. Left and right are mirror images, so that x stands alone.
    static double[][] PseudoInverse()
    {
        double y = face.Average(point => point.Y), z = face.Average(point => point.Z);
        double xx = face.Sum(point => point.X * point.X), yy = face.Sum(point => (point.Y - y) * (point.Y - y)),
            zz = face.Sum(point => (point.Z - z) * (point.Z - z)), yz = face.Sum(point => (point.Y - y) * (point.Z - z)),
            determinant = yy * zz - yz * yz;
        return
        [
            [.. face.Select(point => point.X / xx)],
            [.. face.Select(point => (zz * (point.Y - y) - yz * (point.Z - z)) / determinant)],
            [.. face.Select(point => (yy * (point.Z - z) - yz * (point.Y - y)) / determinant)],
        ];
    }
}

/// <summary>The angle between two heads' poses (<see cref="HeadPose"/>), in degrees; lower is better.</summary>
public static class PoseError
{
    internal const string Definition = "angle between head poses, a generic face in weak perspective on 9 of 68 landmarks";

    /// <summary>The angle; NaN where a face has no pose.</summary>
    public static double Compute(Landmarks real, Landmarks fake) =>
        (HeadPose.Compute(real), HeadPose.Compute(fake)) is ({ } one, { } other) ? one.AngleTo(other) : double.NaN;
}
