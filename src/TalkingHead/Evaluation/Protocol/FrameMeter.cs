using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Perception;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// Measures frames one by one, with networks that are loaded once. A metric whose files are missing is left out and
/// listed with the reason.
/// </summary>
sealed class FrameMeter : IDisposable
{
    readonly ComparisonSettings settings;
    readonly Device device;
    readonly bool cross;
    readonly PerceptualDistance? lpips;
    readonly InceptionFeatures? inception;
    readonly Csim? csim;
    readonly TrackerPool? trackers;
    readonly Dictionary<Metric, string> reasons = [];

    /// <param name="settings">Which metrics.</param>
    /// <param name="cross">Whether frames have no truth.</param>
    /// <param name="networks">Where networks come from.</param>
    internal FrameMeter(ComparisonSettings settings, bool cross, ComparisonNetworks networks)
    {
        (this.settings, this.cross, device) = (settings, cross, settings.Device ?? CPU);
        foreach (var metric in settings.Metrics.Where(metric => cross && !EvaluationSettings.WithoutTruth.Contains(metric)))
            reasons[metric] = "it compares a frame with its truth, and another person's motion has none";
        lpips = Loaded(() => networks.Lpips(settings, device), Metric.Lpips);
        inception = Loaded(() => networks.Inception(settings, device), Metric.Fid, Metric.Kid);
        csim = Loaded(() => networks.Csim(settings, device), Metric.Csim);
        trackers = Loaded(() => TrackerPool.Open(settings.Detector), Metric.Csim, Metric.Akd, Metric.Nme, Metric.Pose);
        if (trackers is null)
        {
            csim?.Dispose();
            csim = null;
        }

        Forms = [.. settings.Metrics.Select(metric => Form(metric) with { Reason = reasons.GetValueOrDefault(metric) })];
        Metrics = [.. settings.Metrics.Where(metric => !reasons.ContainsKey(metric))];
    }

    /// <summary>Every metric asked for, in that order, without figures; with the reason where it is not measured.</summary>
    internal IReadOnlyList<MetricRow> Forms { get; }

    /// <summary>The metrics measured.</summary>
    internal IReadOnlyList<Metric> Metrics { get; }

