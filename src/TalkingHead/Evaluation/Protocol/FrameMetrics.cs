using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// Measures frames one by one, with networks that are loaded once. A metric whose files are missing is left out and
/// listed with the reason.
/// </summary>
sealed class FrameMetrics : IDisposable
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
    internal FrameMetrics(ComparisonSettings settings, bool cross, ComparisonNetworks networks)
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
        (Metric Metric, Func<Tensor, Tensor, Tensor> Of)[] pairs = [(Metric.Ssim, Ssim.Compute), (Metric.Psnr, Psnr.Compute), (Metric.L1, L1.Compute), (Metric.Lpips, Perceptual)];
        foreach (var (metric, of) in pairs.Where(pair => Measured(pair.Metric).Any()))
            values[metric] = [.. of(truth, frames).cpu().data<double>()];
    }

    Tensor Perceptual(Tensor truth, Tensor frames)
    {
        var part = PictureBatches.Most((int)truth.shape[2], (int)truth.shape[3]);
        return cat([.. Enumerable.Range(0, (int)((truth.shape[0] + part - 1) / part)).Select(i =>
        {
            var length = Math.Min(part, truth.shape[0] - i * part);
            return lpips!.Compute(truth.narrow(0, i * part, length), frames.narrow(0, i * part, length));
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
            rows.AddRange(inception.Compute(Pictures.Stack(batch, device)).cpu().data<float>());
        }

        return [.. rows];
    }

    static double[] FaceFigures(Metric metric, IReadOnlyList<Picture> frames, IReadOnlyList<TrackedFace?> real, IReadOnlyList<Landmarks?> other) =>
    [
        .. frames.Select((frame, i) => (real[i]?.Landmarks, other[i]) is ({ } one, { } two)
            ? metric switch
            {
                Metric.Akd => Akd.Compute(one, two, frame.Width, frame.Height),
                Metric.Nme => Nme.Compute(one, two),
                _ => PoseError.Compute(one, two),
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

/// <summary>One row's values of a metric, person by person and frame by frame.</summary>
/// <param name="metric">Which one.</param>
/// <param name="seed">Of the bootstrap.</param>
sealed class FrameTally(Metric metric, int seed)
{
    readonly List<double[]> people = [];
    int withoutReal, frames;

    /// <summary>A person's values; NaN where a face was missing, infinite where frames are identical.</summary>
    internal void Add(double[] values, RowRecord real)
    {
        people.Add(values);
        frames += values.Length;
        if (MetricForms.NeedsFaces(metric))
            withoutReal += real.Faces.Count(face => face == 0);
    }

    /// <summary>The mean over all frames; its interval is over people.</summary>
    internal Figure Pooled()
    {
        double[] sums = [.. people.Select(values => values.Where(double.IsFinite).Sum())];
        int[] counts = [.. people.Select(values => values.Count(double.IsFinite))];
        List<string> marks = [];
        var identical = people.Sum(values => values.Count(double.IsPositiveInfinity));
        if (identical > 0)
            marks.Add($"{identical} frames identical to their truth, left out of the mean");
        if (withoutReal > 0)
            marks.Add($"no face found in {withoutReal} of {frames} real frames");
        return Compute(sums, counts, marks, frames);
    }

    /// <summary>The mean over one person's frames; its interval is over them.</summary>
    internal Figure OfPerson(int person)
    {
        double[] values = [.. people[person].Where(double.IsFinite)];
        return Compute(values, [.. values.Select(_ => 1)], [], people[person].Length);
    }

    /// <summary>How much better this row is than another.</summary>
    internal (Figure Gain, double Better) Against(FrameTally other)
    {
        var sign = MetricForms.HigherIsBetter(metric) ? 1 : -1;
        double[][] gains =
        [
            .. people.Zip(other.people, (mine, theirs) => mine.Zip(theirs, (a, b) => sign * (a - b)).Where(double.IsFinite).ToArray()),
        ];
        var compared = gains.Where(person => person.Length > 0).ToArray();
        return (Compute([.. gains.Select(person => person.Sum())], [.. gains.Select(person => person.Length)], [], frames),
            compared.Length == 0 ? 0 : compared.Count(person => person.Sum() > 0) / (double)compared.Length);
    }

    Figure Compute(double[] sums, int[] counts, IReadOnlyList<string> marks, int of)
    {
        var interval = Bootstrap.Interval(sums, counts, seed);
        return new(metric.ToString(), counts.Sum() > 0 ? sums.Sum() / counts.Sum() : null) { Low = interval?.Low, High = interval?.High, Frames = counts.Sum(), Missing = of - counts.Sum(), Marks = marks };
    }
}

/// <summary>What frames of a person are measured against: computed once, for all rows.</summary>
sealed class FrameTarget : IDisposable
{
    /// <summary>The true frames (n,3,S,S) uint8; null where another person drives and there is no truth.</summary>
    internal Tensor? Truth { get; init; }

    /// <summary>The driver's faces, one a frame, null where none is found; empty where none was looked for.</summary>
    internal IReadOnlyList<TrackedFace?> Driver { get; init; } = [];

    /// <summary>
    /// Embeddings of the person's faces: of each true frame (n,512), or their mean (1,512) where another person drives; a
    /// frame without a face is a row of NaN.
    /// </summary>
    internal Tensor? Person { get; init; }

    /// <summary>Of the person's real frames themselves.</summary>
    internal required RowRecord Real { get; init; }

    internal required IReadOnlyDictionary<Metric, double[]> Floors { get; init; }

    public void Dispose()
    {
        Truth?.Dispose();
        Person?.Dispose();
    }
}
