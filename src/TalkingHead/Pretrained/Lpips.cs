using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>A trunk of LPIPS: how results call it, its weights over the channels, and how it is made.</summary>
/// <param name="Name">"alex" (the default of its authors), "vgg" or "squeeze".</param>
/// <param name="File">The file of the weights over its channels.</param>
/// <param name="Channels">Channels of each compared map.</param>
/// <param name="Empty">Makes the trunk without weights.</param>
/// <param name="Load">Makes the trunk with its published weights.</param>
sealed record LpipsTrunk(string Name, string File, long[] Channels, Func<Module<Tensor, Tensor[]>> Empty,
    Func<Module<Tensor, Tensor[]>> Load)
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
        () => TalkingHead.Pretrained.Vgg.Empty(VggKind.Torchvision16, vggTaps, ChannelNormalisation.Lpips()),
        () => TalkingHead.Pretrained.Vgg.Load(VggKind.Torchvision16, vggTaps, ChannelNormalisation.Lpips()));

    static bool IsClassifier(string name) => name.StartsWith("classifier.", StringComparison.Ordinal);
}

/// <summary>The learned weights over the channels of each compared map; registered as lin0, lin1, ….</summary>
sealed class LpipsWeights : Module<Tensor[], Tensor>
{
    readonly PointwiseConv2d[] layers; // an array is not found as a field

    internal LpipsWeights(LpipsTrunk kind) : base($"LPIPS v0.1 ({kind.Name})")
    {
        layers = [.. kind.Channels.Select(channels => new PointwiseConv2d(channels, 1, bias: false))];
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

/// <summary>The convolutions of AlexNet (Krizhevsky 2014) with torchvision's keys; returns every activation after a ReLU.</summary>
sealed class AlexTrunk : Module<Tensor, Tensor[]>
{
    internal const string File = "alexnet-owt-7be5be79.pth";
    internal static readonly long[] Channels = [64, 192, 384, 256, 256];

    readonly Sequential features;

    internal AlexTrunk() : base("AlexNet (torchvision)")
    {
        features = Sequential(
            ("0", Conv2d(3, 64, 11, stride: 4, padding: 2)),
            ("3", Conv2d(64, 192, 5, padding: 2)),
            ("6", Conv2d(192, 384, 3, padding: 1)),
            ("8", Conv2d(384, 256, 3, padding: 1)),
            ("10", Conv2d(256, 256, 3, padding: 1)));
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,H,W) -> five maps, from H / 4 down to H / 16
    public override Tensor[] forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var found = new Tensor[features.Count];
        var h = x;
        for (var i = 0; i < found.Length; i++)
        {
            if (i is 1 or 2)
                h = functional.max_pool2d(h, 3, stride: 2);
            found[i] = h = features[i].call(h).relu_();
        }
        foreach (var tap in found)
            tap.MoveToOuterDisposeScope();
        return found;
    }
}

/// <summary>A fire module of SqueezeNet (Iandola et al. 2016). Fields are checkpoint keys.</summary>
sealed class Fire : Module<Tensor, Tensor>
{
    readonly PointwiseConv2d squeeze;
    readonly PointwiseConv2d expand1x1;
    readonly Conv2d expand3x3;

    internal Fire(long inputs, long squeezed, long expanded) : base(nameof(Fire))
    {
        squeeze = new PointwiseConv2d(inputs, squeezed);
        expand1x1 = new PointwiseConv2d(squeezed, expanded);
        expand3x3 = Conv2d(squeezed, expanded, 3, padding: 1);
        RegisterComponents();
    }

    // x (B,inputs,H,W) -> (B,2 * expanded,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = squeeze.call(x).relu_();
        return cat([expand1x1.call(h).relu_(), expand3x3.call(h).relu_()], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>The convolutions of SqueezeNet 1.1 with torchvision's keys; returns the seven activations that LPIPS compares.</summary>
sealed class SqueezeTrunk : Module<Tensor, Tensor[]>
{
    internal const string File = "squeezenet1_1-b8a52dc0.pth";
    internal static readonly long[] Channels = [64, 128, 256, 384, 384, 512, 512];

    // Tapped after these of torchvision's features, less the ReLU and pools that have no key.
    static readonly HashSet<int> taps = [0, 2, 4, 5, 6, 7, 8];
    static readonly HashSet<int> pooledBefore = [1, 3, 5];

    readonly Sequential features;

    internal SqueezeTrunk() : base("SqueezeNet 1.1 (torchvision)")
    {
        features = Sequential(
            ("0", Conv2d(3, 64, 3, stride: 2)),
            ("3", new Fire(64, 16, 64)),
            ("4", new Fire(128, 16, 64)),
            ("6", new Fire(128, 32, 128)),
            ("7", new Fire(256, 32, 128)),
            ("9", new Fire(256, 48, 192)),
            ("10", new Fire(384, 48, 192)),
            ("11", new Fire(384, 64, 256)),
            ("12", new Fire(512, 64, 256)));
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,H,W) -> seven maps, from H / 2 down to H / 16
    public override Tensor[] forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var found = new List<Tensor>();
        var h = x;
        for (var i = 0; i < features.Count; i++)
        {
            if (pooledBefore.Contains(i))
                h = functional.max_pool2d(h, 3, stride: 2, ceil_mode: true);
            h = features[i].call(h);
            if (i == 0)
                h = h.relu_(); // a fire module ends with its own
            if (taps.Contains(i))
                found.Add(h);
        }
        foreach (var tap in found)
            tap.MoveToOuterDisposeScope();
        return [.. found];
    }
}
