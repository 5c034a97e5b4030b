using static TalkingHead.Synthetic.Curves;

namespace TalkingHead.Synthetic;

/// <summary>Moves the template's anchors and eyes to one person's.</summary>
sealed class FaceShape
{
    public readonly Vec3[] Anchors;
    public readonly EyeShape Eyes;

    /// <summary>How much wider, taller and deeper than the template's the skull is.</summary>
    public readonly Vec3 SkullScale;

    readonly FaceTraits face;

    public FaceShape(FaceTraits face)
    {
        this.face = face;
        Anchors = [.. FaceAnchors.Template.All.Select(a => a.Rest)];
        SkullScale = new(1 + 0.055f * face.Width, 1 + 0.045f * face.Cranium, 1 + 0.03f * face.Cranium);
        Features();
        for (var i = 0; i < Anchors.Length; i++) Anchors[i] = Proportion(Anchors[i]);
        Eyes = ShapeEyes();
    }

    public Vec3 this[string name] => Anchors[FaceAnchors.Template[name]];

    EyeShape ShapeEyes()
    {
        var t = EyeShape.Template;
        var size = 1 + 0.09f * face.EyeSize;
        var centre = Proportion(t.Centre(1));
        return t with
        {
            Apart = centre.X + 0.16f * face.EyeApart,
            Height = centre.Y,
            Depth = centre.Z - 0.22f * face.EyeDepth,
            HalfWidth = t.HalfWidth * size,
            Upper = t.Upper * size * (1 + 0.16f * face.EyeOpen + 0.12f * face.EyeRound),
            Lower = t.Lower * size * (1 + 0.1f * face.EyeOpen + 0.12f * face.EyeRound),
            Tilt = t.Tilt + 0.08f * face.EyeTilt,
            UpperPeak = t.UpperPeak + 0.1f * face.BrowSlant,
        };
    }

    // The large masses: widths and lengths of skull, face, jaw and chin.
    Vec3 Proportion(Vec3 p)
    {
        var (x, y, z) = (p.X, p.Y, p.Z);
        var below = Smooth(-1, -9, y);
        var front = Smooth(-1, 6, z);
        x *= SkullScale.X * (1 + below * (0.09f * face.JawWidth));
        x *= 1 + 0.1f * face.JawAngle * Bell(y + 7, 2.2f) * Smooth(7, 2.5f, z);
        x *= 1 + 0.2f * face.ChinWidth * Smooth(-8.5f, -11, y) * front;
        y = y > 0 ? y * SkullScale.Y : y * (1 + 0.055f * face.Length + 0.07f * face.ChinLength * Smooth(-7.5f, -11, y));
        z = z < 0 ? z * SkullScale.Z : z;
        z += 0.45f * face.ChinForward * Smooth(-8, -11, y) * Smooth(4, 8, z);
        z += 0.5f * face.Forehead * Bell(y - 6.5f, 2.6f) * Smooth(3, 7, z);
        return new(x, y, z);
    }

    void Features()
    {
        Widen("zygoma", 0.28f * face.Cheekbones, 0, 0.2f * face.Cheekbones);
        Widen("arch", 0.2f * face.Cheekbones, 0, 0);
        Widen("apple", 0, 0, 0.2f * face.Cheekbones);
        foreach (var name in new[] { "cheek", "cheekLow" }) Widen(name, 0.3f * face.CheekFat, 0, 0.3f * face.CheekFat);
        Widen("cheekRear", 0.22f * face.CheekFat, 0, 0);
        foreach (var name in new[] { "jaw11", "jaw12", "jaw13" }) Widen(name, 0.2f * MathF.Max(0, face.CheekFat),
            -0.1f * MathF.Max(0, face.CheekFat), 0);
        Lift("underChin", -0.5f * MathF.Max(0, face.CheekFat), 0);
        Lift("submental", -0.8f * MathF.Max(0, face.CheekFat), 0);
        ShapeNose();
        ShapeMouth();
        ShapeBrow();
        foreach (var side in new[] { "+", "-" })
            foreach (var name in new[] { "apple", "lipCorner", "browMid", "ala" })
                Move(name + side, new(0, (side == "+" ? 0.1f : -0.1f) * face.Asymmetry, 0));
    }

    void ShapeNose()
    {
        var down = -0.32f * face.NoseLength;
        var ahead = 0.5f * face.NoseForward;
        foreach (var name in new[] { "noseTip", "infratip" }) Lift(name, down + 0.3f * face.NoseTip, ahead);
        Widen("tipSide", 0.12f * face.NoseWidth, down + 0.25f * face.NoseTip, ahead);
        Widen("nostril", 0.15f * face.NoseWidth, down + 0.15f * face.NoseTip, 0.7f * ahead);
        Lift("bridge2", 0.4f * down, 0.7f * ahead + 0.25f * face.NoseHump + 0.2f * face.NoseBridge);
        Lift("bridge1", 0, 0.3f * ahead + 0.4f * face.NoseHump + 0.35f * face.NoseBridge);
        Lift("nasion", 0, 0.3f * face.NoseBridge);
        Widen("bridgeSide1", 0.12f * face.NoseWidth, 0, 0.15f * face.NoseBridge);
        Widen("bridgeSide2", 0.16f * face.NoseWidth, 0.3f * down, 0.2f * ahead);
        Widen("alaTop", 0.24f * face.NoseWidth, 0.6f * down, 0.3f * ahead);
        Widen("ala", 0.34f * face.NoseWidth, 0.8f * down, 0.1f * ahead);
        Widen("alaBase", 0.24f * face.NoseWidth, 0.8f * down, 0);
        Widen("alarCrease", 0.26f * face.NoseWidth, 0.7f * down, 0);
        Widen("sill", 0.1f * face.NoseWidth, 0.8f * down, 0.2f * ahead);
        Lift("subnasale", 0.8f * down, 0.25f * ahead);
    }

