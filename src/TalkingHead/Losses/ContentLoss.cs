using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Losses;

/// <summary>
/// The content loss of a run, chosen once from its configuration and the weight files at hand; <see cref="Reason"/>
/// says which it is and why.
/// </summary>
public sealed class ContentLoss : IDisposable
{
    readonly List<(string Name, double Weight, FeatureNetwork Network)> networks = [];
    readonly double pyramidWeight, structureWeight, squaredWeight, eyeWeight, mouthWeight; // none where networks alone compare
    readonly int pyramidLevels;

    ContentLoss(ObjectiveSettings settings, ContentKind kind, long seed, Device device, Precision precision, bool standIn = false)
    {
        switch (kind)
        {
            case ContentKind.Vgg when standIn:
                networks.Add(("content_vgg19", settings.Vgg19!.Value, Vgg.Random(VggKind.Caffe19, (ulong)seed).to(device)));
                networks.Add(("content_vgg_face", settings.VggFace!.Value, Vgg.Random(VggKind.Face, (ulong)seed + 1).to(device)));
                break;
            case ContentKind.Vgg:
                networks.Add(("content_vgg19", settings.Vgg19!.Value, Vgg.Load(PublishedVgg19()!).to(device)));
                networks.Add(("content_vgg_face", settings.VggFace!.Value, Vgg.Load(VggKind.Face).to(device)));
                break;
            case ContentKind.RandomVgg:
                networks.Add(("content_random_vgg", settings.Vgg19!.Value, Vgg.Random(VggKind.Caffe19, (ulong)seed).to(device)));
                break;
            case ContentKind.Resnet18:
                networks.Add(("content_resnet18", settings.Resnet18!.Value, ResNet18.Load().to(device)));
                goto default; // beside the pixel terms
            default:
                (pyramidWeight, pyramidLevels, structureWeight, squaredWeight) = (settings.Pyramid!.Value, settings.PyramidLevels,
                    settings.Structure, settings.Squared);
                (eyeWeight, mouthWeight) = (settings.EyeWeight, settings.MouthWeight);
                break;
        }
        foreach (var (_, _, network) in networks)
            network.ComputeIn(precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32);
    }

    /// <summary>Which content loss this is and why: a sentence for the run to print.</summary>
    public required string Reason { get; init; }

    /// <summary>Loads what the configuration names; <paramref name="seed"/> decides random weights.</summary>
    /// <exception cref="UserException">The weight files are missing and the configuration does not say to go on without.</exception>
    public static ContentLoss Create(ObjectiveSettings settings, long seed = 1, Device? device = null,
        Precision precision = Precision.Float32)
    {
        var (kind, reason) = Choose(settings);
        return new ContentLoss(settings, kind, seed, device ?? CPU, precision) { Reason = reason };
    }

    /// <summary>
    /// As <see cref="Create"/>, for a new person: fine_tuning.content where it is set. Where ResNet-18's file is missing the terms
    /// beside it remain, and the reason says so: programs are published without the file.
    /// </summary>
    internal static ContentLoss ForFineTuning(RunConfiguration configuration, Device device) =>
        ForFineTuning(configuration, device, PublishedWeights.Has(ResNet18.File));

    internal static ContentLoss ForFineTuning(RunConfiguration configuration, Device device, bool hasResNet18)
    {
        var (kind, reason) = ChooseForFineTuning(configuration, hasResNet18);
        var training = configuration.Training;
        return new ContentLoss(configuration.Objective, kind, training.Seed, device, training.Precision) { Reason = reason };
    }

    /// <summary>What <see cref="ForFineTuning(RunConfiguration, Device)"/> loads, and why; nothing is loaded.</summary>
    /// <exception cref="UserException">VGG's files are missing and the configuration does not say to go on without.</exception>
    internal static (ContentKind Kind, string Reason) ChooseForFineTuning(RunConfiguration configuration, bool hasResNet18)
    {
        var kind = configuration.FineTuning.Content ?? configuration.Objective.Content;
        return kind != ContentKind.Resnet18 || hasResNet18 ? Choose(configuration.Objective with { Content = kind })
            : (ContentKind.Pyramid, $"content loss: {Describe(ContentKind.Pyramid)}, because "
                + $"{PublishedWeights.PathOf(ResNet18.File)} is missing; scripts/download-weights.sh {ResNet18.File} makes heads sharper");
    }

