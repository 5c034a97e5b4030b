namespace TalkingHead.Datasets.Synthetic;

/// <summary>One person's face as a surface over the chart, and everything that is bound to it and moves with its anchors.</summary>
sealed class FaceSurface
{
    public readonly FaceShape Shape;

    readonly Func<float, float, Vec3> departure; // from the plain skull

    public FaceSurface(FaceShape shape)
    {
        Shape = shape;
        var anchors = FaceAnchors.Template.All;
        departure = FaceTopology.Shared.Spline.Through([.. shape.Anchors.Select((at, i) => at - FaceChart.Skull(anchors[i].U, anchors[i].V))]);
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
        var d = new Vec3(direction.X / (7.6f * scale.X), direction.Y / (11.6f * scale.Y), direction.Z / (10.1f * (direction.Z < 0 ? scale.Z : 1)));
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
