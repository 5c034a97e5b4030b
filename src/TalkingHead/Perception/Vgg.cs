using TalkingHead.Libtorch;
using TalkingHead.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>
/// The convolutions of a VGG (Simonyan and Zisserman 2015) up to its last tap. Its parameters never train; the
/// gradient reaches the picture from every tap.
/// </summary>
sealed class Vgg : Module<Tensor, Tensor[]>
{
    /// <summary>After the ReLU of the first convolution of each block: the paper's content loss.</summary>
    internal static readonly string[] ContentTaps = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"];

    readonly Conv2d[] convolutions; // registered by name: an array is not found as a field
    readonly string[] names;
    readonly HashSet<string> taps;
    ScalarType type = ScalarType.Float32;
    readonly ChannelNormalisation normalisation;

    Vgg(VggKind kind, IReadOnlyList<string> taps, ChannelNormalisation normalisation) : base(kind.Name)
    {
        this.taps = [.. taps];
        var all = kind.Convolutions().ToList();
        var built = all.Take(all.FindLastIndex(convolution => this.taps.Contains(convolution.Name)) + 1).ToList();
        names = [.. built.Select(convolution => convolution.Name)];
        convolutions = [.. built.Select((convolution, i) => Conv2d(i == 0 ? 3 : built[i - 1].Channels, convolution.Channels, 3, padding: 1))];
        this.normalisation = normalisation;
        register_module("normalisation", normalisation);
        for (var i = 0; i < convolutions.Length; i++)
            register_module(names[i], convolutions[i]);
        PublishedWeights.Freeze(this);
    }

    /// <summary>A network with its published weights.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="taps">Convolutions whose activations are returned; the content loss's five when null.</param>
    /// <param name="normalisation">Another input normalisation than the kind's own.</param>
    /// <exception cref="UserException">The file is missing or not this network's.</exception>
    internal static Vgg Load(VggKind kind, IReadOnlyList<string>? taps = null, ChannelNormalisation? normalisation = null) =>
        PublishedWeights.LoadInto(Empty(kind, taps, normalisation), kind.File, kind.NameInFile, kind.IsUnused);

    /// <summary>
    /// A network with seeded random weights (normal, variance 2 / fan-in; biases zero), for training where no
    /// published weights are at hand.
    /// </summary>
    internal static Vgg Random(VggKind kind, ulong seed)
    {
        var network = Empty(kind);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var generator = new torch.Generator(seed);
        foreach (var convolution in network.convolutions)
        {
            var weight = convolution.weight!;
            var fanIn = weight.shape[1] * weight.shape[2] * weight.shape[3];
            weight.copy_(randn(weight.shape, generator: generator).Mul(Math.Sqrt(2.0 / fanIn)));
            convolution.bias!.zero_();
        }
        return network;
    }

    /// <summary>A network whose weights are yet to be filled.</summary>
    internal static Vgg Empty(VggKind kind, IReadOnlyList<string>? taps = null, ChannelNormalisation? normalisation = null) =>
        new(kind, taps ?? ContentTaps, normalisation ?? kind.Input());

    /// <summary>Casts the weights, which are constants, to what convolutions compute with.</summary>
    internal void ComputeIn(ScalarType type)
    {
        this.type = type;
        foreach (var convolution in convolutions)
            convolution.to(type);
    }

    /// <summary>Multiply-adds of one picture of a side.</summary>
    internal long Macs(long side)
    {
        var macs = 0L;
        for (var i = 0; i < convolutions.Length; i++)
        {
            if (i > 0 && names[i].EndsWith("_1", StringComparison.Ordinal))
                side /= 2;
            macs += side * side * convolutions[i].weight!.numel();
        }
        return macs;
    }

    // x (B,3,H,W), RGB in [−1, 1] -> one (B,C,H / 2^b,W / 2^b) for each tap, in the network's order
    public override Tensor[] forward(Tensor x)
    {
        Shapes.Expect(x, $"{GetName()}'s picture", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        using var scope = NewDisposeScope();
        var found = new List<Tensor>();
        var h = Layout.PixelByPixel(normalisation.call(x)).to(type);
        for (var i = 0; i < convolutions.Length; i++)
        {
            if (i > 0 && names[i].EndsWith("_1", StringComparison.Ordinal))
                h = functional.max_pool2d(h, 2, stride: 2);
            h = convolutions[i].call(h).relu_();
            if (taps.Contains(names[i]))
                found.Add(h);
        }
        foreach (var tap in found)
            tap.MoveToOuterDisposeScope();
        return [.. found];
    }
}
