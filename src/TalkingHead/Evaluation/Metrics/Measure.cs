using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>Something that is measured while pictures stream by.</summary>
abstract class Measure : IDisposable
{
    /// <summary>Takes the next pictures.</summary>
    internal abstract void Add(IReadOnlyList<LoadedPair> loaded);

    /// <summary>What came of it, once all were taken.</summary>
    internal abstract IEnumerable<MetricRow> Rows();

    public abstract void Dispose();
}

/// <summary>A metric of two pictures of one size, averaged over pairs.</summary>
/// <param name="row">Name, definition, unit and decimals.</param>
/// <param name="of">Two batches (B,3,H,W), uint8, to (B) float64; infinite where the pictures are identical.</param>
/// <param name="leastSide">Smaller pictures are left out and counted.</param>
/// <param name="device">Where it runs.</param>
/// <param name="owned">Disposed with this.</param>
sealed class PairMeasure(MetricRow row, Func<Tensor, Tensor, Tensor> of, int leastSide, Device device, IDisposable? owned = null) : Measure
{
    readonly List<double> values = [];
    readonly SizeRange sizes = new();
    int identical, tooSmall;

    internal override void Add(IReadOnlyList<LoadedPair> loaded)
    {
        var comparable = loaded.Where(pair => pair.IsComparable).ToList();
        tooSmall += comparable.RemoveAll(pair => Math.Min(pair.Real!.Width, pair.Real.Height) < leastSide);
        foreach (var batch in PictureBatches.Of(comparable, pair => pair.Real!))
        {
            using var scope = NewDisposeScope();
            var found = of(PictureBatches.Stack(batch, pair => pair.Real!, device), PictureBatches.Stack(batch, pair => pair.Fake!, device));
            foreach (var value in found.cpu().data<double>().ToArray())
            {
                if (double.IsPositiveInfinity(value))
                    identical++;
                else
                    values.Add(value);
            }

            sizes.Add(batch[0].Real!);
        }
    }

    internal override IEnumerable<MetricRow> Rows()
    {
        var count = values.Count + identical;
        var marks = new List<string>();
        if (identical > 0)
            marks.Add(values.Count == 0 ? "all pairs identical" : $"{Count(identical)} identical, left out of the mean");
        if (tooSmall > 0)
            marks.Add($"{Count(tooSmall)} under {leastSide}x{leastSide} left out");
        yield return row with
        {
            Value = values.Count > 0 ? values.Average() : null,
            Real = count,
            Fake = count,
            Resolution = sizes.ToString(),
            Marks = marks,
            Reason = count > 0 ? null : tooSmall > 0 ? $"every pair is smaller than {leastSide}x{leastSide}" : "no pair of pictures of one name and one size was read",
        };
    }

    public override void Dispose() => owned?.Dispose();

    static string Count(int pairs) => pairs == 1 ? "1 pair" : $"{pairs} pairs";
}

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

    FeatureStatistics Empty(int sampled) => new(TalkingHead.Pretrained.Inception.Features, sampled, settings.Seed);

    void Take(IReadOnlyList<Picture> pictures, bool isReal)
    {
        foreach (var batch in PictureBatches.Of(pictures, picture => picture))
        {
            using var scope = NewDisposeScope();
            sizes.Add(batch[0]);
            var rows = features.Compute(PictureBatches.Stack(batch, picture => picture, device)).cpu();
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

/// <summary>How each metric is called, defined and written down.</summary>
static class MetricForms
{
    /// <summary>A row without a figure.</summary>
    internal static MetricRow Blank(Metric metric, ComparisonSettings settings) => metric switch
    {
        Metric.Ssim => new("SSIM", Ssim.Definition),
        Metric.Psnr => new("PSNR", Psnr.Definition) { Unit = "dB", Decimals = 3 },
        Metric.L1 => new("L1", L1.Definition),
        Metric.Fid => new("FID", Fid.Definition(settings.FidVariant)) { Decimals = 3 },
        Metric.Kid => new("KID", Kid.Definition(settings.FidVariant)) { Decimals = 5 },
        Metric.Lpips => new("LPIPS", PerceptualDistance.Definition(settings.LpipsTrunk)),
        Metric.Csim => new("CSIM", $"{Csim.Definition(settings.CsimNetwork)}, {settings.Detector} landmarks"),
        Metric.Akd => new("AKD", $"{Akd.Definition}, {settings.Detector}") { Unit = "px", Decimals = 3 },
        Metric.Nme => new("NME", $"{Nme.Definition}, {settings.Detector}"),
        Metric.Pose => new("Pose", $"{PoseError.Definition}, {settings.Detector}") { Unit = "°", Decimals = 2 },
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, null),
    };

    /// <summary>Whether more is better.</summary>
    internal static bool HigherIsBetter(Metric metric) => metric is Metric.Ssim or Metric.Psnr or Metric.Csim;

    /// <summary>Whether it follows from landmarks found in the pictures.</summary>
    internal static bool NeedsFaces(Metric metric) => metric is Metric.Csim or Metric.Akd or Metric.Nme or Metric.Pose;
}

/// <summary>A figure with all that makes it comparable, or the reason why there is none.</summary>
/// <param name="Metric">Its short name, such as "SSIM".</param>
/// <param name="Definition">Which of the many definitions under that name.</param>
public sealed record MetricRow(string Metric, string Definition)
{
    /// <summary>The figure; null where there is none, and <see cref="Reason"/> or a mark says why.</summary>
    public double? Value { get; init; }

    /// <summary>Standard deviation over KID's subsets.</summary>
    public double? Deviation { get; init; }

    /// <summary>"dB", "px" or nothing.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Decimals worth showing.</summary>
    public int Decimals { get; init; } = 4;

    /// <summary>Pictures of the real side behind the figure.</summary>
    public int Real { get; init; }

    /// <summary>Pictures of the other side; for metrics of pairs the same.</summary>
    public int Fake { get; init; }

    /// <summary>Such as "256x256", or "64x64 to 256x256".</summary>
    public string Resolution { get; init; } = "";

    /// <summary>What a reader must know beside the figure, such as "biased" or "3 pairs identical".</summary>
    public IReadOnlyList<string> Marks { get; init; } = [];

    /// <summary>Why it could not be measured, and what to do.</summary>
    public string? Reason { get; init; }
}

/// <summary>What came of comparing two sets of pictures.</summary>
/// <param name="Rows">Figures, in the order in which they were asked for.</param>
/// <param name="Notes">What was left out or changed, one sentence each.</param>
public sealed record ComparisonResult(IReadOnlyList<MetricRow> Rows, IReadOnlyList<string> Notes);