    void ShapeMouth()
    {
        var height = 0.22f * face.MouthHeight;
        foreach (var anchor in FaceAnchors.Template.All)
            if (anchor.Name.Contains("ip", StringComparison.Ordinal) && anchor.Name.Contains("lip", StringComparison.OrdinalIgnoreCase))
            {
                var p = Anchors[FaceAnchors.Template[anchor.Name]];
                var middle = 1 - Square(p.X / 2.9f);
                var upper = p.Y > -6.9f ? 0.2f * face.UpperLip : 0;
                var lower = p.Y < -7.3f ? -0.24f * face.LowerLip : 0;
                if (anchor.Name.Contains("Bulge", StringComparison.Ordinal)) (upper, lower) = (upper * 0.5f, lower * 0.5f);
                if (anchor.Name.Contains("Back", StringComparison.Ordinal)) (upper, lower) = (0, 0);
                var full = anchor.Name.Contains("Bulge", StringComparison.Ordinal) ? 0.14f * (p.Y > -7 ? face.UpperLip : face.LowerLip) : 0;
                Anchors[FaceAnchors.Template[anchor.Name]] = new(
                    p.X * (1 + 0.12f * face.MouthWidth), p.Y + height + (upper + lower) * MathF.Max(0, middle),
                    p.Z + (0.25f * face.LipsForward + full) * MathF.Max(0.2f, middle));
            }
        Widen("cornerOut", 0.2f * face.MouthWidth, height, 0);
    }

    void ShapeBrow()
    {
        Lift("glabella", 0, 0.25f * face.BrowRidge);
        Widen("browInner", 0, 0, 0.28f * face.BrowRidge);
        Widen("browMid", 0, 0, 0.28f * face.BrowRidge);
        Widen("browOuter", 0, 0, 0.2f * face.BrowRidge);
        Widen("socketTop", 0, -0.12f * face.BrowRidge, 0.08f * face.BrowRidge);
    }

    void Lift(string name, float up, float forward)
    {
        if (FaceAnchors.Template.Has(name)) Move(name, new(0, up, forward));
        else Widen(name, 0, up, forward);
    }

    void Widen(string name, float outwards, float up, float forward)
    {
        Move(name + "+", new(outwards, up, forward));
        Move(name + "-", new(-outwards, up, forward));
    }

    void Move(string name, Vec3 by) => Anchors[FaceAnchors.Template[name]] += by;
}

/// <summary>One person's face as a surface over the chart, and everything that is bound to it and moves with its anchors.</summary>
sealed class FaceSurface
{
    public readonly FaceShape Shape;

    readonly Func<float, float, Vec3> departure; // from the plain skull

    public FaceSurface(FaceShape shape)
    {
        Shape = shape;
        var anchors = FaceAnchors.Template.All;
        departure = FaceTopology.Shared.Spline.Through([.. shape.Anchors.Select((at, i) =>
            at - FaceChart.Skull(anchors[i].U, anchors[i].V))]);
    }

    public Vec3 this[string anchor] => Shape[anchor];

    public Vec3 At(float[] weights, Vec3 offset) => Blend(weights, Shape.Anchors) + offset;

    public Vec3 At(float u, float v) => FaceChart.Skull(u, v) + departure(u, v);

    public Vec3 NormalAt(float u, float v)
    {
        const float step = 0.15f;
        return Vec3.Cross(At(u + step, v) - At(u - step, v), At(u, v + step) - At(u, v - step)).Normalised();
    }

    /// <summary>
    /// The head's surface in a direction from its middle. The chart tears at the back of the head, so a plain skull of the
    /// same proportions takes over there.
    /// </summary>
    public Vec3 Towards(Vec3 direction)
    {
        var front = Curves.Smooth(-0.55f, -0.1f, direction.Z);
        var back = direction * Skull(direction);
        if (front <= 0) return back;
        var (u, v) = FaceChart.Project(direction);
        return Vec3.Lerp(back, At(u, v), front);
    }

    float Skull(Vec3 direction)
    {
        var scale = Shape.SkullScale;
        var d = new Vec3(direction.X / (7.6f * scale.X), direction.Y / (11.6f * scale.Y),
            direction.Z / (10.1f * (direction.Z < 0 ? scale.Z : 1)));
        return 1 / d.Length;
    }

    public static Vec3 Blend(float[] weights, Vec3[] values)
    {
        var sum = Vec3.Zero;
        for (var i = 0; i < values.Length; i++)
            if (values[i] != Vec3.Zero) sum += values[i] * weights[i];
        return sum;
    }
}

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
