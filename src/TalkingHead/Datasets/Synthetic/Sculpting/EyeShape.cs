namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// An eyeball and the opening between its lids, in centimetres. The lids slide over the ball, so blinking bends them round
/// it instead of flattening them.
/// </summary>
sealed record EyeShape(
    float Apart, float Height, float Depth, float Radius, float HalfWidth, float Upper, float Lower, float Tilt, float UpperPeak)
{
    public static readonly EyeShape Template = new(3.35f, 0, 6.7f, 2.1f, 1.85f, 0.9f, 0.7f, 0.06f, -0.2f);

    const float LidThickness = 0.1f;

    /// <summary>The ball's centre; <paramref name="side"/> is -1 or +1, the sign of x.</summary>
    public Vec3 Centre(int side) => new(side * Apart, Height, Depth);

    /// <summary>
    /// Point <paramref name="i"/> of the lids' margin. <paramref name="blink"/> 0 open, 1 closed; <paramref name="squint"/>
    /// raises the lower lid; <paramref name="lift"/> moves the upper lid with the gaze.
    /// </summary>
    public Vec3 Margin(int side, int i, float blink, float squint, float lift)
    {
        const int half = FaceTopology.LidPoints / 2;
        var upper = i <= half;
        var t = -MathF.Cos(MathF.PI * (upper ? i : FaceTopology.LidPoints - i) / half); // -1 at the nose, 1 outside
        var belly = MathF.Max(0, 1 - t * t);
        var above = Upper * MathF.Pow(belly, 0.7f) * (1 + UpperPeak * t) * (1 + 0.35f * lift);
        var below = -Lower * MathF.Pow(belly, 0.85f) * (1 + 0.25f * t) * (1 - 0.55f * squint) + 0.12f * lift * belly;
        var closed = -0.5f * Lower * belly;
        var y = upper ? Curves.Lerp(above, closed + 0.01f, blink) : Curves.Lerp(below, closed - 0.01f, blink);
        return OnBall(side, HalfWidth * t, y + Tilt * HalfWidth * t, LidThickness);
    }

    /// <summary>The point over the ball at (x, y) from its centre, x counted away from the nose.</summary>
    public Vec3 OnBall(int side, float x, float y, float above)
    {
        var radius = Radius + above;
        var z = MathF.Sqrt(MathF.Max(0.15f, radius * radius - x * x - y * y));
        return Centre(side) + new Vec3(side * x, y, z);
    }

    /// <summary>Pushes a point of the lid's skin out of the ball.</summary>
    public Vec3 Outside(int side, Vec3 point, float above)
    {
        var centre = Centre(side);
        var offset = point - centre;
        var length = offset.Length;
        return length >= Radius + above ? point : centre + offset * ((Radius + above) / length);
    }
}
