using TalkingHead.Configuration;
using TalkingHead.Perception;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Objectives;

/// <summary>
/// The content loss of a run, chosen once from its configuration and the weight files at hand; <see cref="Reason"/>
/// says which it is and why.
/// </summary>
public sealed class ContentLoss : IDisposable
{
    readonly List<(string Name, double Weight, Vgg Network)> networks = [];
    readonly double pyramidWeight, structureWeight, squaredWeight;
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
            default:
                (pyramidWeight, pyramidLevels, structureWeight, squaredWeight) = (settings.Pyramid!.Value, settings.PyramidLevels, settings.Structure, settings.Squared);
                break;
        }
        foreach (var (_, _, network) in networks)
            network.ComputeIn(precision == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32);
    }

    /// <summary>Which content loss this is and why: a sentence for the run to print.</summary>
    public required string Reason { get; init; }

    /// <summary>Loads what the configuration names; <paramref name="seed"/> decides random weights.</summary>
    /// <exception cref="UserException">The weight files are missing and the configuration does not say to go on without.</exception>
    public static ContentLoss Create(ObjectiveSettings settings, long seed = 1, Device? device = null, Precision precision = Precision.Float32)
    {
        var (kind, reason) = Choose(settings);
        return new ContentLoss(settings, kind, seed, device ?? CPU, precision) { Reason = reason };
    }

    /// <summary>As <see cref="Create"/>, with random weights in the networks whose files are missing: they cost the same.</summary>
    internal static ContentLoss ForBenchmark(ObjectiveSettings settings, long seed, Device device, Precision precision)
    {
        bool standIn = settings.Content == ContentKind.Vgg && (PublishedVgg19() is null || !PublishedWeights.Has(VggKind.Face.File));
        return standIn
            ? new ContentLoss(settings, ContentKind.Vgg, seed, device, precision, standIn) { Reason = "content loss: VGG19 and VGGFace with random weights, which cost what the published ones do" }
            : Create(settings, seed, device, precision);
    }

    /// <summary>The networks that compare, by their terms' names.</summary>
    internal IEnumerable<(string Term, Vgg Network)> Networks => networks.Select(entry => (entry.Name, entry.Network));

    /// <summary>Adds the weighted terms of x̂ against x, pictures (B,3,S,S) in [-1,1]; the gradient reaches x̂ only.</summary>
    public void AddTerms(LossTerms terms, Tensor fake, Tensor real)
    {
        foreach (var (name, weight, network) in networks)
            terms.Add(name, weight, Content.Perceptual(network.call(fake), Constant(network, real)));
        if (pyramidLevels > 0)
            terms.Add("content_pyramid", pyramidWeight, Content.Pyramid(fake, real, pyramidLevels));
        if (structureWeight > 0)
            terms.Add("content_structure", structureWeight, Content.Structure(fake, real));
        if (squaredWeight > 0)
            terms.Add("content_squared", squaredWeight, Content.Squared(fake, real));
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
                : $"content loss: VGG19 (torchvision) and VGGFace; the paper's weight was tuned on {VggKind.Caffe19.File}, whose activations are far larger");
        string files = string.Join(" ", missing);
        if (settings.WithoutVgg == MissingVgg.Refuse)
            throw UserException.Usage($"objective.content is vgg, but the folder {PublishedWeights.Folder} lacks {files}. Run scripts/download-weights.sh {files}, or train without it: --set objective.without_vgg=pyramid.");
        var instead = settings.WithoutVgg == MissingVgg.Pyramid ? ContentKind.Pyramid : ContentKind.RandomVgg;
        return (instead, $"content loss: {Describe(instead)}, because {files} is missing and objective.without_vgg says so");
    }

    static VggKind? PublishedVgg19() =>
        new[] { VggKind.Caffe19, VggKind.Torchvision19 }.FirstOrDefault(kind => PublishedWeights.Has(kind.File));

    static string Describe(ContentKind kind) => kind == ContentKind.Pyramid ? "a pyramid of the pictures" : "VGG19 with seeded random weights";

    static Tensor[] Constant(Vgg network, Tensor real)
    {
        using var _ = no_grad();
        return network.call(real);
    }

    /// <inheritdoc/>
    public void Dispose() => networks.ForEach(entry => entry.Network.Dispose());
}
