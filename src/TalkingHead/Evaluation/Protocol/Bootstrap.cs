using TalkingHead.Datasets;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// Intervals that hold 95 % of the means over units drawn with replacement (Efron 1979, percentiles). Frames of one person
/// are alike, so that over several people the person is the unit and not the frame.
/// </summary>
static class Bootstrap
{
    internal const int Draws = 2000;

    const double Level = 0.95;

    /// <summary>The interval of Σ sums / Σ counts over drawn units; null for fewer than two units with any count.</summary>
    /// <param name="sums">Each unit's sum of values.</param>
    /// <param name="counts">How many values these are; units without any are drawn too.</param>
    /// <param name="seed">Equal seeds draw equal units, so that intervals of rows of one table go together.</param>
    internal static (double Low, double High)? Interval(IReadOnlyList<double> sums, IReadOnlyList<int> counts, int seed)
    {
        if (counts.Count(count => count > 0) < 2)
            return null;
        var random = new CounterRandom((ulong)seed, (ulong)sums.Count);
        var means = new List<double>(Draws);
        for (var draw = 0; draw < Draws; draw++)
        {
            var (sum, count) = (0.0, 0);
            for (var k = 0; k < sums.Count; k++)
            {
                var unit = random.Below(sums.Count);
                (sum, count) = (sum + sums[unit], count + counts[unit]);
            }

            if (count > 0)
                means.Add(sum / count);
        }

        means.Sort();
        return (Quantile(means, (1 - Level) / 2), Quantile(means, (1 + Level) / 2));
    }

    /// <summary>Between the two nearest of sorted values, as numpy's default does.</summary>
    internal static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        return below + 1 < sorted.Count ? double.Lerp(sorted[below], sorted[below + 1], place - below) : sorted[^1];
    }
}
