using static TalkingHead.Datasets.Synthetic.Curves;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>Curls: round bumps spread evenly over the head, each of its own size (an angle in radians, near enough).</summary>
sealed class Curls
{
    readonly List<(Vec3 At, float Radius)> bumps = [];

    public Curls(ulong seed, float size)
    {
        var random = new SeededRandom(seed, 7);
        var count = (int)(13 / (size * size));
        for (var i = 0; i < count; i++)
        {
            // A spiral down the sphere, shaken.
            var up = 1 - 1.75f * (i + random.Next()) / count;
            var turn = i * 2.3999632f + 0.35f * random.Normal();
            var across = MathF.Sqrt(MathF.Max(0, 1 - up * up));
            bumps.Add((new(across * MathF.Sin(turn), up, across * MathF.Cos(turn)), size * random.Between(0.85f, 1.3f)));
        }
    }

    /// <summary>How high the curl in that direction stands, 0 between curls.</summary>
    public float At(Vec3 direction)
    {
        var highest = 0f;
        foreach (var (at, radius) in bumps)
        {
            var square = Square((direction - at).Length / radius);
            if (square < 1) highest = MathF.Max(highest, radius * MathF.Sqrt(1 - square));
        }
        return highest;
    }
}
