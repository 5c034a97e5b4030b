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
    readonly Dictionary<Metric, Func<Tensor, Tensor, Tensor>> pairs = [];
    readonly Dictionary<FeatureSpace, Func<Tensor, Tensor>> spaces = [];
    readonly Dictionary<Metric, FaceEmbedder> embedders = [];
    readonly TrackerPool? trackers;
    readonly List<IDisposable> owned = [];
    readonly Dictionary<Metric, string> reasons = [];

    // In cross-reenactment another person drives, and frames have no truth.
    internal FrameMetrics(ComparisonSettings settings, ComparisonNetworks networks, bool cross = false)
    {
        (this.settings, this.cross, device) = (settings, cross, settings.Device ?? CPU);
        foreach (var metric in settings.Metrics.Where(metric => cross && metric.Cross is null))
            reasons[metric] = "it compares a frame with its truth, and another person's motion has none";
        if (settings.Detector != "mesh" && settings.Metrics.Contains(Metric.Gaze))
            reasons[Metric.Gaze] = $"{settings.Detector} sees no pupils; take --detector mesh";
        foreach (var metric in settings.Metrics.Where(metric => metric.Pixels is not null))
            pairs[metric] = metric.Pixels!;
        if (Loaded(() => networks.Lpips(settings, device), Metric.Lpips) is { } lpips)
            pairs[Metric.Lpips] = lpips.Compute;
        if (Loaded(() => networks.ResNet18(device), Metric.Resnet18, Metric.FdResnet18) is { } resnet)
            (pairs[Metric.Resnet18], spaces[FeatureSpace.ResNet18]) = (resnet.Compute, resnet.Features);
        if (Loaded(() => networks.Inception(settings, device), Metric.Fid, Metric.Kid) is { } inception)
            spaces[FeatureSpace.Inception] = inception.Compute;
        if (Loaded(() => networks.Video(device), Metric.Fvd) is { } video)
            spaces[FeatureSpace.I3d] = video.Features;
        if (Loaded(() => networks.Csim(settings, device), Metric.Csim) is { } csim)
            embedders[Metric.Csim] = new(ArcFace.Features, FaceAlignment.Side, FaceAlignment.Align, csim.Embed);
        if (Loaded(() => networks.Identity(device), Metric.Identity) is { } identity)
            embedders[Metric.Identity] = new(FaceRes.Features, FaceRes.Side, FaceIdentity.Align, identity.Embed);
        trackers = Loaded(() => new TrackerPool(settings.Detector), [.. Metric.All.Where(metric => metric.NeedsFaces)]);
        Measured = [.. settings.Metrics.Where(metric => !reasons.ContainsKey(metric))];
        Forms = [.. settings.Metrics.Select(metric => metric.Form(settings, cross, reasons.GetValueOrDefault(metric)))];
    }

    /// <summary>Every metric asked for, in that order; with the reason where it is not measured.</summary>
    internal IReadOnlyList<MetricForm> Forms { get; }

    internal IReadOnlyList<Metric> Measured { get; }

    /// <summary>Those of them that give each frame a value.</summary>
    internal IEnumerable<Metric> OfFrames => Measured.Where(metric => metric.Space is null);

    /// <summary>What measured distributions compare.</summary>
    internal IEnumerable<FeatureSpace> Spaces => Measured.Select(metric => metric.Space).OfType<FeatureSpace>().Distinct();

    /// <summary>
    /// Looks at the frames that others are measured against: the person's own and the driver's, the same ones where she drives herself.
    /// Those that have a floor are searched for a face again; all when null.
    /// </summary>
    internal FrameTarget Target(IReadOnlyList<Picture> real, IReadOnlyList<Picture> driver, IReadOnlyList<bool> follows,
        Func<int, bool>? hasFloor = null)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var faces = Find(driver, Places(driver));
        var own = cross && embedders.Count > 0 ? Find(real, Places(real)) : faces;
        var again = trackers?.Select(driver.Count, (i, tracker) => faces[i] is { } face && hasFloor?.Invoke(i) != false
            ? TrackerPool.Again(tracker, driver[i], face) : null) ?? [];
        var person = trackers is null ? [] : embedders.ToDictionary(embedder => embedder.Key, embedder =>
            Numbers(cross ? MeanOf(Embed(embedder.Value, real, own)) : Embed(embedder.Value, real, own)));
        return new(cross ? null : real, faces, follows, Found(own), person,
            OfSeries(new([], driver, LandmarksOf(faces), again, follows), metric => metric.HasFloor));
    }

    /// <summary>Values of frames, one a frame; no features. Each frame shows one of the pictures, which differ from one another.</summary>
    internal FrameValues Measure(FrameTarget target, IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Picture[] frames = [.. shown.Select(place => pictures[place])];
        var values = target.Truth is { } truth ? OfPairs(truth, frames) : [];
        var faces = Find(pictures, shown, target.Driver);
        foreach (var (metric, person) in target.Person)
            values[metric] = Numbers((Embed(embedders[metric], frames, faces)
                * tensor(person, device: device).view(-1, embedders[metric].Features)).sum([1]));
        var series = new FrameSeries(target.Truth ?? [], frames, LandmarksOf(target.Driver), LandmarksOf(faces), target.Follows);
        foreach (var (metric, found) in OfSeries(series, _ => true))
            values[metric] = found;
        return new(values, Found(faces), new Dictionary<FeatureSpace, float[]>());
    }

    /// <summary>
    /// What distributions compare of frames, row after row; of the spaces that are measured. Each frame shows one of the pictures, then
    /// all of one size; where null each picture is a frame, and those of one size come out together. Pictures shown twice are seen once.
    /// </summary>
    internal Dictionary<FeatureSpace, float[]> Features(IReadOnlyList<Picture> pictures, IReadOnlyList<int>? shown,
        IReadOnlyList<bool> follows)
    {
        using var exact = new ExactArithmetic();
        Picture[] frames = shown is null ? [.. pictures] : [.. shown.Select(place => pictures[place])];
        Picture[][] clips = [.. VideoDistance.Clips(follows).Select(start => frames[start..(start + VideoDistance.Frames)])
            .Where(clip => clip.All(frame => (frame.Width, frame.Height) == (clip[0].Width, clip[0].Height)))];
        return Spaces.ToDictionary(space => space, space =>
        {
            if (space.Frames > 1)
                return Rows(spaces[space], clips);
            var rows = Rows(spaces[space], Batches(pictures).Select(batch => batch.Select(i => pictures[i])));
            return shown is null ? rows : [.. shown.SelectMany(place => rows[(place * space.Length)..((place + 1) * space.Length)])];
        });
    }

    public void Dispose() => owned.ForEach(one => one.Dispose());

    float[] Rows(Func<Tensor, Tensor> features, IEnumerable<IEnumerable<Picture>> batches) => [.. batches.SelectMany(batch =>
    {
        using var scope = NewDisposeScope();
        return features(PictureTensor.ToBytes([.. batch], device)).cpu().data<float>().ToArray();
    })];

    Dictionary<Metric, double[]> OfPairs(IReadOnlyList<Picture> truth, Picture[] frames)
    {
        var values = Measured.Where(pairs.ContainsKey).ToDictionary(metric => metric, _ =>
            Enumerable.Repeat(double.NaN, frames.Length).ToArray());
        foreach (var batch in Batches(frames))
        {
            using var scope = NewDisposeScope();
            Tensor Stacked(IReadOnlyList<Picture> side) => PictureTensor.ToBytes([.. batch.Select(i => side[i])], device);
            var (real, fake, side) = (Stacked(truth), Stacked(frames), Math.Min(frames[batch[0]].Width, frames[batch[0]].Height));
            foreach (var metric in values.Keys.Where(metric => side >= metric.LeastSide))
                foreach (var (i, value) in batch.Zip(Numbers(pairs[metric](real, fake))))
                    values[metric][i] = value;
        }
        return values;
    }

    Dictionary<Metric, double[]> OfSeries(FrameSeries series, Func<Metric, bool> wanted) => Measured
        .Where(metric => metric.Series is not null && wanted(metric)).ToDictionary(metric => metric, metric => metric.Series!(series));

    // The face that each frame shows: the one nearest to its place, or the largest. Pictures shown twice are searched once.
    TrackedFace?[] Find(IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown, TrackedFace?[]? near = null)
    {
        if (trackers is null)
            return [];
        var all = trackers.Select(pictures.Count, (i, tracker) => tracker.Find(pictures[i]));
        return [.. shown.Select((place, i) => near?[i] is { } expected ? all[place].MinBy(face => face.Box.Distance(expected.Box))
            : all[place].FirstOrDefault())];
    }

    // (n,features) float64, NaN where there is no face
    Tensor Embed(FaceEmbedder embedder, IReadOnlyList<Picture> frames, TrackedFace?[] faces)
    {
        using var scope = NewDisposeScope();
        var rows = Scalars.Full([frames.Count, embedder.Features], double.NaN, ScalarType.Float64, device);
        foreach (var batch in Places(frames).Where(i => faces[i] is not null).Chunk(Most(embedder.Side, embedder.Side)))
        {
            var aligned = PictureTensor.ToBytes([.. batch.Select(i => embedder.Align(frames[i], faces[i]!.Landmarks))], device);
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

    static double[] Numbers(Tensor values) => values.cpu().data<double>().ToArray();

    static Landmarks?[] LandmarksOf(TrackedFace?[] faces) => [.. faces.Select(face => face?.Landmarks)];

    static byte[] Found(TrackedFace?[] faces) => [.. faces.Select(face => (byte)(face is null ? 0 : 1))];

    static int[] Places(IReadOnlyList<Picture> pictures) => [.. Enumerable.Range(0, pictures.Count)];

    // Groups that fit into one tensor: pictures of one size, and no more pixels than a device holds with ease.
    static IEnumerable<int[]> Batches(IReadOnlyList<Picture> pictures) => Places(pictures)
        .GroupBy(i => (pictures[i].Width, pictures[i].Height)).SelectMany(group => group.Chunk(Most(group.Key.Width, group.Key.Height)));

    static int Most(int width, int height) => Math.Max(1, 16 * 256 * 256 / (width * height));

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

/// <summary>
/// What frames are measured against, computed once: the true frames, null where another person drives; the driver's faces, one a frame,
/// null where none is found, empty where none was looked for; whether each frame follows the one before it; whether the person's own
/// frames show a face; embeddings of her faces, row after row, of each true frame, NaN where it has none, or their mean where another
/// person drives; metrics of landmarks between a real frame and itself moved by a pixel.
/// </summary>
sealed record FrameTarget(IReadOnlyList<Picture>? Truth, TrackedFace?[] Driver, IReadOnlyList<bool> Follows, byte[] Found,
    IReadOnlyDictionary<Metric, double[]> Person, IReadOnlyDictionary<Metric, double[]> Floors);

/// <summary>A network that tells faces apart: takes a face out of a frame, and makes (B,features), each of length one, of faces
/// (B,3,side,side), uint8.</summary>
sealed record FaceEmbedder(int Features, int Side, Func<Picture, Landmarks, Picture> Align, Func<Tensor, Tensor> Embed);

/// <summary>
/// What was measured on frames, one by one: values, NaN where there is none, infinite PSNR where frames are identical; whether a face was
/// found, empty where none was looked for; what distributions compare, frame after frame.
/// </summary>
sealed record FrameValues(IReadOnlyDictionary<Metric, double[]> ByMetric, byte[] Faces,
    IReadOnlyDictionary<FeatureSpace, float[]> Features);
