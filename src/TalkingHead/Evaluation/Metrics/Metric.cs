using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>A metric: its names, its direction and what it is computed from. The file of its name holds formula and source.</summary>
public sealed class Metric
{
    /// <summary>Structural similarity of two frames, −1 to 1; 1 for equal ones. See <see cref="Metrics.Ssim"/>.</summary>
    public static readonly Metric Ssim = new("Ssim", "SSIM", _ => Metrics.Ssim.Definition)
    {
        HigherIsBetter = true,
        Pixels = Metrics.Ssim.Compute,
        LeastSide = Metrics.Ssim.LeastSide,
    };
    /// <summary>
    /// Peak signal-to-noise ratio of two frames in dB, higher is better; no value for equal ones. See <see
    /// cref="Metrics.Psnr"/>.
    /// </summary>
    public static readonly Metric Psnr = new("Psnr", "PSNR", _ => Metrics.Psnr.Definition)
    {
        HigherIsBetter = true,
        Unit = "dB",
        Decimals = 3,
        Pixels = Metrics.Psnr.Compute,
    };
    /// <summary>Mean absolute difference of two frames, 0 to 1, lower is better. See <see cref="Metrics.L1"/>.</summary>
    public static readonly Metric L1 = new("L1", "L1", _ => Metrics.L1.Definition) { Pixels = Metrics.L1.Compute };
    /// <summary>
    /// Distance of two frames in ResNet18 features, 0 for equal ones; needs no download. See <see
    /// cref="ResNet18Distance"/>.
    /// </summary>
    public static readonly Metric Resnet18 = new("Resnet18", "resnet18", _ => ResNet18Distance.Definition)
    {
        LeastSide = ResNet18Distance.LeastSide,
    };
    /// <summary>
    /// Fréchet distance of two sets of frames in ResNet18 features, lower is better. See <see cref="ResNet18Distance"/>.
    /// </summary>
    public static readonly Metric FdResnet18 = new("FdResnet18", "FD-resnet18", _ => ResNet18Distance.FrechetDefinition)
    {
        Decimals = 3,
        Cross = "",
        Space = FeatureSpace.ResNet18,
    };
    /// <summary>Fréchet Inception distance of two sets of frames, lower is better. See <see cref="Metrics.Fid"/>.</summary>
    public static readonly Metric Fid = new("Fid", "FID", settings => Metrics.Fid.Definition(settings.FidVariant))
    {
        Decimals = 3,
        Cross = "",
        Space = FeatureSpace.Inception,
    };
    /// <summary>
    /// Kernel Inception distance of two sets of frames, lower is better, unbiased. See <see cref="Metrics.Kid"/>.
    /// </summary>
    public static readonly Metric Kid = new("Kid", "KID", settings => Metrics.Kid.Definition(settings.FidVariant))
    {
        Decimals = 5,
        Cross = "",
        Space = FeatureSpace.Inception,
    };
    /// <summary>
    /// Fréchet distance of two sets of clips in the features of I3D, lower is better. See <see cref="VideoDistance"/>.
    /// </summary>
    public static readonly Metric Fvd = new("Fvd", "FVD", _ => VideoDistance.Definition)
    {
        Decimals = 3,
        Cross = "",
        Space = FeatureSpace.I3d,
    };
    /// <summary>Learned perceptual distance of two frames, 0 for equal ones. See <see cref="PerceptualDistance"/>.</summary>
    public static readonly Metric Lpips = new("Lpips", "LPIPS", settings => PerceptualDistance.Definition(settings.LpipsTrunk))
    {
        LeastSide = PerceptualDistance.LeastSide,
    };
    /// <summary>
    /// Cosine similarity of two faces' ArcFace embeddings, −1 to 1, higher is better. See <see cref="Metrics.Csim"/>.
    /// </summary>
    public static readonly Metric Csim = new("Csim", "CSIM",
        settings => $"{Metrics.Csim.Definition(settings.CsimNetwork)}, {settings.Detector} landmarks")
    {
        HigherIsBetter = true,
        NeedsFaces = true,
        Cross = "; mean over the person's hold-out frames",
    };
    /// <summary>
    /// Cosine similarity of two faces' faceres embeddings, −1 to 1, higher is better; not CSIM. See <see cref="FaceIdentity"/>.
    /// </summary>
    public static readonly Metric Identity = new("Identity", "identity",
        settings => $"{FaceIdentity.Definition}, {settings.Detector} landmarks")
    {
        HigherIsBetter = true,
        NeedsFaces = true,
        Cross = "; mean over the person's hold-out frames",
    };
    /// <summary>
    /// Mean absolute difference of two faces' landmark coordinates in pixels at 256x256, lower is better. See <see
    /// cref="Metrics.Akd"/>.
    /// </summary>
    public static readonly Metric Akd = new("Akd", "AKD", _ => Metrics.Akd.Definition)
    {
        Unit = "px",
        Decimals = 3,
        Landmarks = (real, fake, frame) => Metrics.Akd.Compute(real, fake, frame.Width, frame.Height),
    };
    /// <summary>
    /// Mean distance of two faces' landmarks over the distance of the outer eye corners, lower is better. See <see
    /// cref="Metrics.Nme"/>.
    /// </summary>
    public static readonly Metric Nme = new("Nme", "NME", _ => Metrics.Nme.Definition)
    {
        Landmarks = (real, fake, _) => Metrics.Nme.Compute(real, fake),
    };
    /// <summary>Difference of two heads' angles in degrees, lower is better. See <see cref="PoseError"/>.</summary>
    public static readonly Metric Pose = new("Pose", "Pose", _ => PoseError.Definition)
    {
        Unit = "°",
        Decimals = 2,
        Cross = "; against the driver",
        Landmarks = (real, fake, _) => PoseError.Compute(real, fake),
    };
    /// <summary>Difference of where two pairs of eyes look, lower is better. See <see cref="GazeError"/>.</summary>
    public static readonly Metric Gaze = new("Gaze", "Gaze", _ => GazeError.Definition)
    {
        Cross = "; against the driver",
        Landmarks = (real, fake, _) => GazeError.Compute(real, fake),
    };
    /// <summary>
    /// Mean absolute error of the change between neighbouring frames, 0 to 1, lower is better. See <see
    /// cref="TemporalError"/>.
    /// </summary>
    public static readonly Metric Temporal = new("Temporal", "Temporal", _ => TemporalError.Definition) { Series = TemporalError.Compute };
    /// <summary>
    /// How much the landmarks' error trembles from frame to frame, in pixels, lower is better. See <see
    /// cref="LandmarkJitter"/>.
    /// </summary>
    public static readonly Metric Jitter = OfFaces("Jitter", "Jitter", LandmarkJitter.Definition, LandmarkJitter.Compute, "px", 3);
    /// <summary>L1 in the region of the eyes, 0 to 1, lower is better. See <see cref="FaceRegion"/>.</summary>
    public static readonly Metric EyesL1 = OfRegion("EyesL1", "Eyes-L1", FaceRegion.Eyes, "L1", FaceRegion.L1);
    /// <summary>SSIM in the region of the eyes, −1 to 1, higher is better. See <see cref="FaceRegion"/>.</summary>
    public static readonly Metric EyesSsim = OfRegion("EyesSsim", "Eyes-SSIM", FaceRegion.Eyes, "SSIM", FaceRegion.Ssim);
    /// <summary>L1 in the region of the mouth, 0 to 1, lower is better. See <see cref="FaceRegion"/>.</summary>
    public static readonly Metric MouthL1 = OfRegion("MouthL1", "Mouth-L1", FaceRegion.Mouth, "L1", FaceRegion.L1);
    /// <summary>SSIM in the region of the mouth, −1 to 1, higher is better. See <see cref="FaceRegion"/>.</summary>
    public static readonly Metric MouthSsim = OfRegion("MouthSsim", "Mouth-SSIM", FaceRegion.Mouth, "SSIM", FaceRegion.Ssim);
    /// <summary>
    /// How far the head's motion is from the driver's, in degrees, lower is better. See <see cref="MotionFollowing"/>.
    /// </summary>
    public static readonly Metric PoseFollow = OfFaces("PoseFollow", "Pose-following",
        MotionFollowing.ErrorDefinition("yaw, pitch and roll, in degrees"),
        series => MotionFollowing.Error(series, MotionFollowing.Pose), "°", 2, ofCross: true);
    /// <summary>
    /// Correlation of the head's angles with the driver's, −1 to 1, higher is better. See <see cref="MotionFollowing"/>.
    /// </summary>
    public static readonly Metric PoseCorrelation = OfFaces("PoseCorrelation", "Pose-r",
        MotionFollowing.CorrelationDefinition("yaw, pitch and roll"),
        series => MotionFollowing.Correlation(series, MotionFollowing.Pose), higherIsBetter: true, ofCross: true);
    /// <summary>How far the expression is from the driver's, lower is better. See <see cref="MotionFollowing"/>.</summary>
    public static readonly Metric ExpressionFollow = OfFaces("ExpressionFollow", "Expression-following",
        MotionFollowing.ErrorDefinition("eye opening, mouth opening and mouth width"),
        series => MotionFollowing.Error(series, MotionFollowing.Expression), ofCross: true);
    /// <summary>
    /// Correlation of the expression with the driver's, −1 to 1, higher is better. See <see cref="MotionFollowing"/>.
    /// </summary>
    public static readonly Metric ExpressionCorrelation = OfFaces("ExpressionCorrelation", "Expression-r",
        MotionFollowing.CorrelationDefinition("eye opening, mouth opening and mouth width"),
        series => MotionFollowing.Correlation(series, MotionFollowing.Expression), higherIsBetter: true, ofCross: true);

