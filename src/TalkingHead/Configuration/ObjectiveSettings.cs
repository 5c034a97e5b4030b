#pragma warning disable CS1591 // the sentence of each [Setting] is its documentation
namespace TalkingHead.Configuration;

/// <summary>What the content loss compares.</summary>
public enum ContentKind
{
    /// <summary>Activations of VGG19 and VGGFace, as the paper does; needs their weight files.</summary>
    Vgg,

    /// <summary>The pictures at several scales.</summary>
    Pyramid,

    /// <summary>Activations of a VGG19 with seeded random weights.</summary>
    RandomVgg,

    /// <summary>Activations of ImageNet's ResNet-18 beside the pictures at several scales; comes with the program.</summary>
    Resnet18,
}

/// <summary>What a run with <c>content: vgg</c> does when the weight files are missing.</summary>
public enum MissingVgg
{
    Refuse,
    Pyramid,
    RandomVgg,
}

/// <summary>The two versions of the paper differ in the weights of its losses.</summary>
public enum WeightPreset
{
    V1,
    V2,
}

/// <summary>The losses of the embedder and the generator, and their weights.</summary>
public sealed record ObjectiveSettings
{
    [Setting("What the content loss compares: vgg, pyramid, random-vgg or resnet18.")]
    public ContentKind Content { get; init; } = ContentKind.Vgg;

    [Setting("What happens if content is vgg and its weight files are missing: refuse to start, or use pyramid or random-vgg.")]
    public MissingVgg WithoutVgg { get; init; } = MissingVgg.Refuse;

    [Setting("The version of the paper whose loss weights apply where a weight below is not set.")]
    public WeightPreset Weights { get; init; } = WeightPreset.V2;

    [Setting("Weight of the VGG19 content loss (also of random-vgg).", Min = 0)]
    public double? Vgg19 { get; init; }

    [Setting("Weight of the VGGFace content loss.", Min = 0)]
    public double? VggFace { get; init; }

    [Setting("Weight of the ResNet-18 content loss, which joins the pyramid.", Min = 0)]
    public double? Resnet18 { get; init; }

    [Setting("Weight of the pyramid content loss.", Min = 0)]
    public double? Pyramid { get; init; }

    [Setting("Levels of the pyramid; each has half the side of the one before.", Min = 1, Max = 10)]
    public int PyramidLevels { get; init; } = 4;

    [Setting("Weight of the structure loss beside the pyramid: one minus SSIM's contrast-structure term at full resolution; 0 "
        + "for none.", Min = 0)]
    public double Structure { get; init; }

    [Setting("Weight of the mean squared error beside the pyramid; 0 for none.", Min = 0)]
    public double Squared { get; init; }

    [Setting("How much more a pixel at an eye counts than others in the pyramid and the squared error; 0 for no more.", Min = 0)]
    public double EyeWeight { get; init; }

    [Setting("How much more a pixel at the mouth counts, likewise.", Min = 0)]
    public double MouthWeight { get; init; }

    [Setting("Weight of the adversarial loss.", Min = 0)]
    public double? Adversarial { get; init; }

    [Setting("Weight of the feature matching loss.", Min = 0)]
    public double? FeatureMatching { get; init; }

    [Setting("Weight of the embedding match loss; 0 for the paper's feed-forward model.", Min = 0)]
    public double? EmbeddingMatch { get; init; }

    /// <summary>With every weight that is not given taken from the preset.</summary>
    internal ObjectiveSettings Resolved()
    {
        // arXiv:1905.08233 v2 (ICCV) and v1. Pyramid and ResNet-18 are not the paper's; the first has the small configurations'
        // weight, the second one that makes it as large as the first when training begins.
        var (vgg19, vggFace, match) = Weights == WeightPreset.V2 ? (1.5e-1, 2.5e-2, 10.0) : (1e-2, 2e-3, 80.0);
        return this with
        {
            Vgg19 = Vgg19 ?? vgg19,
            VggFace = VggFace ?? vggFace,
            Resnet18 = Resnet18 ?? 2,
            Pyramid = Pyramid ?? 20,
            Adversarial = Adversarial ?? 1,
            FeatureMatching = FeatureMatching ?? 10,
            EmbeddingMatch = EmbeddingMatch ?? match,
        };
    }
}
