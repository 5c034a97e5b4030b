using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>A metric: its names, its direction and what computes it. The file of its name holds formula and source.</summary>
public sealed class Metric
{
    const string AgainstDriver = "; against the driver", PersonMean = "; mean over the person's hold-out frames";

    internal static readonly Metric
        Ssim = new("Ssim", "SSIM", _ => Metrics.Ssim.Definition, higherIsBetter: true)
        { Pixels = Metrics.Ssim.Compute, LeastSide = Metrics.Ssim.Window },
        Psnr = new("Psnr", "PSNR", _ => Metrics.Psnr.Definition, "dB", 3, higherIsBetter: true) { Pixels = Metrics.Psnr.Compute },
        L1 = new("L1", "L1", _ => Metrics.L1.Definition) { Pixels = Metrics.L1.Compute },
        Resnet18 = new("Resnet18", "resnet18", _ => ResNet18Distance.Definition) { LeastSide = ResNet18Distance.LeastSide },
        FdResnet18 = new("FdResnet18", "FD-resnet18", _ => ResNet18Distance.FrechetDefinition, decimals: 3)
        { Space = FeatureSpace.ResNet18 },
        Fid = new("Fid", "FID", settings => Metrics.Fid.Definition(settings.FidVariant), decimals: 3) { Space = FeatureSpace.Inception },
        Kid = new("Kid", "KID", settings => Metrics.Kid.Definition(settings.FidVariant), decimals: 5) { Space = FeatureSpace.Inception },
        Fvd = new("Fvd", "FVD", _ => VideoDistance.Definition, decimals: 3) { Space = FeatureSpace.I3d },
        Lpips = new("Lpips", "LPIPS", settings => PerceptualDistance.Definition(settings.LpipsTrunk))
        { LeastSide = PerceptualDistance.LeastSide },
        Csim = new("Csim", "CSIM", settings => Metrics.Csim.Definition(settings.CsimNetwork), higherIsBetter: true)
        { NeedsFaces = true, Cross = PersonMean },
        Identity = new("Identity", "identity", _ => FaceIdentity.Definition, higherIsBetter: true)
        { NeedsFaces = true, Cross = PersonMean },
        Akd = new("Akd", "AKD", _ => Metrics.Akd.Definition, "px", 3)
        { Landmarks = (real, fake, frame) => Metrics.Akd.Compute(real, fake, frame.Width, frame.Height) },
        Nme = new("Nme", "NME", _ => Metrics.Nme.Definition) { Landmarks = (real, fake, _) => Metrics.Nme.Compute(real, fake) },
        Pose = new("Pose", "Pose", _ => PoseError.Definition, "°", 2)
        { Landmarks = (real, fake, _) => PoseError.Compute(real, fake), Cross = AgainstDriver },
        Gaze = new("Gaze", "Gaze", _ => GazeError.Definition)
        { Landmarks = (real, fake, _) => GazeError.Compute(real, fake), Cross = AgainstDriver },
        Temporal = new("Temporal", "Temporal", _ => TemporalError.Definition) { Series = TemporalError.Compute },
        Jitter = new("Jitter", "Jitter", _ => LandmarkJitter.Definition, "px", 3) { Series = LandmarkJitter.Compute, NeedsFaces = true },
        EyesL1 = OfRegion("EyesL1", "Eyes-L1", FaceRegion.Eyes, "L1", FaceRegion.L1),
        EyesSsim = OfRegion("EyesSsim", "Eyes-SSIM", FaceRegion.Eyes, "SSIM", FaceRegion.Ssim, higherIsBetter: true),
        MouthL1 = OfRegion("MouthL1", "Mouth-L1", FaceRegion.Mouth, "L1", FaceRegion.L1),
        MouthSsim = OfRegion("MouthSsim", "Mouth-SSIM", FaceRegion.Mouth, "SSIM", FaceRegion.Ssim, higherIsBetter: true),
        PoseFollow = OfMotion("PoseFollow", "Pose-following", MotionFollowing.ErrorDefinition("yaw, pitch and roll, in degrees"),
            series => MotionFollowing.Error(series, MotionFollowing.Pose), "°", 2),
        PoseCorrelation = OfMotion("PoseCorrelation", "Pose-r", MotionFollowing.CorrelationDefinition("yaw, pitch and roll"),
            series => MotionFollowing.Correlation(series, MotionFollowing.Pose), higherIsBetter: true),
        ExpressionFollow = OfMotion("ExpressionFollow", "Expression-following", MotionFollowing.ErrorDefinition(MotionFollowing.Openings),
            series => MotionFollowing.Error(series, MotionFollowing.Expression)),
        ExpressionCorrelation = OfMotion("ExpressionCorrelation", "Expression-r",
            MotionFollowing.CorrelationDefinition(MotionFollowing.Openings),
            series => MotionFollowing.Correlation(series, MotionFollowing.Expression), higherIsBetter: true);

