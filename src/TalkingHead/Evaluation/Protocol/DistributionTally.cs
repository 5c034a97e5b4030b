using TalkingHead.Evaluation.Metrics;
using TalkingHead.Pretrained;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>FID and KID of each row against the hold-out frames of everybody, and what FID is between real frames.</summary>
sealed class DistributionTally : IDisposable
{
    readonly EvaluationSettings settings;
    readonly Device? device;
    readonly Dictionary<Row, FeatureStatistics> rows;
    readonly FeatureStatistics real, even, odd, firstPeople, otherPeople;

    internal DistributionTally(EvaluationSettings settings)
    {
        (this.settings, device) = (settings, settings.Comparison.Device);
        var sampled = settings.Comparison.Metrics.Contains(Metric.Kid) ? FeatureStatistics.DefaultSample : 0;
        rows = Row.All(settings).ToDictionary(row => row, _ => Empty(sampled));
        real = Empty(sampled);
        (even, odd, firstPeople, otherPeople) = (Empty(0), Empty(0), Empty(0), Empty(0));
    }

    internal void Add(int person, IdentityRecord record)
    {
        foreach (var (row, statistics) in rows)
            Add(record.Rows[row].Features, statistics);
        var features = record.Real.Features;
        Add(features, real, person % 2 == 0 ? firstPeople : otherPeople);
        for (var at = 0; at < features.Length; at += Inception.Features)
            Add(features.AsSpan(at, Inception.Features).ToArray(), at / Inception.Features % 2 == 0 ? even : odd);
    }

    internal Figure Compute(Row row, Metric metric) => metric == Metric.Kid ? Kernel(rows[row]) : Frechet("FID", real, rows[row]);

    internal IEnumerable<Figure> Floors() =>
    [
        Frechet("FID: real against real, each person's hold-out frames halved", even, odd),
        Frechet("FID: real against real, people halved", firstPeople, otherPeople),
    ];

    public void Dispose()
    {
        foreach (var statistics in rows.Values.Concat([real, even, odd, firstPeople, otherPeople]))
            statistics.Dispose();
    }

    FeatureStatistics Empty(int sampled) => new(Inception.Features, sampled, settings.Seed);

    static void Add(float[] features, params ReadOnlySpan<FeatureStatistics> into)
    {
        if (features.Length == 0)
            return;
        using var scope = NewDisposeScope();
        var values = tensor(features, [features.Length / Inception.Features, Inception.Features]);
        foreach (var statistics in into)
            statistics.Add(values);
    }

    static Figure Frechet(string name, FeatureStatistics first, FeatureStatistics second) => TooFew(name, first, second) ?? new(name, Fid.Between(first, second))
    {
        Frames = second.Count,
        Against = first.Count,
        Marks = Fid.IsBiased(first, second) ? [$"biased: N < {Fid.UnbiasedFrom}"] : [],
    };

    Figure Kernel(FeatureStatistics fake)
    {
        if (TooFew("KID", real, fake) is { } few)
            return few;
        var found = Kid.Between(real, fake, device, settings.Seed);
        return new("KID", found.Mean)
        {
            Deviation = found.Deviation,
            Frames = fake.Count,
            Against = real.Count,
            Marks = [$"{found.Subsets} subset{(found.Subsets > 1 ? "s" : "")} of {found.SubsetSize}"],
        };
    }

    static Figure? TooFew(string name, FeatureStatistics first, FeatureStatistics second) => Math.Min(first.Count, second.Count) >= 2 ? null
        : new(name, null) { Frames = second.Count, Against = first.Count, Marks = ["a distribution needs two frames or more on each side"] };
}
