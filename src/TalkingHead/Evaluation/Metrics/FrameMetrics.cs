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
    readonly Dictionary<FeatureSpace, Func<Tensor, Tensor>> spaces = [];
    readonly Dictionary<Metric, FaceEmbedder> embedders = [];
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
        if (settings.Detector != "mesh" && settings.Metrics.Contains(Metric.Gaze))
            reasons[Metric.Gaze] = $"{settings.Detector} sees no pupils; take --detector mesh";
        var lpips = Loaded(() => networks.Lpips(settings, device), Metric.Lpips);
        var resnet = Loaded(() => networks.ResNet18(device), Metric.Resnet18, Metric.FdResnet18);
        if (Loaded(() => networks.Inception(settings, device), Metric.Fid, Metric.Kid) is { } inception)
            spaces[FeatureSpace.Inception] = inception.Compute;
        if (Loaded(() => networks.Video(device), Metric.Fvd) is { } video)
            spaces[FeatureSpace.I3d] = video.Features;
        if (Loaded(() => networks.Csim(settings, device), Metric.Csim) is { } csim)
            embedders[Metric.Csim] = new(ArcFace.Features, FaceAlignment.Side, FaceAlignment.Align, csim.Embed);
        if (Loaded(() => networks.Identity(device), Metric.Identity) is { } identity)
            embedders[Metric.Identity] = new(FaceRes.Features, FaceRes.Side, FaceIdentity.Align, identity.Embed);
        trackers = Loaded(() => TrackerPool.Open(settings.Detector), [.. Metric.All.Where(metric => metric.NeedsFaces)]);
        Measured = [.. settings.Metrics.Where(metric => !reasons.ContainsKey(metric))];
        Forms = [.. settings.Metrics.Select(metric => metric.Form(settings, cross, reasons.GetValueOrDefault(metric)))];
        foreach (var metric in Metric.All.Where(Measured.Contains))
            if ((metric == Metric.Lpips ? lpips!.Compute : metric == Metric.Resnet18 ? resnet!.Compute : metric.Pixels) is { } compute)
                ofPairs[metric] = compute;
        if (Measured.Contains(Metric.FdResnet18))
            spaces[FeatureSpace.ResNet18] = resnet!.Features;
    }

    /// <summary>Every metric asked for, in that order; with the reason where it is not measured.</summary>
    internal IReadOnlyList<MetricForm> Forms { get; }

    /// <summary>The metrics measured, in the order asked for.</summary>
    internal IReadOnlyList<Metric> Measured { get; }

    /// <summary>Looks at the frames that others are measured against.</summary>
    /// <param name="real">The person's own frames.</param>
    /// <param name="driver">The driver's; the same ones where the person drives herself.</param>
    /// <param name="follows">Whether each of the driver's frames follows the one before it in time.</param>
    /// <param name="hasFloor">Which frames are searched again for the floors; all when null.</param>
    internal FrameTarget Target(IReadOnlyList<Picture> real, IReadOnlyList<Picture> driver, IReadOnlyList<bool> follows,
        Func<int, bool>? hasFloor = null)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var again = new Landmarks?[driver.Count];
        var faces = Find(driver, Places(driver));
        var own = cross && embedders.Count > 0 ? Find(real, Places(real)) : faces;
        trackers?.ForEach(driver.Count, (i, tracker) => again[i] = faces[i] is { } face && hasFloor?.Invoke(i) != false
            ? TrackerPool.Again(tracker, driver[i], face) : null);
        return new()
        {
            Truth = cross ? null : real,
            Driver = faces,
            Follows = follows,
            Found = Found(own),
            Person = trackers is null ? [] : embedders.ToDictionary(embedder => embedder.Key, embedder =>
                (cross ? MeanOf(Embed(embedder.Value, real, own)) : Embed(embedder.Value, real, own)).DetachFromDisposeScope()),
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
        foreach (var (metric, person) in target.Person)
            values[metric] = [.. (Embed(embedders[metric], frames, faces) * person).sum([1]).cpu().data<double>()];
        Landmarks?[] landmarks = [.. faces.Select(face => face?.Landmarks)];
        foreach (var (metric, found) in OfLandmarks(frames, target.Driver, landmarks))
            values[metric] = found;
        var series = new FrameSeries(target.Truth ?? [], frames, [.. target.Driver.Select(face => face?.Landmarks)], landmarks,
            target.Follows);
        foreach (var metric in Metric.All.Where(metric => metric.Series is not null && Measured.Contains(metric)))
            values[metric] = metric.Series!(series);
        return new() { ByMetric = values, Faces = Found(faces) };
    }

    /// <summary>
    /// What distributions compare of frames, row after row; of the spaces that are measured. Pictures shown twice are seen once.
    /// </summary>
    /// <param name="pictures">Pictures that differ from one another; those of one size come out together.</param>
    /// <param name="shown">Which of them each frame shows, all of one size; each once where null.</param>
    /// <param name="follows">Whether each frame follows the one before it in time.</param>
    internal Dictionary<FeatureSpace, float[]> Features(IReadOnlyList<Picture> pictures, IReadOnlyList<int>? shown,
        IReadOnlyList<bool> follows)
    {
        using var exact = new ExactArithmetic();
        Picture[] frames = shown is null ? [.. pictures] : [.. shown.Select(place => pictures[place])];
        Picture[][] clips = [.. VideoDistance.Clips(follows).Select(start => frames[start..(start + VideoDistance.Frames)])
            .Where(clip => clip.All(frame => (frame.Width, frame.Height) == (clip[0].Width, clip[0].Height)))];
        return spaces.ToDictionary(space => space.Key, space =>
        {
            if (space.Key.Frames > 1)
                return Rows(space.Value, clips);
            var rows = Rows(space.Value, PictureBatches.Of(pictures, picture => picture));
            return shown is null ? rows
                : [.. shown.SelectMany(place => rows[(place * space.Key.Length)..((place + 1) * space.Key.Length)])];
        });
    }

    float[] Rows(Func<Tensor, Tensor> features, IEnumerable<IReadOnlyList<Picture>> batches) => [.. batches.SelectMany(batch =>
    {
        using var scope = NewDisposeScope();
        return features(Pictures.Stack(batch, device)).cpu().data<float>().ToArray();
    })];

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

    Dictionary<Metric, double[]> OfLandmarks(IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> real,
        IReadOnlyList<Landmarks?> other) =>
        Metric.All.Where(metric => metric.Landmarks is not null && Measured.Contains(metric)).ToDictionary(metric => metric,
            metric => frames
            .Select((frame, i) => (real[i]?.Landmarks, other[i]) is ({ } one, { } two) ? metric.Landmarks!(one, two, frame) : double.NaN)
            .ToArray());

    // The face that each frame shows: the one nearest to its place, or the largest. Pictures shown twice are searched once.
    TrackedFace?[] Find(IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown, IReadOnlyList<TrackedFace?>? near = null)
    {
        if (trackers is null)
            return [];
        var all = new IReadOnlyList<TrackedFace>[pictures.Count];
        trackers.ForEach(pictures.Count, (i, tracker) => all[i] = tracker.Find(pictures[i]));
        return [.. shown.Select((place, i) => near?[i] is { } expected ? all[place].MinBy(face => face.Box.Distance(expected.Box))
            : all[place].FirstOrDefault())];
    }

    // (n,features) float64, NaN where there is no face
    Tensor Embed(FaceEmbedder embedder, IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> faces)
    {
        using var scope = NewDisposeScope();
        var rows = Scalars.Full([frames.Count, embedder.Features], double.NaN, ScalarType.Float64, device);
        foreach (var batch in Places(frames).Where(i => faces[i] is not null).Chunk(PictureBatches.Most(embedder.Side, embedder.Side)))
        {
            var aligned = Pictures.Stack([.. batch.Select(i => embedder.Align(frames[i], faces[i]!.Landmarks))], device);
            rows.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray(), device: device),
                embedder.Embed(aligned).to(ScalarType.Float64));
        }
        return rows.MoveToOuterDisposeScope();
    }

    // Over the faces found; (1,features), NaN where there is none.
    static Tensor MeanOf(Tensor rows)
    {
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

/// <summary>Frames of one person in order of time, and what they are measured against.</summary>
/// <param name="Truth">The true frames; empty where there are none.</param>
/// <param name="Frames">The frames.</param>
/// <param name="Real">The driver's landmarks in each frame; empty where faces are not looked for, null where none was found.</param>
/// <param name="Fake">Those found in the frames; likewise.</param>
/// <param name="Follows">Whether each frame follows the one before it in time.</param>
sealed record FrameSeries(IReadOnlyList<Picture> Truth, IReadOnlyList<Picture> Frames, IReadOnlyList<Landmarks?> Real,
    IReadOnlyList<Landmarks?> Fake, IReadOnlyList<bool> Follows)
{
    internal double[] Each(Func<int, double> value) => [.. Enumerable.Range(0, Frames.Count).Select(value)];

    /// <summary>The same of frames where both faces were found; NaN elsewhere.</summary>
    internal double[] EachFace(Func<int, Landmarks, Landmarks, double> value) =>
        Each(i => (Real[i], Fake[i]) is ({ } real, { } fake) ? value(i, real, fake) : double.NaN);
}

/// <summary>What frames are measured against: computed once, however many methods are measured.</summary>
sealed class FrameTarget : IDisposable
{
    /// <summary>The true frames; null where another person drives and there is no truth.</summary>
    internal IReadOnlyList<Picture>? Truth { get; init; }

    /// <summary>The driver's faces, one a frame, null where none is found; empty where none was looked for.</summary>
    internal IReadOnlyList<TrackedFace?> Driver { get; init; } = [];

    /// <summary>Whether each frame follows the one before it in time.</summary>
    internal IReadOnlyList<bool> Follows { get; init; } = [];

    /// <summary>Whether a face was found in each of the person's own frames.</summary>
    internal byte[] Found { get; init; } = [];

    /// <summary>
    /// Embeddings of the person's faces: of each true frame (n,features), or their mean (1,features) where another person drives;
    /// a frame without a face is a row of NaN.
    /// </summary>
    internal IReadOnlyDictionary<Metric, Tensor> Person { get; init; } = new Dictionary<Metric, Tensor>();

    /// <summary>Metrics of landmarks between a real frame and itself moved by a pixel.</summary>
    internal required IReadOnlyDictionary<Metric, double[]> Floors { get; init; }

    public void Dispose()
    {
        foreach (var embeddings in Person.Values)
            embeddings.Dispose();
    }
}

/// <summary>A network that tells faces apart.</summary>
/// <param name="Features">Numbers of an embedding.</param>
/// <param name="Side">Pixels of the face's side.</param>
/// <param name="Align">Takes the face of these landmarks out of a frame.</param>
/// <param name="Embed">Faces (B,3,side,side), uint8, to (B,features), each of length one.</param>
sealed record FaceEmbedder(int Features, int Side, Func<Picture, Landmarks, Picture> Align, Func<Tensor, Tensor> Embed);

/// <summary>What was measured on frames, one by one.</summary>
sealed record FrameValues
{
    /// <summary>One value a frame; NaN where there is none, infinite PSNR where frames are identical.</summary>
    public IReadOnlyDictionary<Metric, double[]> ByMetric { get; init; } = new Dictionary<Metric, double[]>();

    /// <summary>Whether a face was found in each frame; empty where none was looked for.</summary>
    public byte[] Faces { get; init; } = [];

    /// <summary>What distributions compare, frame after frame.</summary>
    public IReadOnlyDictionary<FeatureSpace, float[]> Features { get; init; } = new Dictionary<FeatureSpace, float[]>();
}