    readonly string id, unit; // "dB", "px", "°" or nothing
    readonly int decimals; // worth showing
    readonly Func<ComparisonSettings, string> definition;

    Metric(string id, string name, Func<ComparisonSettings, string> definition, string unit = "", int decimals = 4,
        bool higherIsBetter = false) =>
        (this.id, Name, this.definition, this.unit, this.decimals, HigherIsBetter) = (id, name, definition, unit, decimals, higherIsBetter);

    static Metric OfRegion(string id, string name, FaceRegion region, string metric, Func<FrameSeries, FaceRegion, double[]> compute,
        bool higherIsBetter = false) =>
        new(id, name, _ => $"{FaceRegion.Definition(region)}: {metric}", higherIsBetter: higherIsBetter)
        { Series = series => compute(series, region), NeedsFaces = true };

    static Metric OfMotion(string id, string name, string definition, Func<FrameSeries, double[]> compute, string unit = "",
        int decimals = 4, bool higherIsBetter = false) => new(id, name, _ => definition, unit, decimals, higherIsBetter)
        { Series = compute, NeedsFaces = true, IsOfCross = true, Cross = "" };

    /// <summary>Every metric, in the order of reports.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        Ssim, Psnr, L1, Resnet18, FdResnet18, Fid, Kid, Fvd, Lpips, Csim, Identity, Akd, Nme, Pose, Gaze, Temporal, Jitter,
        EyesL1, EyesSsim, MouthL1, MouthSsim, PoseFollow, PoseCorrelation, ExpressionFollow, ExpressionCorrelation,
    ];

    /// <summary>As reports write it, such as "SSIM".</summary>
    public string Name { get; }

    internal bool HigherIsBetter { get; }

    // Of two batches (B,3,H,W), uint8, that needs no network: (B) float64, infinite where the pictures are identical.
    internal Func<Tensor, Tensor, Tensor>? Pixels { get; init; }

    // Pictures with a smaller side have no value.
    internal int LeastSide { get; init; } = 1;

    // Of sets of pictures, not of pairs: what it compares of each.
    internal FeatureSpace? Space { get; init; }

    // Of what a person's frames show one after another.
    internal Func<FrameSeries, double[]>? Series { get; init; }

    // The same, frame by frame: of the real frame's landmarks and another's, both in frames of that size.
    internal Func<Landmarks, Landmarks, Picture, double> Landmarks
    {
        init => (Series, NeedsFaces, HasFloor) = (series => series.EachFace((i, real, fake) => value(real, fake, series.Frames[i])),
            true, true);
    }

    internal bool NeedsFaces { get; init; }

    // Whether the detector's noise can be told: the value of a real frame and itself, moved by a pixel.
    internal bool HasFloor { get; private init; }

    // Of interest only where another person drives; asked for by name, it is measured all the same.
    internal bool IsOfCross { get; init; }

    // What the definition adds where another person drives and frames have no truth; null where the metric needs one.
    internal string? Cross { get => Space is null ? field : ""; init; }

    internal MetricForm Form(ComparisonSettings settings, bool cross, string? reason)
    {
        var detector = !NeedsFaces ? "" : $", {settings.Detector}{(Series is null ? " landmarks" : "")}";
        return new(Name, $"{definition(settings)}{detector}{(cross ? Cross : "")}", unit, decimals, HigherIsBetter, reason);
    }

    /// <summary>Its name in records.</summary>
    public override string ToString() => id;

    /// <exception cref="ArgumentException">No metric's name in records.</exception>
    internal static Metric OfRecord(string id) => All.FirstOrDefault(metric => metric.id == id)
        ?? throw new ArgumentException($"no metric is called {id}");

    /// <summary>Reads "ssim,psnr", or "all"; a metric named twice counts once.</summary>
    /// <param name="list">Names in any case.</param>
    /// <param name="cross">Whether another person drives; "all" leaves out what is of interest only then.</param>
    /// <exception cref="UserException">A name that is no metric's, or none.</exception>
    public static IReadOnlyList<Metric> Parse(string list, bool cross = false)
    {
        if (list == "all")
            return [.. All.Where(metric => cross || !metric.IsOfCross)];
        string[] known = [.. All.Select(metric => metric.Name.ToLowerInvariant())];
        var expected = $"expected some of {string.Join(", ", known)}.";
        Metric[] found = [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name =>
            All.FirstOrDefault(metric => metric.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw UserException.Usage(
                $"--metrics: unknown metric \"{name}\"; {expected}{Spelling.Suggestion(name, known)}")).Distinct()];
        return found.Length > 0 ? found : throw UserException.Usage($"--metrics names no metric; {expected}");
    }
}