    readonly string id;
    readonly Func<ComparisonSettings, string> definition;
    readonly Func<Landmarks, Landmarks, Picture, double>? landmarks;

    Metric(string id, string name, Func<ComparisonSettings, string> definition) =>
        (this.id, Name, this.definition) = (id, name, definition);

    // Of the faces in a person's frames.
    static Metric OfFaces(string id, string name, string definition, Func<FrameSeries, double[]> series, string unit = "",
        int decimals = 4, bool higherIsBetter = false, bool ofCross = false) => new(id, name, _ => definition)
        {
            Unit = unit,
            Decimals = decimals,
            HigherIsBetter = higherIsBetter,
            IsOfCross = ofCross,
            Cross = ofCross ? "" : null,
            NeedsFaces = true,
            Series = series,
        };

    static Metric OfRegion(string id, string name, FaceRegion region, string metric, Func<FrameSeries, FaceRegion, double[]> compute) =>
        OfFaces(id, name, $"{FaceRegion.Definition(region)}: {metric}", series => compute(series, region),
            higherIsBetter: metric == "SSIM");

    /// <summary>Every metric, in the order of reports.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        Ssim, Psnr, L1, Resnet18, FdResnet18, Fid, Kid, Fvd, Lpips, Csim, Identity, Akd, Nme, Pose, Gaze, Temporal, Jitter,
        EyesL1, EyesSsim, MouthL1, MouthSsim, PoseFollow, PoseCorrelation, ExpressionFollow, ExpressionCorrelation,
    ];

    /// <summary>As reports write it, such as "SSIM".</summary>
    public string Name { get; }

    /// <summary>"dB", "px", "°" or nothing.</summary>
    internal string Unit { get; init; } = "";

    /// <summary>Decimals worth showing.</summary>
    internal int Decimals { get; init; } = 4;

    internal bool HigherIsBetter { get; init; }

    /// <summary>Of two batches (B,3,H,W), uint8, that needs no network: (B) float64, infinite where the pictures are identical.</summary>
    internal Func<Tensor, Tensor, Tensor>? Pixels { get; init; }

    /// <summary>Pictures with a smaller side have no value.</summary>
    internal int LeastSide { get; init; } = 1;

    /// <summary>Whether it follows from landmarks found in the pictures.</summary>
    internal bool NeedsFaces { get; init; }

    /// <summary>
    /// Of the real frame's landmarks and another's, both in frames of that size; such metrics have a floor, the detector's
    /// noise.
    /// </summary>
    internal Func<Landmarks, Landmarks, Picture, double>? Landmarks
    {
        get => landmarks;
        init => (landmarks, NeedsFaces) = (value, true);
    }

    /// <summary>Of a metric that compares sets of pictures, not pairs: what it compares of each.</summary>
    internal FeatureSpace? Space { get; init; }

    /// <summary>Of what a person's frames show one after another.</summary>
    internal Func<FrameSeries, double[]>? Series { get; init; }

    /// <summary>Whether it is of interest only where another person drives; asked for by name, it is measured all the same.</summary>
    internal bool IsOfCross { get; init; }

    /// <summary>What the definition adds where another person drives and frames have no truth; null where the metric needs one.</summary>
    internal string? Cross { get; init; }

    /// <summary>How it is defined under these settings.</summary>
    internal MetricForm Form(ComparisonSettings settings, bool cross = false, string? reason = null) =>
        new(Name, definition(settings) + (Landmarks is not null || (NeedsFaces && Series is not null) ? $", {settings.Detector}" : "")
            + (cross ? Cross : ""), Unit, Decimals, HigherIsBetter, reason);

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
        Metric[] found = [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One)
            .Distinct()];
        return found.Length > 0 ? found : throw UserException.Usage($"--metrics names no metric; "
            + $"expected some of {string.Join(", ", known)}.");

        Metric One(string name) => All.FirstOrDefault(metric => metric.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw UserException.Usage(
                $"--metrics: unknown metric \"{name}\"; expected some of {string.Join(", ", known)}.{Spelling.Suggestion(name, known)}");
    }
}

