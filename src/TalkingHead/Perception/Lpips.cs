using TalkingHead.Libtorch;
using TalkingHead.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>A trunk of LPIPS: how results call it, its weights over the channels, and how it is made.</summary>
/// <param name="Name">"alex" (the default of its authors), "vgg" or "squeeze".</param>
/// <param name="File">The file of the weights over its channels.</param>
/// <param name="Channels">Channels of each compared map.</param>
/// <param name="Empty">Makes the trunk without weights.</param>
/// <param name="Load">Makes the trunk with its published weights.</param>
sealed record LpipsTrunk(string Name, string File, long[] Channels, Func<Module<Tensor, Tensor[]>> Empty, Func<Module<Tensor, Tensor[]>> Load)
{
    static readonly string[] vggTaps = ["conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"];

    internal static LpipsTrunk Alex { get; } = new(
        "alex", "lpips_alex.pth", AlexTrunk.Channels, () => new AlexTrunk(),
        () => PublishedWeights.LoadInto(new AlexTrunk(), AlexTrunk.File, unused: IsClassifier));

    internal static LpipsTrunk Squeeze { get; } = new(
        "squeeze", "lpips_squeeze.pth", SqueezeTrunk.Channels, () => new SqueezeTrunk(),
        () => PublishedWeights.LoadInto(new SqueezeTrunk(), SqueezeTrunk.File, unused: IsClassifier));

    internal static LpipsTrunk Vgg { get; } = new(
        "vgg", "lpips_vgg.pth", [64, 128, 256, 512, 512],
        () => Perception.Vgg.Empty(VggKind.Torchvision16, vggTaps, ChannelNormalisation.Lpips()),
        () => Perception.Vgg.Load(VggKind.Torchvision16, vggTaps, ChannelNormalisation.Lpips()));

    static bool IsClassifier(string name) => name.StartsWith("classifier.", StringComparison.Ordinal);
}

/// <summary>The learned weights over the channels of each compared map; registered as lin0, lin1, ….</summary>
sealed class LpipsWeights : Module<Tensor[], Tensor>
{
    readonly Conv2d[] layers; // an array is not found as a field

    internal LpipsWeights(LpipsTrunk kind) : base($"LPIPS v0.1 ({kind.Name})")
    {
        layers = [.. kind.Channels.Select(channels => Conv2d(channels, 1, 1, bias: false))];
        for (var i = 0; i < layers.Length; i++)
            register_module($"lin{i}", layers[i]);
        PublishedWeights.Freeze(this);
    }

    /// <summary>The file's name for "lin0.weight": the file has a dropout before it.</summary>
    internal static string NameInFile(string name) => name.Replace(".weight", ".model.1.weight", StringComparison.Ordinal);

    // squared differences (B,C,H,W), one for each map -> (B)
    public override Tensor forward(Tensor[] differences)
    {
        using var scope = NewDisposeScope();
        var terms = differences.Select((difference, i) => layers[i].call(difference).mean([1, 2, 3])).ToArray();
        return stack(terms).sum([0]).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// LPIPS v0.1 (Zhang et al. 2018): how different two pictures look. At every tap of a trunk the activations are
/// brought to length one over the channels; their squared differences, weighted per channel, are averaged over
/// space and summed over taps.
/// </summary>
sealed class Lpips : Module<Tensor, Tensor, Tensor>
{
    const double Eps = 1e-10;

    readonly Module<Tensor, Tensor[]> trunk;
    readonly LpipsWeights weights;
    readonly ChannelNormalisation? normalisation; // a VGG has its own

    internal Lpips(LpipsWeights weights, Module<Tensor, Tensor[]> trunk) : base(weights.GetName())
    {
        this.trunk = trunk;
        this.weights = weights;
        normalisation = trunk is Vgg ? null : ChannelNormalisation.Lpips();
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    /// <summary>The measure with its published weights.</summary>
    /// <exception cref="UserException">A file is missing or not this network's.</exception>
    internal static Lpips Load(LpipsTrunk kind) =>
        new(PublishedWeights.LoadInto(new LpipsWeights(kind), kind.File, LpipsWeights.NameInFile), kind.Load());

    // a, b (B,3,H,W), RGB in [−1, 1] -> (B)
    public override Tensor forward(Tensor a, Tensor b)
    {
        Shapes.Expect(a, "LPIPS's first picture", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        Shapes.Expect(b, "LPIPS's second picture", a.shape);
        using var scope = NewDisposeScope();
        var first = trunk.call(normalisation?.call(a) ?? a);
        var second = trunk.call(normalisation?.call(b) ?? b);
        var differences = first.Zip(second, (x, y) => (Unit(x) - Unit(y)).Square()).ToArray();
        return weights.call(differences).MoveToOuterDisposeScope();
    }

    static Tensor Unit(Tensor x) => x / x.Square().sum([1], keepdim: true).sqrt().Add(Eps);
}
