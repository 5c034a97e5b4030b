using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>FID and KID of all pictures of both sides, and FID's floor: the even against the odd pictures of the real side.</summary>
sealed class DistributionMeasure : Measure
{
    readonly InceptionFeatures features;
    readonly ComparisonSettings settings;
    readonly Device device;
    readonly FeatureStatistics real, fake, even, odd;
    readonly SizeRange sizes = new();

    internal DistributionMeasure(InceptionFeatures features, ComparisonSettings settings, Device device)
    {
        (this.features, this.settings, this.device) = (features, settings, device);
        var sampled = settings.Metrics.Contains(Metric.Kid) ? FeatureStatistics.DefaultSample : 0;
        (real, fake) = (Empty(sampled), Empty(sampled));
        (even, odd) = (Empty(0), Empty(0));
    }

    internal override void Add(IReadOnlyList<LoadedPair> loaded)
    {
        Take([.. loaded.Select(pair => pair.Real).OfType<Picture>()], isReal: true);
        Take([.. loaded.Select(pair => pair.Fake).OfType<Picture>()], isReal: false);
    }

    internal override IEnumerable<MetricRow> Rows()
    {
        foreach (var metric in settings.Metrics.Where(metric => metric is Metric.Fid or Metric.Kid))
            yield return metric == Metric.Kid ? KidRow() : FidRow("FID", real, fake);
        if (settings.Metrics.Contains(Metric.Fid))
            yield return FidRow("FID floor", even, odd) with { Definition = "real against real: the even against the odd real pictures" };
    }

    public override void Dispose()
    {
        foreach (IDisposable owned in (IDisposable[])[features, real, fake, even, odd])
            owned.Dispose();
    }

    FeatureStatistics Empty(int sampled) => new(Perception.Inception.Features, sampled, settings.Seed);

    void Take(IReadOnlyList<Picture> pictures, bool isReal)
    {
        foreach (var batch in PictureBatches.Of(pictures, picture => picture))
        {
            using var scope = NewDisposeScope();
            sizes.Add(batch[0]);
            var rows = features.Of(PictureBatches.Stack(batch, picture => picture, device)).cpu();
            if (!isReal)
            {
                fake.Add(rows);
                continue;
            }

            for (var i = 0; i < batch.Count; i++)
                ((real.Count + i) % 2 == 0 ? even : odd).Add(rows.narrow(0, i, 1));
            real.Add(rows);
        }
    }

    MetricRow FidRow(string name, FeatureStatistics first, FeatureStatistics second) => Row(MetricForms.Blank(Metric.Fid, settings) with { Metric = name }, first, second) switch
    {
        { Reason: null } row => row with { Value = Fid.Between(first, second), Marks = Fid.IsBiased(first, second) ? [$"biased: N < {Fid.UnbiasedFrom}"] : [] },
        var row => row,
    };

    MetricRow KidRow()
    {
        var row = Row(MetricForms.Blank(Metric.Kid, settings), real, fake);
        if (row.Reason is not null)
            return row;
        var found = Kid.Between(real, fake, device, settings.Seed);
        return row with { Value = found.Mean, Deviation = found.Deviation, Marks = [$"{found.Subsets} subset{(found.Subsets > 1 ? "s" : "")} of {found.SubsetSize}"] };
    }

    MetricRow Row(MetricRow blank, FeatureStatistics first, FeatureStatistics second) => blank with
    {
        Real = first.Count,
        Fake = second.Count,
        Resolution = sizes.ToString(),
        Reason = Math.Min(first.Count, second.Count) < 2 ? $"a distribution needs two pictures or more on each side, here are {first.Count} and {second.Count}" : null,
    };
}
