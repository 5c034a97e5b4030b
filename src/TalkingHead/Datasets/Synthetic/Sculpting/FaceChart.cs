namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// The flat chart of the head: an azimuthal equidistant projection round the middle of the face, ten units a radian, which
/// is about one unit a centimetre on the face. The back of the head is its rim.
/// </summary>
static class FaceChart
{
    public const float Scale = 10;
    public const float Rim = 28;
    const float MouthOpening = 0.95f, MouthV = -5.95f, UnderChinV = -11.5f;

    public static (float U, float V) Project(Vec3 point)
    {
        var across = MathF.Sqrt(point.X * point.X + point.Y * point.Y);
        if (across < 1e-6f) return (0, 0);
        var angle = MathF.Atan2(across, point.Z) * Scale;
        return (angle * point.X / across, angle * point.Y / across);
    }

    public static Vec3 Direction(float u, float v)
    {
        var radius = MathF.Sqrt(u * u + v * v);
        if (radius < 1e-6f) return new(0, 0, 1);
        var sine = MathF.Sin(radius / Scale) / radius;
        return new(u * sine, v * sine, MathF.Cos(radius / Scale));
    }

    /// <summary>A plain skull, from which the anchors' surface departs.</summary>
    public static Vec3 Skull(float u, float v)
    {
        var d = Direction(u, v);
        var centre = 1 / MathF.Sqrt(Curves.Square(d.X / 7.5f) + Curves.Square(d.Y / 11.4f) + Curves.Square(d.Z / 9.9f));
        return d * centre;
    }

    /// <summary>Shifts what lies under the mouth down the chart, so that the lips part there.</summary>
    public static (float U, float V) OpenBelow(float u, float v, float share)
    {
        if (v > MouthV + 0.3f || v < UnderChinV) return (u, v);
        return (u, v - share * MouthOpening * Curves.Clamp01((v - UnderChinV) / (MouthV - UnderChinV)));
    }
}
