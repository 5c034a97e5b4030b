namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014). A stream is keyed by numbers, never by the order of use, so an identity or a
/// clip is the same whoever asks for it first.
/// </summary>
sealed class SeededRandom
{
    ulong state;

    public SeededRandom(params ReadOnlySpan<ulong> keys)
    {
        foreach (var key in keys)
        {
            state ^= key + 0x632BE59BD9B4E019UL;
            state = NextBits();
        }
    }

    public ulong NextBits()
    {
        var z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

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