    /// <summary>As <see cref="Create"/>, with random weights in the networks whose files are missing: they cost the same.</summary>
    internal static ContentLoss ForBenchmark(ObjectiveSettings settings, long seed, Device device, Precision precision)
    {
        var standIn = settings.Content == ContentKind.Vgg && (PublishedVgg19() is null || !PublishedWeights.Has(VggKind.Face.File));
        return standIn
            ? new ContentLoss(settings, ContentKind.Vgg, seed, device, precision,
                standIn)
            { Reason = "content loss: VGG19 and VGGFace with random weights, which cost what the published ones do" }
            : Create(settings, seed, device, precision);
    }

    /// <summary>The networks that compare, by their terms' names.</summary>
    internal IEnumerable<(string Term, FeatureNetwork Network)> Networks => networks.Select(entry => (entry.Name, entry.Network));

    /// <summary>
    /// What the networks see in pictures (N,3,S,S) that are learned again and again, in the caller's dispose scope, so that it
    /// is computed once; null where it is not to be kept: VGG's activations are too large, and the others have no network.
    /// </summary>
    internal IReadOnlyList<Tensor>? Targets(Tensor real) => networks is [{ Network: ResNet18 network }] ? Constant(network, real) : null;

    /// <summary>Adds the weighted terms of x̂ against x, pictures (B,3,S,S) in [-1,1]; the gradient reaches x̂ only.</summary>
    /// <param name="terms">Where they go.</param>
    /// <param name="fake">x̂.</param>
    /// <param name="real">x.</param>
    /// <param name="landmarks">Their landmark images, which tell eyes and mouth.</param>
    /// <param name="targets">Rows of <see cref="Targets"/> that are x's; computed here when null.</param>
    public void AddTerms(LossSum terms, Tensor fake, Tensor real, Tensor landmarks, IReadOnlyList<Tensor>? targets = null)
    {
        var weights = RegionWeights.Compute(landmarks, eyeWeight, mouthWeight);
        foreach (var (name, weight, network) in networks)
            terms.Add(name, weight, Content.Perceptual(network.call(fake), targets ?? Constant(network, real)));
        if (pyramidLevels > 0)
            terms.Add("content_pyramid", pyramidWeight, Content.Pyramid(fake, real, pyramidLevels, weights));
        if (structureWeight > 0)
            terms.Add("content_structure", structureWeight, Content.Structure(fake, real));
        if (squaredWeight > 0)
            terms.Add("content_squared", squaredWeight, Content.Squared(fake, real, weights));
    }

    /// <summary>The weighted sum of this loss's terms among losses by name, read from the device.</summary>
    internal double Weigh(IReadOnlyDictionary<string, Tensor> losses) =>
        networks.Sum(entry => entry.Weight * losses[entry.Name].item<float>())
        + (pyramidLevels > 0 ? pyramidWeight * losses["content_pyramid"].item<float>() : 0)
        + (structureWeight > 0 ? structureWeight * losses["content_structure"].item<float>() : 0)
        + (squaredWeight > 0 ? squaredWeight * losses["content_squared"].item<float>() : 0);

    static (ContentKind Kind, string Reason) Choose(ObjectiveSettings settings)
    {
        if (settings.Content != ContentKind.Vgg)
            return (settings.Content, $"content loss: {Describe(settings.Content)}, as the configuration says");
        var missing = new List<string>();
        if (PublishedVgg19() is null)
            missing.Add(VggKind.Caffe19.File);
        if (!PublishedWeights.Has(VggKind.Face.File))
            missing.Add(VggKind.Face.File);
        if (missing.Count == 0)
            return (ContentKind.Vgg, PublishedVgg19() == VggKind.Caffe19
                ? "content loss: VGG19 (Caffe) and VGGFace, on whose activations the paper's weights were tuned"
                : $"content loss: VGG19 (torchvision) and VGGFace; the paper's weight was "
                + $"tuned on {VggKind.Caffe19.File}, whose activations are far larger");
        var files = string.Join(" ", missing);
        if (settings.WithoutVgg == MissingVgg.Refuse)
            throw UserException.Usage($"objective.content is vgg, but "
                + $"the folder {PublishedWeights.Folder} lacks {files}. Run scripts/download-weights.sh {files}, or train without it: "
                + $"--set objective.without_vgg=pyramid.");
        var instead = settings.WithoutVgg == MissingVgg.Pyramid ? ContentKind.Pyramid : ContentKind.RandomVgg;
        return (instead, $"content loss: {Describe(instead)}, because {files} is missing and objective.without_vgg says so");
    }

    static VggKind? PublishedVgg19() =>
        new[] { VggKind.Caffe19, VggKind.Torchvision19 }.FirstOrDefault(kind => PublishedWeights.Has(kind.File));

    static string Describe(ContentKind kind) => kind switch
    {
        ContentKind.Pyramid => "a pyramid of the pictures",
        ContentKind.Resnet18 => "activations of ImageNet's ResNet-18 beside a pyramid of the pictures",
        _ => "VGG19 with seeded random weights",
    };

