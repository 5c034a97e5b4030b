using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Measures frames against true ones, with networks that are loaded once. A metric whose files are missing is left out and
/// listed with the reason.
/// </summary>
sealed class FrameMetrics : IDisposable
{
    readonly ComparisonSettings settings;
    readonly Device device;
    readonly bool cross;
    readonly InceptionFeatures? inception;
    readonly Csim? csim;
    readonly TrackerPool? trackers;
    readonly Dictionary<Metric, Func<Tensor, Tensor, Tensor>> ofPairs = [];
    readonly List<IDisposable> owned = [];
    readonly Dictionary<Metric, string> reasons = [];

    /// <param name="settings">Which metrics.</param>
    /// <param name="networks">Where networks come from.</param>
    /// <param name="cross">Whether another person drives and frames have no truth.</param>
    internal FrameMetrics(ComparisonSettings settings, ComparisonNetworks networks, bool cross = false)
    {
        (this.settings, this.cross, device) = (settings, cross, settings.Device ?? CPU);
        foreach (var metric in settings.Metrics.Where(metric => cross && metric.Cross is null))
            reasons[metric] = "it compares a frame with its truth, and another person's motion has none";
        var lpips = Loaded(() => networks.Lpips(settings, device), Metric.Lpips);
        inception = Loaded(() => networks.Inception(settings, device), Metric.Fid, Metric.Kid);
        csim = Loaded(() => networks.Csim(settings, device), Metric.Csim);
        trackers = Loaded(() => TrackerPool.Open(settings.Detector), [.. Metric.All.Where(metric => metric.NeedsFaces)]);
        Measured = [.. settings.Metrics.Where(metric => !reasons.ContainsKey(metric))];
        Forms = [.. settings.Metrics.Select(metric => metric.Form(settings, cross, reasons.GetValueOrDefault(metric)))];
        foreach (var metric in Metric.All.Where(Measured.Contains))
            if ((metric == Metric.Lpips ? lpips!.Compute : metric.Pixels) is { } compute)
                ofPairs[metric] = compute;
    }

    /// <summary>Every metric asked for, in that order; with the reason where it is not measured.</summary>
    internal IReadOnlyList<MetricForm> Forms { get; }

    /// <summary>The metrics measured, in the order asked for.</summary>
    internal IReadOnlyList<Metric> Measured { get; }

