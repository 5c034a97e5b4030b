using TalkingHead.Evaluation.Metrics;
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
        matching = PictureMatching.Create(real, fake);
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
                    Add(new(row, Ssim.Compute, Ssim.LeastSide, device));
                    break;
                case Metric.Psnr:
                    Add(new(row, Psnr.Compute, 1, device));
                    break;
                case Metric.L1:
                    Add(new(row, L1.Compute, 1, device));
                    break;
                case Metric.Lpips:
                    if (Loaded(() => networks.Lpips(settings, device), row) is { } lpips)
                        Add(new(row, lpips.Compute, PerceptualDistance.LeastSide, device, lpips));
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

/// <summary>Counts what is left out of a comparison or changed for it, with the first example of each. Any thread may tell it.</summary>
sealed class ComparisonNotes(PictureSet real, PictureSet fake, PictureMatching matching)
{
    readonly Lock gate = new();
    readonly Dictionary<(PictureSet, PictureForm), (int Count, string First)> forms = [];
    int refused, unequal;
    string firstRefused = "", firstUnequal = "";

    internal void Seen(PictureSet set, string name, PictureForm form)
    {
        if (form == PictureForm.Rgb)
            return;
        lock (gate)
        {
            var (count, first) = forms.GetValueOrDefault((set, form), (0, name));
            forms[(set, form)] = (count + 1, string.CompareOrdinal(name, first) < 0 ? name : first);
        }
    }

    internal void Refused(string message)
    {
        lock (gate)
        {
            if (refused++ == 0 || string.CompareOrdinal(message, firstRefused) < 0)
                firstRefused = message;
        }
    }

    internal void Add(LoadedPair pair)
    {
        if (pair is { IsComparable: false, Real: { } one, Fake: { } other } && unequal++ == 0)
            firstUnequal = $"{pair.Name} is {one.Width}x{one.Height} and {other.Width}x{other.Height}";
    }

    internal IReadOnlyList<string> Sentences()
    {
        List<string> found = [];
        Alone(real, fake, name => name.Fake is null);
        Alone(fake, real, name => name.Real is null);
        if (unequal > 0)
            found.Add($"{Pairs(unequal)} of unequal size left out of the metrics of pairs: {firstUnequal}{Others(unequal)}.");
        if (refused > 0)
            found.Add($"{Pictures(refused)} could not be read and {(refused == 1 ? "was" : "were")} left out{(refused == 1 ? "" : ", the first")}: {firstRefused}");
        foreach (var ((set, form), (count, first)) in forms.OrderBy(entry => entry.Key.Item1 == fake).ThenBy(entry => entry.Key.Item2))
            found.Add($"{set.Where}: {Pictures(count)} {(form == PictureForm.Gray ? "grayscale, measured with equal channels" : "transparent, laid on white")}: {first}{Others(count)}.");
        foreach (var set in (PictureSet[])[real, fake])
            if (set.OtherFiles > 0)
                found.Add($"{set.Where}: {(set.OtherFiles == 1 ? "1 file is" : $"{set.OtherFiles} files are")} not named as a picture and {(set.OtherFiles == 1 ? "was" : "were")} not read.");
        return found;

        void Alone(PictureSet here, PictureSet there, Func<MatchedName, bool> isAlone)
        {
            var alone = matching.Names.Where(isAlone).Select(name => name.Name).ToArray();
            if (alone.Length > 0)
                found.Add($"{here.Where}: {Pictures(alone.Length)} without a namesake in {there.Where}, left out of the metrics of pairs: {alone[0]}{Others(alone.Length)}.");
        }
    }

    static string Pairs(int count) => count == 1 ? "1 pair" : $"{count} pairs";

    static string Pictures(int count) => count == 1 ? "1 picture" : $"{count} pictures";

    static string Others(int count) => count == 1 ? "" : $" and {count - 1} more";
}