/// <summary>A metric as it is measured.</summary>
/// <param name="Metric">Its short name.</param>
/// <param name="Definition">Which of the many definitions under that name.</param>
/// <param name="Unit">"dB", "px", "°" or nothing.</param>
/// <param name="Decimals">Worth showing.</param>
/// <param name="HigherIsBetter">Or lower.</param>
/// <param name="Reason">Why it is not measured and what to do; null where it is.</param>
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

    /// <summary>"mesh" or "fan": finds the landmarks for CSIM, AKD, NME and poses.</summary>
    public string Detector { get; init; } = "mesh";

    /// <summary>Where networks and pictures' statistics run; the CPU when null.</summary>
    public Device? Device { get; init; }

    /// <summary>Which subsets KID draws.</summary>
    public int Seed { get; init; } = 1;

    /// <inheritdoc cref="Metric.Parse"/>
    public static IReadOnlyList<Metric> ParseMetrics(string list) => Metric.Parse(list);
}

/// <summary>How the networks are loaded; each only where a metric needs it.</summary>
sealed record ComparisonNetworks(
    Func<ComparisonSettings, Device, InceptionFeatures> Inception,
    Func<ComparisonSettings, Device, PerceptualDistance> Lpips,
    Func<ComparisonSettings, Device, Csim> Csim)
{
    /// <summary>With their published weights.</summary>
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

    /// <summary>The Fréchet distance in it.</summary>
    internal Metric Frechet => Metric.All.First(metric => metric.Space == this);
}
