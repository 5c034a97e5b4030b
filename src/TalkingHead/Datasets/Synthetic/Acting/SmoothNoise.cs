namespace TalkingHead.Datasets.Synthetic;

/// <summary>A smooth random curve in -1..1 over time: a cubic through random knots, the same at any moment asked in any order.</summary>
sealed class SmoothNoise(SeededRandom random, float secondsPerKnot)
{
    readonly ulong key = random.NextBits();
    readonly float phase = random.Next();

    public float At(float seconds)
    {
        var x = seconds / secondsPerKnot + phase;
        var floor = MathF.Floor(x);
        var t = x - floor;
        var k = (long)floor;
        float a = Knot(k - 1), b = Knot(k), c = Knot(k + 1), d = Knot(k + 2);
        // Uniform B-spline: no overshoot, continuous to the second derivative, so motion has no jerks.
        float t2 = t * t, t3 = t2 * t;
        var value = (a * (1 - 3 * t + 3 * t2 - t3) + b * (4 - 6 * t2 + 3 * t3) + c * (1 + 3 * t + 3 * t2 - 3 * t3) + d * t3) / 6;
        return Math.Clamp(1.45f * value, -1, 1);
    }

    float Knot(long k) => 2 * new SeededRandom(key, (ulong)k).Next() - 1;
}
