using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
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

    /// <summary>So many real pictures are searched for a face twice, for the floors.</summary>
    const int FloorPictures = 100;

    const string Fake = "fake";

    readonly PictureSet real, fake;
    readonly ComparisonSettings settings;
    readonly FrameMetrics meter;
    readonly PictureMatching matching;
    readonly IReadOnlyList<MatchedName> names;
    readonly Dictionary<FeatureSpace, DistributionTally<string>> distributions;
    readonly Dictionary<Metric, PairValues> pairs;
    readonly SizeRange allSizes = new();
    readonly ComparisonNotes notes;
    int compared, withoutRealFace, withoutFakeFace;

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
        if (settings.Metrics.FirstOrDefault(metric => metric.IsOfCross) is { } followed)
            throw UserException.Usage($"--metrics: {followed.Name.ToLowerInvariant()} follows one person through a clip; evaluate "
                + $"measures it.");
        (this.real, this.fake, this.settings) = (real, fake, settings);
        (matching, meter) = (PictureMatching.Create(real, fake), new(settings, networks));
        pairs = meter.Measured.Where(metric => metric.Space is null).ToDictionary(metric => metric, _ => new PairValues());
        distributions = meter.Measured.Select(metric => metric.Space).OfType<FeatureSpace>().Distinct().ToDictionary(space => space,
            space => new DistributionTally<string>(space, settings, [Fake]));

        // Names of one set alone are of use to a distribution only.
        names = distributions.Count > 0 ? matching.Names : [.. matching.Names.Take(matching.Pairs)];
        notes = new(real, fake, matching);
    }

    /// <summary>Names that <see cref="Run"/> will read.</summary>
    public int Count => meter.Measured.Count == 0 ? 0 : names.Count;

    /// <summary>Reads and measures everything.</summary>
    /// <param name="step">Told how many more names are done.</param>
    /// <param name="stop">Ends the work.</param>
    public ComparisonResult Run(Action<int>? step = null, CancellationToken stop = default)
    {
        var blocks = names.Take(Count).Chunk(Block).ToArray();
        var next = blocks.Length > 0 ? Read(blocks[0], stop) : null;
        for (var i = 0; i < blocks.Length; i++)
        {
            var loaded = next!.GetAwaiter().GetResult();
            next = i + 1 < blocks.Length ? Read(blocks[i + 1], stop) : null;
            stop.ThrowIfCancellationRequested();
            Measure(loaded);
            step?.Invoke(loaded.Length);
        }
        return new([.. settings.Metrics.Zip(meter.Forms).SelectMany(metric => Rows(metric.First, metric.Second))], notes.Sentences());
    }

    /// <summary>Frees the networks.</summary>
    public void Dispose()
    {
        meter.Dispose();
        foreach (var tally in distributions.Values)
            tally.Dispose();
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

    void Measure(LoadedPair[] loaded)
    {
        foreach (var pair in loaded)
            notes.Add(pair);
        if (distributions.Count > 0)
        {
            foreach (var (space, features) in Features(loaded, pair => pair.Real))
                distributions[space].AddReal(features);
            foreach (var (space, features) in Features(loaded, pair => pair.Fake))
                distributions[space].Add(Fake, features);
        }
        LoadedPair[] comparable = [.. loaded.Where(pair => pair.IsComparable)];
        if (comparable.Length == 0 || pairs.Count == 0)
            return;

        Picture[] truth = [.. comparable.Select(pair => pair.Real!)], others = [.. comparable.Select(pair => pair.Fake!)];
        var floorEvery = Math.Max(1, matching.Pairs / FloorPictures);
        using var target = meter.Target(truth, truth, FrameNames.Follows([.. comparable.Select(pair => pair.Name)]),
            i => (compared + i) % floorEvery == 0);
        var found = meter.Measure(target, others, [.. Enumerable.Range(0, others.Length)]);
        compared += comparable.Length;
        withoutRealFace += target.Found.Count(face => face == 0);
        withoutFakeFace += target.Found.Zip(found.Faces).Count(faces => faces is (not 0, 0));
        foreach (var (metric, values) in pairs)
            values.Add(truth, found.ByMetric[metric], target.Floors.GetValueOrDefault(metric, []), metric.LeastSide);
    }

    Dictionary<FeatureSpace, float[]> Features(LoadedPair[] loaded, Func<LoadedPair, Picture?> side)
    {
        LoadedPair[] there = [.. loaded.Where(pair => side(pair) is not null)];
        Picture[] pictures = [.. there.Select(pair => side(pair)!)];
        Array.ForEach(pictures, allSizes.Add);
        return meter.Features(pictures, null, FrameNames.Follows([.. there.Select(pair => pair.Name)]));
    }

    // A metric's row, and its floor's.
    IEnumerable<MetricRow> Rows(Metric metric, MetricForm form)
    {
        var blank = new MetricRow(form.Metric, form.Definition) { Unit = form.Unit, Decimals = form.Decimals, Reason = form.Reason };
        if (form.Reason is not null)
            return [blank];
        const string FloorDefinition = "real against real: the even against the odd real pictures";
        MetricRow[] rows = metric switch
        {
            { Space: { } space } when metric == Metric.Kid => [OfSets(blank, space, distributions[space].Compute(Fake, metric))],
            { Space: { } space } => [OfSets(blank, space, distributions[space].Compute(Fake, metric)),
                OfSets(blank with { Metric = $"{metric.Name} floor", Definition = FloorDefinition }, space,
                    distributions[space].Halves(metric.Name))],
            { Landmarks: null } => [OfPairs(metric, blank)],
            _ => [OfPairs(metric, blank), Floor(blank, pairs[metric])],
        };
        const string Broken = "the result is not finite; verify the weights file with scripts/download-weights.sh";
        return rows.Select(row => row.Value is { } value && !double.IsFinite(value)
            ? row with { Value = null, Deviation = null, Reason = Broken } : row);
    }

    MetricRow OfSets(MetricRow blank, FeatureSpace space, Figure figure) => blank with
    {
        Value = figure.Value,
        Deviation = figure.Deviation,
        Real = figure.Against,
        Fake = figure.Frames,
        Resolution = allSizes.ToString(),
        Marks = figure.Value is null ? [] : figure.Marks,
        Reason = figure.Value is null ? $"a distribution needs two {space.Things} or more on each side, "
            + $"here are {figure.Against} and {figure.Frames}" : null,
    };

    MetricRow OfPairs(Metric metric, MetricRow blank)
    {
        var found = pairs[metric];
        var tally = new FrameTally(metric, settings.Seed);
        tally.Add(found.Values);
        var (figure, small) = (tally.Pooled(), $"{metric.LeastSide}x{metric.LeastSide}");
        var count = figure.Frames + tally.Identical;
        List<string> marks = [];
        if (tally.Identical > 0)
            marks.Add(figure.Frames == 0 ? "all pairs identical"
                : $"{ComparisonNotes.Pairs(tally.Identical)} identical, left out of the mean");
        if (found.TooSmall > 0)
            marks.Add($"{ComparisonNotes.Pairs(found.TooSmall)} under {small} left out");
        if (metric.NeedsFaces && withoutRealFace > 0)
            marks.Add($"no face in {withoutRealFace} of the real pictures");
        if (metric.NeedsFaces && withoutFakeFace > 0)
            marks.Add($"no face in {withoutFakeFace} of the fake pictures");
        return blank with
        {
            Value = figure.Value,
            Real = count,
            Fake = count,
            Resolution = found.Sizes.ToString(),
            Marks = metric.NeedsFaces && count == 0 ? [] : marks,
            Reason = count > 0 ? null
                : metric.NeedsFaces && compared > 0 && withoutRealFace + withoutFakeFace == compared
                ? $"{settings.Detector} found no pair of faces in {compared} pairs ({string.Join(", ", marks)})"
                : found.TooSmall > 0 ? $"every pair is smaller than {small}"
                : metric.Series is not null && compared > 0
                ? "no picture is the next of another by its number: frames are to be named as such, 000001 after 000000"
                : "no pair of pictures of one name and one size was read",
        };
    }

    static MetricRow Floor(MetricRow blank, PairValues found) => blank with
    {
        Metric = $"{blank.Metric} floor",
        Definition = "the same real picture detected again, moved by a pixel",
        Value = found.Floors.Count > 0 ? found.Floors.Average() : null,
        Real = found.Floors.Count,
        Fake = found.Floors.Count,
        Resolution = found.Sizes.ToString(),
        Reason = found.Floors.Count > 0 ? null : "no face was found twice",
    };

    // Of one metric.
    sealed class PairValues
    {
        internal List<double> Values { get; } = [];

        internal List<double> Floors { get; } = [];

        internal SizeRange Sizes { get; } = new();

        internal int TooSmall { get; private set; }

        internal void Add(IReadOnlyList<Picture> truth, double[] values, double[] floors, int leastSide)
        {
            Values.AddRange(values);
            Floors.AddRange(floors.Where(floor => !double.IsNaN(floor)));
            TooSmall += truth.Count(picture => picture.LeastSide() < leastSide);
            foreach (var (picture, _) in truth.Zip(values).Where(pair => !double.IsNaN(pair.Second)))
                Sizes.Add(picture);
        }
    }
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
            found.Add(
                $"{Pictures(refused)} could not be read and {(refused == 1 ? "was" : "were")} left "
                    + $"out{(refused == 1 ? "" : ", the first")}: {firstRefused}");
        foreach (var ((set, form), (count, first)) in forms.OrderBy(entry => entry.Key.Item1 == fake).ThenBy(entry => entry.Key.Item2))
            found.Add($"{set.Where}: {Pictures(count)} {(form == PictureForm.Gray ? "grayscale, measured with "
                + "equal channels" : "transparent, laid on white")}: {first}{Others(count)}.");
        foreach (var set in (PictureSet[])[real, fake])
            if (set.OtherFiles > 0)
                found.Add(
                    $"{set.Where}: {(set.OtherFiles == 1 ? "1 file is" : $"{set.OtherFiles} files are")} not named as a picture and "
                        + $"{(set.OtherFiles == 1 ? "was" : "were")} not read.");
        return found;

        void Alone(PictureSet here, PictureSet there, Func<MatchedName, bool> isAlone)
        {
            var alone = matching.Names.Where(isAlone).Select(name => name.Name).ToArray();
            if (alone.Length > 0)
                found.Add($"{here.Where}: {Pictures(alone.Length)} without a namesake in {there.Where}, left out of the metrics "
                    + $"of pairs: {alone[0]}{Others(alone.Length)}.");
        }
    }

    internal static string Pairs(int count) => count == 1 ? "1 pair" : $"{count} pairs";

    static string Pictures(int count) => count == 1 ? "1 picture" : $"{count} pictures";

    static string Others(int count) => count == 1 ? "" : $" and {count - 1} more";
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
