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

/// <summary>A metric's values, person by person and frame by frame; the seed is the bootstrap's.</summary>
sealed class FrameTally(Metric metric, int seed)
{
    readonly List<IReadOnlyList<double>> people = [];
    int withoutReal, frames;

    /// <summary>Frames that equal their truth and so have no finite value.</summary>
    internal int Identical => people.Sum(values => values.Count(double.IsPositiveInfinity));

    /// <summary>
    /// A person's values, one a frame: NaN where there is none, infinite where frames are identical; and whether real frames have faces.
    /// </summary>
    internal void Add(IReadOnlyList<double> values, params ReadOnlySpan<byte> realFaces)
    {
        people.Add(values);
        frames += values.Count;
        withoutReal += metric.NeedsFaces ? realFaces.Count((byte)0) : 0;
    }

    /// <summary>The mean over all frames; its interval is over people.</summary>
    internal Figure Pooled(string more = "")
    {
        List<string> marks = [];
        if (Identical > 0)
            marks.Add($"{Identical} frames identical to their truth, left out of the mean");
        if (withoutReal > 0)
            marks.Add($"no face found in {withoutReal} of {frames} real frames");
        return Mean(people) with { Metric = metric.Name + more, Marks = marks };
    }

    /// <summary>The mean over one person's frames; its interval is over them.</summary>
    internal Figure OfPerson(int person)
    {
        var figure = Mean([.. people[person].Where(double.IsFinite).Select(value => (double[])[value])]);
        return figure with { Missing = people[person].Count - figure.Frames };
    }

    /// <summary>How much better these values are than another method's, and for which share of the people.</summary>
    internal (Figure Gain, double Better) Against(FrameTally other)
    {
        var sign = metric.HigherIsBetter ? 1 : -1;
        double[][] gains = [.. people.Zip(other.people, (mine, theirs) => mine.Zip(theirs, (a, b) => sign * (a - b)).ToArray())];
        double[] compared = [.. gains.Where(person => person.Any(double.IsFinite)).Select(person => person.Where(double.IsFinite).Sum())];
        return (Mean(gains), compared.Length == 0 ? 0 : compared.Count(sum => sum > 0) / (double)compared.Length);
    }

    Figure Mean(IReadOnlyList<IReadOnlyList<double>> units)
    {
        double[] sums = [.. units.Select(values => values.Where(double.IsFinite).Sum())];
        int[] counts = [.. units.Select(values => values.Count(double.IsFinite))];
        var (interval, count) = (Bootstrap.Interval(sums, counts, seed), counts.Sum());
        return new(metric.Name, count > 0 ? sums.Sum() / count : null, interval?.Low, interval?.High, Frames: count,
            Missing: units.Sum(values => values.Count) - count);
    }
}

/// <summary>Distances of sets of pictures from one real set, and what the Fréchet distance is between halves of the real one.</summary>
sealed class DistributionTally<T>(FeatureSpace space, ComparisonSettings settings, IEnumerable<T> names) where T : notnull
{
    readonly Dictionary<T, FeatureStatistics> sets = names.ToDictionary(name => name, _ => new FeatureStatistics(space.Length));
    readonly List<FeatureStatistics> real = []; // a person each

    /// <summary>Takes more of a set: features, row after row.</summary>
    internal void Add(T name, float[] features) => sets[name].Add(features);

    /// <summary>Takes more of the real set, of a person; of one where nobody knows whose they are.</summary>
    internal void AddReal(float[] features, int person = 0)
    {
        if (person == real.Count)
            real.Add(new(space.Length));
        real[person].Add(features);
    }

    /// <summary>A figure of a set; without a value where a side has fewer than two pictures.</summary>
    internal Figure Compute(T name, Metric metric)
    {
        var (all, set) = (Real(_ => true), sets[name]);
        if (metric != Metric.Kid || Math.Min(all.Count, set.Count) < 2)
            return Frechet(metric.Name, all, set);
        var found = Kid.Between(all, set, settings.Device, settings.Seed);
        return new(metric.Name, found.Mean, Deviation: found.Deviation, Frames: set.Count, Against: all.Count)
        {
            Marks = [$"{found.Subsets} subset{(found.Subsets > 1 ? "s" : "")} of {found.SubsetSize}"],
        };
    }

    /// <summary>The Fréchet distance between each person's even and odd rows.</summary>
    internal Figure Halves(string name) => Frechet(name, Real(at => at.Row % 2 == 0), Real(at => at.Row % 2 == 1));

    /// <summary>The Fréchet distance between people of even and of odd numbers.</summary>
    internal Figure HalvesOfPeople(string name) => Frechet(name, Real(at => at.Person % 2 == 0), Real(at => at.Person % 2 == 1));

    FeatureStatistics Real(Func<(int Person, int Row), bool> taken) => new(space.Length,
        real.SelectMany((person, number) => person.Rows.Where((_, row) => taken((number, row)))));

    Figure Frechet(string name, FeatureStatistics first, FeatureStatistics second)
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
