using System.Text;

namespace TalkingHead.Networks;

/// <summary>
/// Normal numbers for a clip's new row from the seed and the clip's id alone: the same row whatever was created
/// before it, on any machine.
/// </summary>
static class RowInitializer
{
    const ulong FnvOffset = 14695981039346656037, FnvPrime = 1099511628211;

    public static void Fill(Span<float> row, string clip, long seed, double deviation)
    {
        ulong state = FnvOffset ^ (ulong)seed;
        foreach (byte b in Encoding.UTF8.GetBytes(clip))
            state = (state ^ b) * FnvPrime;
        for (int i = 0; i < row.Length; i += 2)
        {
            // Box and Muller: two uniform numbers to two normal ones.
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform(ref state))), angle = 2 * Math.PI * Uniform(ref state);
            row[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < row.Length)
                row[i + 1] = (float)(radius * Math.Sin(angle));
        }
    }

    // SplitMix64 (Steele et al. 2014), in [0, 1).
    static double Uniform(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }
}
