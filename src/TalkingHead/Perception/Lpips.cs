using TalkingHead.Formats;
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

/// <summary>
/// LPIPS v0.1 (Zhang et al. 2018): how different two pictures look. At every tap of a trunk the activations are
/// brought to length one over the channels; their squared differences, weighted per channel, are averaged over
/// space and summed over taps.
/// </summary>
sealed class Lpips : Module<Tensor, Tensor, Tensor>
{
    const double Eps = 1e-10;

    readonly Module<Tensor, Tensor[]> trunk;
    readonly ChannelNormalisation? normalisation; // a VGG has its own
    readonly Parameter[] weights; // (1,C,1,1) each, registered as lin0, lin1, …

    internal Lpips(LpipsTrunk kind, Module<Tensor, Tensor[]> trunk) : base($"LPIPS v0.1 ({kind.Name})")
    {
        this.trunk = trunk;
        register_module(nameof(trunk), trunk);
        if (trunk is not Vgg)
            register_module(nameof(normalisation), normalisation = ChannelNormalisation.Lpips());
        weights = [.. kind.Channels.Select(channels => Parameter(zeros(1, channels, 1, 1), requires_grad: false))];
        for (var i = 0; i < weights.Length; i++)
            register_parameter($"lin{i}", weights[i]);
        eval();
    }

    /// <summary>The measure with its published weights.</summary>
    /// <exception cref="UserException">A file is missing or not this network's.</exception>
    internal static Lpips Load(LpipsTrunk kind)
    {
        var lpips = new Lpips(kind, kind.Load());
        var path = PublishedWeights.Locate(kind.File);
        using var file = PyTorchCheckpoint.Open(path);
        lpips.LoadWeights(file.StateDict(), path);
        return lpips;
    }

    /// <summary>Fills the weights over the channels from the published names, <c>lin0.model.1.weight</c> and so on.</summary>
    internal void LoadWeights(IReadOnlyDictionary<string, StoredTensor> source, string where)
    {
        var names = weights.Select((_, i) => $"lin{i}.model.1.weight").ToArray();
        if (!source.Keys.Order().SequenceEqual(names.Order()) || !names.Select((name, i) => source[name].Shape.SequenceEqual(weights[i].shape)).All(same => same))
            throw new UserException($"{where}: does not hold the weights of {GetName()}: expected exactly {string.Join(", ", names)} over {string.Join(", ", weights.Select(weight => weight.shape[1]))} channels.");
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        for (var i = 0; i < weights.Length; i++)
            weights[i].copy_(source[names[i]].ToTensor());
    }

    // a, b (B,3,H,W), RGB in [−1, 1] -> (B)
    public override Tensor forward(Tensor a, Tensor b)
    {
        Shapes.Expect(a, "LPIPS's first picture", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        Shapes.Expect(b, "LPIPS's second picture", a.shape);
        using var scope = NewDisposeScope();
        var first = trunk.call(normalisation?.call(a) ?? a);
        var second = trunk.call(normalisation?.call(b) ?? b);
        var distance = zeros(a.shape[0], dtype: a.dtype, device: a.device);
        for (var i = 0; i < weights.Length; i++)
        {
            var difference = (Unit(first[i]) - Unit(second[i])).square(); // (B,C,H,W)
            distance = distance + (difference * weights[i]).sum([1]).mean([1, 2]);
        }
        return distance.MoveToOuterDisposeScope();
    }

    static Tensor Unit(Tensor x) => x / (x.square().sum([1], keepdim: true).sqrt() + Eps);
}
