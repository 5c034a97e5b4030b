namespace TalkingHead;

/// <summary>
/// Random numbers that are a function of a key and a count (SplitMix64, Steele, Lea and Flood 2014): no state to save, the
/// same on every machine and in every version. The one generator of everything that must be repeatable.
/// </summary>
struct CounterRandom
{
    const ulong Golden = 0x9E3779B97F4A7C15;

    ulong state;

    /// <summary>A stream of its own for each tuple of numbers.</summary>
    internal CounterRandom(params ReadOnlySpan<ulong> key)
    {
        foreach (var part in key)
            state = Mix(state + Golden) ^ Mix(part + Golden);
    }

    /// <summary>The stream that starts at a state: for those whose key is mixed in another way.</summary>
    internal static CounterRandom FromState(ulong state) => new() { state = state };

    internal ulong Next() => Mix(state += Golden);

    /// <summary>0 to <paramref name="bound"/> - 1, each as likely (Lemire 2019).</summary>
    internal int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        while (true)
        {
            var high = Math.BigMul(Next(), (ulong)bound, out var low);
            if (low >= (ulong)bound || low >= (0 - (ulong)bound) % (ulong)bound)
                return (int)high;
        }
    }

    /// <summary>0 (included) to 1 (excluded).</summary>
    internal double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the values in random order (Fisher and Yates).</summary>
    internal void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
