using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>
/// Measures one set of pictures against another: metrics of pairs over the names that both have, FID and KID over all.
/// Pictures are read ahead in parallel, a block at a time. A metric that cannot be measured is a row with the reason.
/// </summary>
public sealed class Comparison : IDisposable
{
    const int Block = 32;

    readonly PictureSet real, fake;
    readonly ComparisonSettings settings;
    readonly ComparisonNetworks networks;
    readonly Device device;
    readonly PictureMatching matching;
    readonly IReadOnlyList<MatchedName> names;
    readonly List<Measure> measures = [];
    readonly List<MetricRow> unavailable = [];
    readonly ComparisonNotes notes;

    /// <param name="real">The truth.</param>
    /// <param name="fake">What is measured against it.</param>
    /// <param name="settings">What is measured.</param>
    /// <exception cref="UserException">A setting that names nothing known.</exception>
    public Comparison(PictureSet real, PictureSet fake, ComparisonSettings settings)
        : this(real, fake, settings, ComparisonNetworks.Published)
    {
    }

    internal Comparison(PictureSet real, PictureSet fake, ComparisonSettings settings, ComparisonNetworks networks)
    {
        (this.real, this.fake, this.settings, this.networks) = (real, fake, settings, networks);
        device = settings.Device ?? CPU;
        matching = PictureMatching.Of(real, fake);
        Prepare();

        // Names of one set alone are of use to a distribution only.
        names = measures.Any(measure => measure is DistributionMeasure) ? matching.Names : [.. matching.Names.Take(matching.Pairs)];
        notes = new(real, fake, matching);
    }

    /// <summary>Names that <see cref="Run"/> will read.</summary>
    public int Count => measures.Count == 0 ? 0 : names.Count;

    /// <summary>Reads and measures everything.</summary>
    /// <param name="step">Told how many more names are done.</param>
    /// <param name="stop">Ends the work.</param>
    public ComparisonResult Run(Action<int>? step = null, CancellationToken stop = default)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        var blocks = measures.Count == 0 ? [] : names.Chunk(Block).ToArray();
        var next = blocks.Length > 0 ? Read(blocks[0], stop) : null;
        for (var i = 0; i < blocks.Length; i++)
        {
            var loaded = next!.GetAwaiter().GetResult();
            next = i + 1 < blocks.Length ? Read(blocks[i + 1], stop) : null;
            foreach (var pair in loaded)
                notes.Add(pair);
            foreach (var measure in measures)
            {
                stop.ThrowIfCancellationRequested();
                measure.Add(loaded);
            }

            step?.Invoke(loaded.Length);
        }

        return new([.. measures.SelectMany(measure => measure.Rows()).Concat(unavailable).Select(Finite).OrderBy(Place)], notes.Sentences());
    }

    public void Dispose() => measures.ForEach(measure => measure.Dispose());

    void Prepare()
    {
        foreach (var metric in settings.Metrics)
        {
            var row = MetricForms.Blank(metric, settings);
            switch (metric)
            {
                case Metric.Ssim:
                    Add(new(row, Ssim.Of, Ssim.LeastSide, device));
                    break;
                case Metric.Psnr:
                    Add(new(row, Psnr.Of, 1, device));
                    break;
                case Metric.L1:
                    Add(new(row, L1.Of, 1, device));
                    break;
                case Metric.Lpips:
                    if (Loaded(() => networks.Lpips(settings, device), row) is { } lpips)
                        Add(new(row, lpips.Of, PerceptualDistance.LeastSide, device, lpips));
                    break;
            }
        }

        PrepareDistributions();
        PrepareFaces();

        void Add(PairMeasure measure) => measures.Add(measure);
    }

    void PrepareDistributions()
    {
        var rows = Blanks(metric => metric is Metric.Fid or Metric.Kid);
        if (rows.Length > 0 && Loaded(() => networks.Inception(settings, device), rows) is { } features)
            measures.Add(new DistributionMeasure(features, settings, device));
    }

    void PrepareFaces()
    {
        var csim = settings.Metrics.Contains(Metric.Csim) ? Loaded(() => networks.Csim(settings, device), MetricForms.Blank(Metric.Csim, settings)) : null;
        var rows = Blanks(metric => MetricForms.NeedsFaces(metric) && (metric != Metric.Csim || csim is not null));
        if (rows.Length == 0)
            return;
        if (Loaded(() => TrackerPool.Open(settings.Detector), rows) is { } trackers)
            measures.Add(new FaceMeasure(trackers, csim, settings, matching.Pairs, device));
        else
            csim?.Dispose();
    }

    MetricRow[] Blanks(Func<Metric, bool> which) => [.. settings.Metrics.Where(which).Select(metric => MetricForms.Blank(metric, settings))];

    // A missing or foreign file costs the metrics that need it, not the others; a wrong setting ends the work.
    T? Loaded<T>(Func<T> load, params MetricRow[] rows) where T : class
    {
        try
        {
            return load();
        }
        catch (UserException e) when (e.ExitCode == 1)
        {
            unavailable.AddRange(rows.Select(row => row with { Reason = e.Message }));
            return null;
        }
    }

    Task<LoadedPair[]> Read(MatchedName[] block, CancellationToken stop) => Task.Run(() =>
    {
        var loaded = new LoadedPair[block.Length];
        Parallel.For(0, block.Length, new ParallelOptions { CancellationToken = stop }, i =>
            loaded[i] = new(block[i].Name, Read(real, block[i].Real), Read(fake, block[i].Fake)));
        return loaded;
    }, stop);

    Picture? Read(PictureSet set, int? index)
    {
        if (index is not { } place)
            return null;
        try
        {
            var picture = set.Load(place, out var form);
            notes.Seen(set, set.Names[place], form);
            return picture;
        }
        catch (UserException e)
        {
            notes.Refused(e.Message);
            return null;
        }
    }

    static MetricRow Finite(MetricRow row) => row.Value is { } value && !double.IsFinite(value)
        ? row with { Value = null, Deviation = null, Reason = "the result is not finite; verify the weights file with scripts/download-weights.sh" }
        : row;

    // As asked; a floor stands after its metric, for the sort is stable.
    int Place(MetricRow row) => settings.Metrics.ToList().FindIndex(metric => row.Metric.StartsWith(metric.ToString(), StringComparison.OrdinalIgnoreCase));
}
