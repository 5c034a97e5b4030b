using System.Collections.Concurrent;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Media;

namespace TalkingHead.Evaluation;

/// <summary>
/// Measures one set of pictures against another: metrics of pairs over the names that both have, FID and KID over all.
/// Pictures are read ahead in parallel, a block at a time. A metric that cannot be measured is a row with the reason.
/// </summary>
public sealed class Comparison : IDisposable
{
    const int Block = 32; // names read at once
    const int FloorPictures = 100; // so many real pictures are searched for a face twice, for the floors

    readonly PictureSet real, fake;
    readonly ComparisonSettings settings;
    readonly FrameMetrics meter;
    readonly (string Name, int? Real, int? Fake)[] all; // places in the sets; names of both first, each part in ordinal order
    readonly int pairs; // names that both have
    readonly Dictionary<FeatureSpace, (FeatureStatistics Real, FeatureStatistics Fake)> sets;
    readonly Dictionary<Metric, List<double>> values, floors;
    readonly List<(int Width, int Height)> sizes = [], pairSizes = []; // of all pictures; of the pairs compared
    readonly ConcurrentBag<(PictureSet Set, PictureForm Form, string Name)> otherForms = [];
    readonly ConcurrentBag<string> refused = [];
    readonly List<string> unequal = [];
    int withoutRealFace, withoutFakeFace;