    static Tensor[] Constant(FeatureNetwork network, Tensor real)
    {
        using var _ = no_grad();
        return network.call(real);
    }

    /// <inheritdoc/>
    public void Dispose() => networks.ForEach(entry => entry.Network.Dispose());
}

/// <summary>L_CNT: how far x̂ is from x, in the activations of a network (paper, section 3.2) or at several scales.</summary>
public static class Content
{
    /// <summary>Sum over tapped layers of the mean absolute difference of activations; the gradient reaches the fake side only.</summary>
    public static Tensor Perceptual(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => AbsoluteDifference.Sum(fake, real);

    /// <summary>
    /// Sum over levels of the mean absolute difference of pictures (B,C,H,W), each pixel's times its weight (B,1,H,W) where there
    /// are any.
    /// </summary>
    public static Tensor Pyramid(Tensor fake, Tensor real, int levels, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        return AbsoluteDifference.Sum(Levels(fake, levels), Levels(real, levels), weights is null ? null : Levels(weights, levels))
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Mean squared difference of pictures (B,C,H,W): what PSNR measures; each pixel's times its weight (B,1,H,W) where there are
    /// any. The gradient reaches the fake side only.
    /// </summary>
    public static Tensor Squared(Tensor fake, Tensor real, Tensor? weights = null)
    {
        if (weights is null)
            return functional.mse_loss(fake, real.detach());
        using var scope = NewDisposeScope();
        return ((fake - real.detach()).Square() * weights).mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One minus the mean of SSIM's contrast and structure part, (2 σxy + C2) / (σx² + σy² + C2), over 7x7 windows of each
    /// channel (Wang et al. 2004): 0 for equal pictures (B,C,H,W) in [-1,1], 2 at most. A picture that is right but for its
    /// brightness costs nothing here, so it stands beside <see cref="Pyramid"/>, as Zhao et al. 2017 join the two.
    /// The gradient reaches <paramref name="fake"/> only.
    /// </summary>
    public static Tensor Structure(Tensor fake, Tensor real)
    {
        const int window = 7;
        const double c2 = 0.06 * 0.06; // (0.03 times the range)²
        using var scope = NewDisposeScope();
        var (x, y) = (fake, real.detach());
        var maps = cat([x, y, x.Square().Add(y.Square()), x * y], 1);
        var pooled = Means(maps.shape[2], window, maps).matmul(maps).matmul(Means(maps.shape[3], window, maps).t()).chunk(4, 1);
        var (meanX, meanY) = (pooled[0], pooled[1]);
        var variances = pooled[2] - meanX.Square().Add(meanY.Square());
        var covariance = pooled[3] - meanX * meanY;
        return (covariance.Mul(2).Add(c2) / variances.Add(c2)).mean().RSub(1).MoveToOuterDisposeScope();
    }

    // (side - window + 1,side): means of a window of each column, as a product. On a CPU it takes a fraction of the time of
    // libtorch's pooling with a stride of 1, most of all backwards.
    static Tensor Means(long side, int window, Tensor like)
    {
        using var scope = NewDisposeScope();
        return ones([side - window + 1, side], like.dtype, like.device).triu_().tril_(window - 1).Mul_(1.0 / window)
            .MoveToOuterDisposeScope();
    }

    // Each level is the 2x2 means of the one before.
    static List<Tensor> Levels(Tensor picture, int count)
    {
        var levels = new List<Tensor> { picture };
        while (levels.Count < count)
            levels.Add(functional.avg_pool2d(levels[^1], 2));
        return levels;
    }
}

/// <summary>The L1 distance between two lists of maps.</summary>
static class AbsoluteDifference
{
    /// <summary>
    /// Sum over maps of the mean absolute difference, each place's times its weight where there are any. The gradient reaches
    /// <paramref name="fake"/> only.
    /// </summary>
    public static Tensor Sum(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real, IReadOnlyList<Tensor>? weights = null)
    {
        if (fake.Count != real.Count)
            throw new ArgumentException($"got {fake.Count} maps of the fake and {real.Count} of the real picture.");
        using var scope = NewDisposeScope();
        var total = Mean(0);
        for (var map = 1; map < fake.Count; map++)
            total = total.Add(Mean(map));
        return total.MoveToOuterDisposeScope();

        // In float32, whatever the networks compute with.
        Tensor Mean(int map)
        {
            var (x, y) = (fake[map].As(ScalarType.Float32), real[map].detach().As(ScalarType.Float32));
            return weights is null ? functional.l1_loss(x, y) : ((x - y).abs() * weights[map]).mean();
        }
    }
}
