namespace TalkingHead.Datasets.Synthetic;

/// <summary>Where hair begins on the head, as an elevation seen from its middle for every turn from the front.</summary>
static class HairLine
{
    // Degrees from the front, degrees up; the sideburn before the ear, over it, and down to the nape.
    static readonly (float Turn, float Up)[] Edge =
    [
        (0, 44), (20, 44.5f), (36, 41), (48, 33), (58, 25), (66, 14), (72, 0), (78, -6), (84, 6), (96, 9), (110, -6), (130, -24), (150, -31), (180, -34),
    ];

    public static float Elevation(float turnDegrees)
    {
        var turn = MathF.Abs(turnDegrees);
        for (var i = 1; i < Edge.Length; i++)
            if (turn <= Edge[i].Turn)
                return Curves.Lerp(Edge[i - 1].Up, Edge[i].Up, (turn - Edge[i - 1].Turn) / (Edge[i].Turn - Edge[i - 1].Turn));
        return Edge[^1].Up;
    }

    public static Vec3 Direction(float turnDegrees, float upDegrees)
    {
        float turn = turnDegrees * MathF.PI / 180, up = upDegrees * MathF.PI / 180;
        return new(MathF.Sin(turn) * MathF.Cos(up), MathF.Sin(up), MathF.Cos(turn) * MathF.Cos(up));
    }

    /// <summary>1 where hair grows, 0 on the face, with a soft edge.</summary>
    public static float Covered(Vec3 direction, bool receding)
    {
        var turn = MathF.Atan2(direction.X, direction.Z) * 180 / MathF.PI;
        var up = MathF.Asin(Math.Clamp(direction.Y, -1, 1)) * 180 / MathF.PI;
        var covered = Curves.Smooth(-2, 4, up - Elevation(turn));
        return receding ? covered * Curves.Smooth(58, 46, up) * Curves.Smooth(50, 66, MathF.Abs(turn)) : covered;
    }
}