    /// <summary>Measures what is fake against the truth.</summary>
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
        (this.real, this.fake, this.settings, meter) = (real, fake, settings, new(settings, networks));
        values = meter.OfFrames.ToDictionary(metric => metric, _ => new List<double>());
        floors = meter.OfFrames.Where(metric => metric.HasFloor).ToDictionary(metric => metric, _ => new List<double>());
        sets = meter.Spaces.ToDictionary(space => space, space =>
            (new FeatureStatistics(space.Length), new FeatureStatistics(space.Length)));
        var places = fake.Names.Select((name, i) => (name, i)).ToDictionary(StringComparer.Ordinal);
        (string Name, int? Real, int? Fake)[] matched =
            [.. real.Names.Select((name, i) => (name, (int?)i, places.Remove(name, out var place) ? place : (int?)null))];
        pairs = matched.Count(name => name.Fake is not null);
        all = [.. matched.OrderBy(name => name.Fake is null),
            .. fake.Names.Where(places.ContainsKey).Select(name => (name, (int?)null, (int?)places[name]))];
    }

    /// <summary>Names that <see cref="Run"/> will read; those of one set alone are of use to a distribution only.</summary>
    public int Count => meter.Measured.Count == 0 ? 0 : sets.Count > 0 ? all.Length : pairs;

    /// <summary>Reads and measures everything; each step is told how many more names are done.</summary>
    public ComparisonResult Run(Action<int>? step = null, CancellationToken stop = default)
    {
        var blocks = all.Take(Count).Chunk(Block).ToArray();
        var next = blocks.Length > 0 ? Read(blocks[0], stop) : null;
        for (var i = 0; i < blocks.Length; i++)
        {
            var loaded = next!.GetAwaiter().GetResult();
            next = i + 1 < blocks.Length ? Read(blocks[i + 1], stop) : null;
            stop.ThrowIfCancellationRequested();
            Measure(loaded);
            step?.Invoke(loaded.Length);
        }
        return new([.. settings.Metrics.Zip(meter.Forms).SelectMany(metric => Rows(metric.First, metric.Second))], [.. Notes()]);
    }

    /// <summary>Frees the networks.</summary>
    public void Dispose() => meter.Dispose();

    Task<LoadedPair[]> Read((string Name, int? Real, int? Fake)[] block, CancellationToken stop) => Task.Run(() =>
        block.AsParallel().AsOrdered().WithCancellation(stop)
            .Select(name => new LoadedPair(name.Name, Read(real, name.Real), Read(fake, name.Fake))).ToArray(), stop);

    Picture? Read(PictureSet set, int? index)
    {
        if (index is not { } place)
            return null;
        try
        {
            var picture = set.Load(place, out var form);
            if (form != PictureForm.Rgb)
                otherForms.Add((set, form, set.Names[place]));
            return picture;
        }
        catch (UserException e)
        {
            refused.Add(e.Message);
            return null;
        }
    }

    void Measure(LoadedPair[] loaded)
    {
        foreach (var (space, features) in Features(loaded, pair => pair.Real))
            sets[space].Real.Add(features);
        foreach (var (space, features) in Features(loaded, pair => pair.Fake))
            sets[space].Fake.Add(features);
        var both = loaded.Where(pair => pair is { Real: not null, Fake: not null })
            .ToLookup(pair => (pair.Real!.Width, pair.Real.Height) == (pair.Fake!.Width, pair.Fake.Height));
        unequal.AddRange(from pair in both[false]
                         select $"{pair.Name} is {pair.Real!.Width}x{pair.Real.Height} and {pair.Fake!.Width}x{pair.Fake.Height}");
        LoadedPair[] comparable = [.. both[true]];
        if (comparable.Length == 0 || values.Count == 0)
            return;

        Picture[] truth = [.. comparable.Select(pair => pair.Real!)], others = [.. comparable.Select(pair => pair.Fake!)];
        var floorEvery = Math.Max(1, pairs / FloorPictures);
        var target = meter.Target(truth, truth, PictureSet.Follows([.. comparable.Select(pair => pair.Name)]),
            i => (pairSizes.Count + i) % floorEvery == 0);
        var found = meter.Measure(target, others, [.. Enumerable.Range(0, others.Length)]);
        pairSizes.AddRange(truth.Select(picture => (picture.Width, picture.Height)));
        withoutRealFace += target.Found.Count(face => face == 0);
        withoutFakeFace += target.Found.Zip(found.Faces).Count(faces => faces is (not 0, 0));
        foreach (var (metric, list) in values)
            list.AddRange(found.ByMetric[metric]);
        foreach (var (metric, list) in floors)
            list.AddRange(target.Floors[metric].Where(floor => !double.IsNaN(floor)));
    }

    Dictionary<FeatureSpace, float[]> Features(LoadedPair[] loaded, Func<LoadedPair, Picture?> side)
    {
        LoadedPair[] there = [.. loaded.Where(pair => side(pair) is not null)];
        Picture[] pictures = [.. there.Select(pair => side(pair)!)];
        sizes.AddRange(pictures.Select(picture => (picture.Width, picture.Height)));
        return meter.Features(pictures, null, PictureSet.Follows([.. there.Select(pair => pair.Name)]));
    }

    // A metric's row, and its floor's.
    IEnumerable<MetricRow> Rows(Metric metric, MetricForm form)
    {
        var blank = new MetricRow(form.Metric, form.Definition, null, null, form.Unit, form.Decimals, 0, 0, "", [], form.Reason);
        if (form.Reason is not null)
            return [blank];
        var floor = blank with { Metric = $"{metric.Name} floor" };
        List<MetricRow> rows = [metric.Space is null ? OfPairs(metric, blank)
            : OfSets(blank, metric.Space, SetDistance.Compute(metric, sets[metric.Space].Real, sets[metric.Space].Fake, settings))];
        if (floors.TryGetValue(metric, out var noise))
            rows.Add(floor with
            {
                Definition = "the same real picture detected again, moved by a pixel",
                Value = noise.Count > 0 ? noise.Average() : null,
                Real = noise.Count,
                Fake = noise.Count,
                Resolution = SizesOf(metric),
                Reason = noise.Count > 0 ? null : "no face was found twice",
            });
        else if (metric.Space is { } space && metric != Metric.Kid)
            rows.Add(OfSets(floor with { Definition = "real against real: the even against the odd real pictures" }, space,
                SetDistance.Frechet(metric.Name, space, Half(space, 0), Half(space, 1))));
        const string Broken = "the result is not finite; verify the weights file with scripts/download-weights.sh";
        return rows.Select(row => row.Value is { } value && !double.IsFinite(value)
            ? row with { Value = null, Deviation = null, Reason = Broken } : row);
    }

    FeatureStatistics Half(FeatureSpace space, int parity) => new(space.Length, sets[space].Real.Rows.Where((_, i) => i % 2 == parity));

    MetricRow OfSets(MetricRow blank, FeatureSpace space, Figure figure) => blank with
    {
        Value = figure.Value,
        Deviation = figure.Deviation,
        Real = figure.Against,
        Fake = figure.Frames,
        Resolution = Range(sizes),
        Marks = figure.Value is null ? [] : figure.Marks,
        Reason = figure.Value is null ? $"a distribution needs two {space.Things} or more on each side, "
            + $"here are {figure.Against} and {figure.Frames}" : null,
    };

    MetricRow OfPairs(Metric metric, MetricRow blank)
    {
        var tally = new FrameTally(metric, settings.Seed, [values[metric]]);
        var (figure, least) = (tally.Pooled(), metric.LeastSide);
        var (count, compared) = (figure.Frames + tally.Identical, pairSizes.Count);
        var tooSmall = pairSizes.Count(size => Math.Min(size.Width, size.Height) < least);
        List<string> marks = [];
        if (tally.Identical > 0)
            marks.Add(figure.Frames == 0 ? "all pairs identical" : $"{Many(tally.Identical, "pair")} identical, left out of the mean");
        if (tooSmall > 0)
            marks.Add($"{Many(tooSmall, "pair")} under {least}x{least} left out");
        foreach (var (side, without) in new[] { ("real", withoutRealFace), ("fake", withoutFakeFace) })
            if (metric.NeedsFaces && without > 0)
                marks.Add($"no face in {without} of the {side} pictures");
        return blank with
        {
            Value = figure.Value,
            Real = count,
            Fake = count,
            Resolution = SizesOf(metric),
            Marks = metric.NeedsFaces && count == 0 ? [] : marks,
            Reason = count > 0 ? null
                : metric.NeedsFaces && compared > 0 && withoutRealFace + withoutFakeFace == compared
                ? $"{settings.Detector} found no pair of faces in {compared} pairs ({string.Join(", ", marks)})"
                : tooSmall > 0 ? $"every pair is smaller than {least}x{least}"
                : metric is { Series: not null, HasFloor: false } && compared > 0
                ? "no picture is the next of another by its number: frames are to be named as such, 000001 after 000000"
                : "no pair of pictures of one name and one size was read",
        };
    }

    string SizesOf(Metric metric) => Range(pairSizes.Where((_, i) => !double.IsNaN(values[metric][i])));

    static string Range(IEnumerable<(int Width, int Height)> sizes)
    {
        var (least, most) = (sizes.DefaultIfEmpty().MinBy(Area), sizes.DefaultIfEmpty().MaxBy(Area));
        return least.Width == 0 ? "" : least == most ? $"{least.Width}x{least.Height}"
            : $"{least.Width}x{least.Height} to {most.Width}x{most.Height}";

        static long Area((int Width, int Height) size) => (long)size.Width * size.Height;
    }

    // What was left out or changed, with the first example of each.
    IEnumerable<string> Notes()
    {
        foreach (var (here, there, alone) in new[] { (real, fake, all.Where(name => name.Fake is null)),
            (fake, real, all.Where(name => name.Real is null)) })
            if (alone.Any())
                yield return $"{here.Where}: {Many(alone.Count(), "picture")} without a namesake in {there.Where}, left out of the metrics "
                    + $"of pairs: {alone.First().Name}{Others(alone.Count())}.";
        if (unequal.Count > 0)
            yield return $"{Many(unequal.Count, "pair")} of unequal size left out of the metrics of pairs: "
                + $"{unequal[0]}{Others(unequal.Count)}.";
        if (!refused.IsEmpty)
            yield return $"{Many(refused.Count, "picture")} could not be read and {(refused.Count == 1 ? "was" : "were")} left "
                + $"out{(refused.Count == 1 ? "" : ", the first")}: {refused.Min(StringComparer.Ordinal)}";
        foreach (var same in otherForms.GroupBy(one => (IsFake: one.Set == fake, one.Form), one => one.Name).OrderBy(same => same.Key))
            yield return $"{(same.Key.IsFake ? fake : real).Where}: {Many(same.Count(), "picture")} "
                + $"{(same.Key.Form == PictureForm.Gray ? "grayscale, measured with equal channels" : "transparent, laid on white")}: "
                + $"{same.Min(StringComparer.Ordinal)}{Others(same.Count())}.";
        foreach (var set in (PictureSet[])[real, fake])
            if (set.OtherFiles > 0)
                yield return $"{set.Where}: {(set.OtherFiles == 1 ? "1 file is" : $"{set.OtherFiles} files are")} not named as a picture "
                    + $"and {(set.OtherFiles == 1 ? "was" : "were")} not read.";
    }

    static string Many(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

    static string Others(int count) => count == 1 ? "" : $" and {count - 1} more";
}

/// <summary>The pictures of one name; null where a set has none or it could not be read.</summary>
sealed record LoadedPair(string Name, Picture? Real, Picture? Fake);

/// <summary>
/// A figure with all that makes it comparable: short name, such as "SSIM", and which of the many definitions under it; the value, null
/// where there is none; its standard deviation over KID's subsets; "dB", "px" or nothing; decimals worth showing; pictures of either side
/// behind it; their size, such as "256x256" or "64x64 to 256x256"; what a reader must know beside it, such as "biased" or "3 pairs
/// identical"; why it could not be measured, and what to do.
/// </summary>
public sealed record MetricRow(string Metric, string Definition, double? Value, double? Deviation, string Unit, int Decimals, int Real,
    int Fake, string Resolution, IReadOnlyList<string> Marks, string? Reason);

/// <summary>Figures, in the order in which they were asked for, and what was left out or changed, one sentence each.</summary>
public sealed record ComparisonResult(IReadOnlyList<MetricRow> Rows, IReadOnlyList<string> Notes);