    /// <summary>Looks at the frames that others are measured against.</summary>
    /// <param name="real">The person's own frames.</param>
    /// <param name="driver">The driver's; the same ones where the person drives herself.</param>
    /// <param name="hasFloor">Which frames are searched again for the floors; all when null.</param>
    internal FrameTarget Target(IReadOnlyList<Picture> real, IReadOnlyList<Picture> driver, Func<int, bool>? hasFloor = null)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var again = new Landmarks?[driver.Count];
        var faces = Find(driver, Places(driver));
        var own = cross && csim is not null ? Find(real, Places(real)) : faces;
        trackers?.ForEach(driver.Count, (i, tracker) => again[i] = faces[i] is { } face && hasFloor?.Invoke(i) != false ? TrackerPool.Again(tracker, driver[i], face) : null);
        var person = csim is null || trackers is null ? null : Embed(real, own);
        return new()
        {
            Truth = cross ? null : real,
            Driver = faces,
            Found = Found(own),
            Person = (cross ? MeanOf(person) : person)?.DetachFromDisposeScope(),
            Floors = OfLandmarks(driver, faces, again),
        };
    }

    /// <summary>Values of frames, one a frame; no features.</summary>
    /// <param name="target">What they are measured against.</param>
    /// <param name="pictures">Pictures that differ from one another.</param>
    /// <param name="shown">Which of them each frame shows.</param>
    internal FrameValues Measure(FrameTarget target, IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Picture[] frames = [.. shown.Select(place => pictures[place])];
        var values = target.Truth is { } truth ? OfPairs(truth, frames) : [];
        var faces = Find(pictures, shown, target.Driver);
        if (target.Person is { } person)
            values[Metric.Csim] = [.. (Embed(frames, faces) * person).sum([1]).cpu().data<double>()];
        foreach (var (metric, found) in OfLandmarks(frames, target.Driver, [.. faces.Select(face => face?.Landmarks)]))
            values[metric] = found;
        return new() { ByMetric = values, Faces = Found(faces) };
    }

    /// <summary>Inception's features of pictures, row after row, those of one size together; empty where no metric needs them.</summary>
    internal float[] Features(IReadOnlyList<Picture> pictures)
    {
        if (inception is null)
            return [];
        using var exact = new ExactArithmetic();
        List<float> rows = [];
        foreach (var batch in PictureBatches.Of(pictures, picture => picture))
        {
            using var scope = NewDisposeScope();
            rows.AddRange(inception.Compute(Pictures.Stack(batch, device)).cpu().data<float>());
        }
        return [.. rows];
    }

    /// <summary>The same of frames that show these pictures.</summary>
    internal float[] Features(IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown)
    {
        var rows = Features(pictures);
        return rows.Length == 0 ? [] : [.. shown.SelectMany(place => rows.AsSpan(place * Inception.Features, Inception.Features).ToArray())];
    }

    public void Dispose() => owned.ForEach(one => one.Dispose());

    Dictionary<Metric, double[]> OfPairs(IReadOnlyList<Picture> truth, Picture[] frames)
    {
        var values = ofPairs.Keys.ToDictionary(metric => metric, _ => Enumerable.Repeat(double.NaN, frames.Length).ToArray());
        foreach (var batch in PictureBatches.Of(Places(frames), i => frames[i]))
        {
            using var scope = NewDisposeScope();
            var (real, fake) = (PictureBatches.Stack(batch, i => truth[i], device), PictureBatches.Stack(batch, i => frames[i], device));
            foreach (var (metric, compute) in ofPairs.Where(pair => frames[batch[0]].LeastSide() >= pair.Key.LeastSide))
                foreach (var (i, value) in batch.Zip(compute(real, fake).cpu().data<double>().ToArray()))
                    values[metric][i] = value;
        }
        return values;
    }

    Dictionary<Metric, double[]> OfLandmarks(IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> real, IReadOnlyList<Landmarks?> other) =>
        Metric.All.Where(metric => metric.Landmarks is not null && Measured.Contains(metric)).ToDictionary(metric => metric, metric => frames
            .Select((frame, i) => (real[i]?.Landmarks, other[i]) is ({ } one, { } two) ? metric.Landmarks!(one, two, frame) : double.NaN).ToArray());

    // The face that each frame shows: the one nearest to its place, or the largest. Pictures shown twice are searched once.
    TrackedFace?[] Find(IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown, IReadOnlyList<TrackedFace?>? near = null)
    {
        if (trackers is null)
            return [];
        var all = new IReadOnlyList<TrackedFace>[pictures.Count];
        trackers.ForEach(pictures.Count, (i, tracker) => all[i] = tracker.Find(pictures[i]));
        return [.. shown.Select((place, i) => near?[i] is { } expected ? all[place].MinBy(face => face.Box.Distance(expected.Box)) : all[place].FirstOrDefault())];
    }

    // (n,512) float64, NaN where there is no face
    Tensor Embed(IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> faces)
    {
        using var scope = NewDisposeScope();
        var rows = Scalars.Full([frames.Count, ArcFace.Features], double.NaN, ScalarType.Float64, device);
        foreach (var batch in Places(frames).Where(i => faces[i] is not null).Chunk(PictureBatches.Most(FaceAlignment.Side, FaceAlignment.Side)))
        {
            var aligned = Pictures.Stack([.. batch.Select(i => FaceAlignment.Align(frames[i], faces[i]!.Landmarks))], device);
            rows.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray(), device: device), csim!.Embed(aligned).to(ScalarType.Float64));
        }
        return rows.MoveToOuterDisposeScope();
    }

    // Over the faces found; (1,512), NaN where there is none.
    static Tensor? MeanOf(Tensor? rows)
    {
        if (rows is null)
            return null;
        var seen = rows.isfinite().all(1, keepdim: true);
        return where(seen, rows, zeros_like(rows)).sum([0], keepdim: true) / seen.sum();
    }

    static byte[] Found(IReadOnlyList<TrackedFace?> faces) => [.. faces.Select(face => (byte)(face is null ? 0 : 1))];

    static int[] Places(IReadOnlyList<Picture> pictures) => [.. Enumerable.Range(0, pictures.Count)];

    // Null where no metric wants it. A missing or foreign file costs the metrics that need it, not the others; a wrong
    // setting ends the work.
    T? Loaded<T>(Func<T> load, params IReadOnlyList<Metric> metrics) where T : class, IDisposable
    {
        Metric[] wanted = [.. settings.Metrics.Where(metric => metrics.Contains(metric) && !reasons.ContainsKey(metric))];
        if (wanted.Length == 0)
            return null;
        try
        {
            var loaded = load();
            owned.Add(loaded);
            return loaded;
        }
        catch (UserException e) when (e.ExitCode == 1)
        {
            foreach (var metric in wanted)
                reasons[metric] = e.Message;
            return null;
        }
    }
}

/// <summary>What frames are measured against: computed once, however many methods are measured.</summary>
sealed class FrameTarget : IDisposable
{
    /// <summary>The true frames; null where another person drives and there is no truth.</summary>
    internal IReadOnlyList<Picture>? Truth { get; init; }

    /// <summary>The driver's faces, one a frame, null where none is found; empty where none was looked for.</summary>
    internal IReadOnlyList<TrackedFace?> Driver { get; init; } = [];

    /// <summary>Whether a face was found in each of the person's own frames.</summary>
    internal byte[] Found { get; init; } = [];

    /// <summary>
    /// Embeddings of the person's faces: of each true frame (n,512), or their mean (1,512) where another person drives; a
    /// frame without a face is a row of NaN.
    /// </summary>
    internal Tensor? Person { get; init; }

    /// <summary>Metrics of landmarks between a real frame and itself moved by a pixel.</summary>
    internal required IReadOnlyDictionary<Metric, double[]> Floors { get; init; }

    public void Dispose() => Person?.Dispose();
}

/// <summary>What was measured on frames, one by one.</summary>
sealed record FrameValues
{
    /// <summary>One value a frame; NaN where there is none, infinite PSNR where frames are identical.</summary>
    public IReadOnlyDictionary<Metric, double[]> ByMetric { get; init; } = new Dictionary<Metric, double[]>();

    /// <summary>Whether a face was found in each frame; empty where none was looked for.</summary>
    public byte[] Faces { get; init; } = [];

    /// <summary>Inception's features, frame after frame; empty where FID and KID are not measured.</summary>
    public float[] Features { get; init; } = [];
}
