using TalkingHead.Evaluation.Metrics;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// A metric's value, null where there is none and a mark says why; its 95 % interval, or its deviation over KID's subsets; the frames
/// behind it; frames without a value, in which or in whose truth no face was found, or which are identical to it; real frames on the other
/// side of a distance of distributions, 0 for metrics of single frames.
/// </summary>
public sealed record Figure(string Metric, double? Value, double? Low = null, double? High = null, double? Deviation = null, int Frames = 0,
    int Missing = 0, int Against = 0)
{
    /// <summary>Such as "biased: N &lt; 2048".</summary>
    public IReadOnlyList<string> Marks { get; init; } = [];
}

/// <summary>
/// A metric's values, person by person and frame by frame: NaN where there is none, infinite where frames are identical; in how many of
/// the real frames no face was found. The seed is the bootstrap's.
/// </summary>
sealed record FrameTally(Metric Metric, int Seed, IReadOnlyList<IReadOnlyList<double>> People, int WithoutReal = 0)
{
    /// <summary>Frames that equal their truth and so have no finite value.</summary>
    internal int Identical => People.Sum(values => values.Count(double.IsPositiveInfinity));

    /// <summary>The mean over all frames; its interval is over people.</summary>
    internal Figure Pooled(string more = "")
    {
        List<string> marks = [];
        if (Identical > 0)
            marks.Add($"{Identical} frames identical to their truth, left out of the mean");
        if (Metric.NeedsFaces && WithoutReal > 0)
            marks.Add($"no face found in {WithoutReal} of {People.Sum(values => values.Count)} real frames");
        return Mean(People) with { Metric = Metric.Name + more, Marks = marks };
    }

    /// <summary>The mean over one person's frames; its interval is over them.</summary>
    internal Figure OfPerson(int person)
    {
        var figure = Mean([.. People[person].Where(double.IsFinite).Select(value => (double[])[value])]);
        return figure with { Missing = People[person].Count - figure.Frames };
    }

    /// <summary>How much better these values are than another method's, and for which share of the people.</summary>
    internal (Figure Gain, double Better) Against(FrameTally other)
    {
        var sign = Metric.HigherIsBetter ? 1 : -1;
        double[][] gains = [.. People.Zip(other.People, (mine, theirs) => mine.Zip(theirs, (a, b) => sign * (a - b)).ToArray())];
        double[] compared = [.. gains.Where(person => person.Any(double.IsFinite)).Select(person => person.Where(double.IsFinite).Sum())];
        return (Mean(gains), compared.Length == 0 ? 0 : compared.Count(sum => sum > 0) / (double)compared.Length);
    }

    Figure Mean(IReadOnlyList<IReadOnlyList<double>> units)
    {
        double[] sums = [.. units.Select(values => values.Where(double.IsFinite).Sum())];
        int[] counts = [.. units.Select(values => values.Count(double.IsFinite))];
        var (interval, count) = (Bootstrap.Interval(sums, counts, Seed), counts.Sum());
        return new(Metric.Name, count > 0 ? sums.Sum() / count : null, interval?.Low, interval?.High, Frames: count,
            Missing: units.Sum(values => values.Count) - count);
    }
}

/// <summary>Distances of sets of pictures; a figure has no value where a side has fewer than two.</summary>
static class SetDistance
{
    internal static Figure Compute(Metric metric, FeatureStatistics real, FeatureStatistics set, ComparisonSettings settings)
    {
        if (metric != Metric.Kid || Math.Min(real.Count, set.Count) < 2)
            return Frechet(metric.Name, metric.Space!, real, set);
        var found = Kid.Between(real, set, settings.Device, settings.Seed);
        return new(metric.Name, found.Mean, Deviation: found.Deviation, Frames: set.Count, Against: real.Count)
        {
            Marks = [$"{found.Subsets} subset{(found.Subsets > 1 ? "s" : "")} of {found.SubsetSize}"],
        };
    }

    internal static Figure Frechet(string name, FeatureSpace space, FeatureStatistics first, FeatureStatistics second)
    {
        var tooSmall = Math.Min(first.Count, second.Count) < 2;
        return new(name, tooSmall ? null : Fid.Between(first, second), Frames: second.Count, Against: first.Count)
        {
            Marks = tooSmall ? [$"a distribution needs two {(space.Frames == 1 ? "frames" : space.Things)} or more on each side"]
                : Fid.IsBiased(first, second) ? [$"biased: N < {first.Features}"] : [],
        };
    }
}

/// <summary>
/// Intervals that hold 95 % of the means over units drawn with replacement (Efron 1979, percentiles). Frames of one person
/// are alike, so that over several people the person is the unit and not the frame.
/// </summary>
static class Bootstrap
{
    const int Draws = 2000;
    const double Level = 0.95;

    /// <summary>
    /// The interval of Σ sums / Σ counts over drawn units, those without a count too; null for fewer than two with any. Equal seeds draw
    /// equal units, so that intervals of rows of one table go together.
    /// </summary>
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