    /// <summary>Looks at the frames that others are measured against.</summary>
    /// <param name="real">The person's hold-out frames.</param>
    /// <param name="driver">The driver's; the same ones where the person drives herself.</param>
    internal FrameTarget Target(IReadOnlyList<Picture> real, IReadOnlyList<Picture> driver)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var again = new Landmarks?[driver.Count];
        var faces = Find(driver, [.. Enumerable.Range(0, driver.Count)], null);
        var own = cross && csim is not null ? Find(real, [.. Enumerable.Range(0, real.Count)], null) : faces;
        trackers?.ForEach(driver.Count, (i, tracker) => again[i] = faces[i] is { } face ? TrackerPool.Again(tracker, driver[i], face) : null);
        var person = csim is null ? null : Embed(real, own);
        return new()
        {
            Truth = cross ? null : Pictures.Stack(real, device).DetachFromDisposeScope(),
            Driver = faces,
            Person = (cross ? MeanOf(person) : person)?.DetachFromDisposeScope(),
            Real = new() { Values = new Dictionary<Metric, double[]>(), Faces = Found(own), Features = Features(real) },
            Floors = Measured(Metric.Akd, Metric.Nme, Metric.Pose).ToDictionary(metric => metric, metric => FaceFigures(metric, driver, faces, again)),
        };
    }

    /// <summary>Figures of frames.</summary>
    /// <param name="target">What they are measured against.</param>
    /// <param name="pictures">Pictures that differ from one another.</param>
    /// <param name="shown">Which of them each frame shows.</param>
    internal RowRecord Measure(FrameTarget target, IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown)
    {
        using var exact = new ExactArithmetic();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var values = new Dictionary<Metric, double[]>();
        Picture[] frames = [.. shown.Select(place => pictures[place])];
        if (target.Truth is { } truth)
            MeasurePairs(truth, Pictures.Stack(frames, device), values);

        var faces = Find(pictures, shown, target.Driver);
        if (csim is not null)
            values[Metric.Csim] = [.. (Embed(frames, faces) * target.Person!).sum([1]).cpu().data<double>()];
        foreach (var metric in Measured(Metric.Akd, Metric.Nme, Metric.Pose))
            values[metric] = FaceFigures(metric, frames, target.Driver, [.. faces.Select(face => face?.Landmarks)]);
        var features = Features(pictures);
        return new()
        {
            Values = values,
            Faces = Found(faces),
            Features = features.Length == 0 ? [] : [.. shown.SelectMany(place => features.AsSpan(place * Inception.Features, Inception.Features).ToArray())],
        };
    }

    public void Dispose()
    {
        foreach (var owned in (IDisposable?[])[lpips, inception, csim, trackers])
            owned?.Dispose();
    }

    void MeasurePairs(Tensor truth, Tensor frames, Dictionary<Metric, double[]> values)
    {
        (Metric Metric, Func<Tensor, Tensor, Tensor> Of)[] pairs = [(Metric.Ssim, Ssim.Of), (Metric.Psnr, Psnr.Of), (Metric.L1, L1.Of), (Metric.Lpips, Perceptual)];
        foreach (var (metric, of) in pairs.Where(pair => Measured(pair.Metric).Any()))
            values[metric] = [.. of(truth, frames).cpu().data<double>()];
    }

    Tensor Perceptual(Tensor truth, Tensor frames)
    {
        var part = PictureBatches.Most((int)truth.shape[2], (int)truth.shape[3]);
        return cat([.. Enumerable.Range(0, (int)((truth.shape[0] + part - 1) / part)).Select(i =>
        {
            var length = Math.Min(part, truth.shape[0] - i * part);
            return lpips!.Of(truth.narrow(0, i * part, length), frames.narrow(0, i * part, length));
        })]);
    }

    // The face that each frame shows: the one nearest to its place, or the largest. Pictures shown twice are searched once.
    TrackedFace?[] Find(IReadOnlyList<Picture> pictures, IReadOnlyList<int> shown, IReadOnlyList<TrackedFace?>? near)
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
        var seen = Enumerable.Range(0, frames.Count).Where(i => faces[i] is not null).ToArray();
        foreach (var batch in seen.Chunk(PictureBatches.Most(FaceAlignment.Side, FaceAlignment.Side)))
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

    float[] Features(IReadOnlyList<Picture> pictures)
    {
        if (inception is null)
            return [];
        List<float> rows = [];
        foreach (var batch in PictureBatches.Of(pictures, picture => picture))
        {
            using var scope = NewDisposeScope();
            rows.AddRange(inception.Of(Pictures.Stack(batch, device)).cpu().data<float>());
        }

        return [.. rows];
    }

    static double[] FaceFigures(Metric metric, IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> real, IReadOnlyList<Landmarks?> other) =>
    [
        .. frames.Select((frame, i) => (real[i]?.Landmarks, other[i]) is ({ } one, { } two)
            ? metric switch
            {
                Metric.Akd => Akd.Of(one, two, frame.Width, frame.Height),
                Metric.Nme => Nme.Of(one, two),
                _ => PoseError.Of(one, two),
            }
            : double.NaN),
    ];

    static byte[] Found(IReadOnlyList<TrackedFace?> faces) => [.. faces.Select(face => (byte)(face is null ? 0 : 1))];

    IEnumerable<Metric> Measured(params IEnumerable<Metric> metrics) => metrics.Where(Metrics.Contains);

    MetricRow Form(Metric metric)
    {
        var blank = MetricForms.Blank(metric, settings);
        return (metric, cross) switch
        {
            (Metric.Csim, true) => blank with { Definition = $"{blank.Definition}; mean over the person's hold-out frames" },
            (Metric.Pose, true) => blank with { Definition = $"{blank.Definition}; against the driver" },
            _ => blank,
        };
    }

    // Null where no metric wants it. A missing or foreign file costs the metrics that need it, not the others; a wrong
    // setting ends the work.
    T? Loaded<T>(Func<T> load, params Metric[] metrics) where T : class
    {
        Metric[] wanted = [.. settings.Metrics.Where(metric => metrics.Contains(metric) && !reasons.ContainsKey(metric))];
        try
        {
            return wanted.Length > 0 ? load() : null;
        }
        catch (UserException e) when (e.ExitCode == 1)
        {
            foreach (var metric in wanted)
                reasons[metric] = e.Message;
            return null;
        }
    }
}
