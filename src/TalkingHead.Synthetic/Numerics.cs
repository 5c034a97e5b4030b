namespace TalkingHead.Synthetic;

/// <summary>
/// What the synthetic people draw. A stream is keyed by numbers, never by the order of use, so an identity or a clip is the
/// same whoever asks for it first.
/// </summary>
sealed class SeededRandom
{
    CounterRandom random;

    public SeededRandom(params ReadOnlySpan<ulong> keys)
    {
        ulong state = 0;
        foreach (var key in keys)
            state = CounterRandom.FromState(state ^ (key + 0x632BE59BD9B4E019UL)).Next();
        random = CounterRandom.FromState(state);
    }

    public ulong NextBits() => random.Next();

    /// <summary>Uniform in [0, 1).</summary>
    public float Next() => (NextBits() >> 40) * (1f / (1 << 24));

    public float Between(float low, float high) => low + (high - low) * Next();

    /// <summary>Roughly normal (the sum of four uniforms), never beyond 3.5 deviations.</summary>
    public float Normal() => (Next() + Next() + Next() + Next() - 2) * 1.7320508f;

    public bool Chance(float probability) => Next() < probability;

    public int Below(int count) => (int)(NextBits() % (ulong)count);

    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>An index drawn in proportion to <paramref name="weights"/>.</summary>
    public int Weighted(ReadOnlySpan<float> weights)
    {
        var total = 0f;
        foreach (var weight in weights) total += weight;
        var mark = Next() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            mark -= weights[i];
            if (mark < 0) return i;
        }
        return weights.Length - 1;
    }
}

/// <summary>
/// A point or direction in centimetres: x to the picture's right, y up, z towards the viewer. Plain scalar arithmetic,
/// so that every machine code the JIT makes of it gives the same bits, whatever its tier or the thread it runs on.
/// </summary>
readonly record struct Vec3(float X, float Y, float Z)
{
    public static readonly Vec3 Zero = new(0, 0, 0);
    public static readonly Vec3 One = new(1, 1, 1);
    public static readonly Vec3 Up = new(0, 1, 0);

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
    public static Vec3 operator -(Vec3 a) => new(-a.X, -a.Y, -a.Z);
    public static Vec3 operator *(Vec3 a, float s) => new(a.X * s, a.Y * s, a.Z * s);
    public static Vec3 operator *(float s, Vec3 a) => a * s;
    public static Vec3 operator *(Vec3 a, Vec3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);
    public static Vec3 operator /(Vec3 a, float s) => a * (1 / s);

    public float Length => MathF.Sqrt(Dot(this, this));
    public Vec3 Mirrored => new(-X, Y, Z);
    public static float Dot(Vec3 a, Vec3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
    public static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
    public static Vec3 Lerp(Vec3 a, Vec3 b, float t) => a + (b - a) * t;

    /// <summary>Unit length; the zero vector stays zero.</summary>
    public Vec3 Normalised()
    {
        var length = Length;
        return length > 1e-12f ? this * (1 / length) : Zero;
    }
}

/// <summary>The few scalar curves that sculpting, shading and motion share.</summary>
static class Curves
{
    public static float Lerp(float a, float b, float t) => a + (b - a) * t;

    public static float Clamp01(float x) => x < 0 ? 0 : x > 1 ? 1 : x;

    /// <summary>
    /// 0 at or before <paramref name="from"/>, 1 at or after <paramref name="to"/> (which may lie below it), smooth between.
    /// </summary>
    public static float Smooth(float from, float to, float x)
    {
        var t = Clamp01((x - from) / (to - from));
        return t * t * (3 - 2 * t);
    }

    /// <summary>1 at 0, falling off like a bell whose standard deviation is <paramref name="width"/>.</summary>
    public static float Bell(float x, float width) => MathF.Exp(-0.5f * x * x / (width * width));

    public static float Square(float x) => x * x;
}