/// <summary>
/// A metric as it is measured: its short name; which of the many definitions under that name; "dB", "px", "°" or nothing; decimals worth
/// showing; its direction; why it is not measured and what to do, null where it is.
/// </summary>
public sealed record MetricForm(string Metric, string Definition, string Unit, int Decimals, bool HigherIsBetter, string? Reason);

/// <summary>What is measured, and how.</summary>
public sealed record ComparisonSettings
{
    /// <summary>What is measured; all metrics unless set.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = Metric.Parse("all");

    /// <summary>How FID and KID resize pictures.</summary>
    public FidVariant FidVariant { get; init; } = FidVariant.PytorchFid;

    /// <summary>"alex", "vgg" or "squeeze".</summary>
    public string LpipsTrunk { get; init; } = "alex";

    /// <summary>One of <see cref="Csim.Networks"/>; the default's weights have an address of their own.</summary>
    public string CsimNetwork { get; init; } = "ir-se50";

    /// <summary>"mesh" or "fan": finds the landmarks for all metrics of faces.</summary>
    public string Detector { get; init; } = "mesh";

    /// <summary>Where networks and pictures' statistics run; the CPU when null.</summary>
    public Device? Device { get; init; }

    /// <summary>Which subsets KID draws.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>How the networks are loaded, each only where a metric needs it; with their published weights unless set.</summary>
sealed record ComparisonNetworks(
    Func<ComparisonSettings, Device, InceptionFeatures> Inception,
    Func<ComparisonSettings, Device, PerceptualDistance> Lpips,
    Func<ComparisonSettings, Device, Csim> Csim)
{
    internal static ComparisonNetworks Published { get; } = new(
        (settings, device) => InceptionFeatures.Load(settings.FidVariant, device),
        (settings, device) => PerceptualDistance.Load(settings.LpipsTrunk, device),
        (settings, device) => Metrics.Csim.Load(settings.CsimNetwork, device));

    internal Func<Device, ResNet18Distance> ResNet18 { get; init; } = ResNet18Distance.Load;

    internal Func<Device, VideoDistance> Video { get; init; } = VideoDistance.Load;

    internal Func<Device, FaceIdentity> Identity { get; init; } = FaceIdentity.Load;
}

/// <summary>What sets of pictures are compared by: a network's features of each picture, or of each clip of some.</summary>
/// <param name="Name">In records.</param>
/// <param name="Length">Numbers a picture or clip.</param>
/// <param name="Frames">Of a clip; 1 where pictures are seen one by one.</param>
sealed record FeatureSpace(string Name, int Length, int Frames = 1)
{
    internal static readonly FeatureSpace Inception = new("features", TalkingHead.Pretrained.Inception.Features),
        ResNet18 = new("features-resnet18", TalkingHead.Pretrained.ResNet18.Features),
        I3d = new("features-i3d", TalkingHead.Pretrained.I3d.Features, VideoDistance.Frames);

    internal static readonly FeatureSpace[] All = [Inception, ResNet18, I3d];

    /// <summary>What is compared, in words.</summary>
    internal string Things => Frames == 1 ? "pictures" : $"clips ({Frames} frames in a row each)";
}
