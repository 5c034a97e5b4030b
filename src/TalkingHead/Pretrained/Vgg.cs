using TalkingHead.Libtorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>
/// The convolutions of a VGG (Simonyan and Zisserman 2015) up to its last tap. Its parameters never train; the
/// gradient reaches the picture from every tap.
/// </summary>
sealed class Vgg : FeatureNetwork
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
        convolutions = [.. built.Select((convolution, i) => Conv2d(i == 0 ? 3 : built[i - 1].Channels, convolution.Channels, 3,
            padding: 1))];
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

    /// <inheritdoc/>
    internal override void ComputeIn(ScalarType type)
    {
        this.type = type;
        foreach (var convolution in convolutions)
            convolution.to(type);
    }

    /// <inheritdoc/>
    internal override long Macs(long side)
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

/// <summary>A published VGG: its file, its shape, how the file names its layers, and what input it was trained on.</summary>
/// <param name="Name">How messages and results call it.</param>
/// <param name="File">Its name in the weights folder.</param>
/// <param name="Blocks">3x3 convolutions in each block; a 2x2 max pool lies between blocks.</param>
/// <param name="NumberedFeatures">Whether the file names layers as torchvision does (features.0), or by block (conv1_1).</param>
/// <param name="Input">Makes the input normalisation that belongs to the weights.</param>
sealed record VggKind(string Name, string File, IReadOnlyList<int> Blocks, bool NumberedFeatures, Func<ChannelNormalisation> Input)
{
    static readonly int[] blocks16 = [2, 2, 3, 3, 3];
    static readonly int[] blocks19 = [2, 2, 4, 4, 4];

    /// <summary>VGG19 trained in Caffe by its authors; the paper's loss weights were tuned on its activations.</summary>
    internal static VggKind Caffe19 { get; } = new(
        "VGG19 (Caffe)", "vgg19-d01eb7cb.pth", blocks19, true, () => ChannelNormalisation.Bytes([123.68f, 116.779f, 103.939f], bgr: true));

    /// <summary>torchvision's own training of VGG19.</summary>
    internal static VggKind Torchvision19 { get; } = new(
        "VGG19 (torchvision)", "vgg19-dcbb9e9d.pth", blocks19, true, ChannelNormalisation.Torchvision);

    /// <summary>torchvision's own training of VGG16, the trunk of LPIPS.</summary>
    internal static VggKind Torchvision16 { get; } = new(
        "VGG16 (torchvision)", "vgg16-397923af.pth", blocks16, true, ChannelNormalisation.Torchvision);

    /// <summary>
    /// VGGFace (VGG16). The file came by way of MatConvNet, whose importer reverses the first layer's channels: the
    /// same function as the Caffe network on BGR, but its input is RGB.
    /// </summary>
    internal static VggKind Face { get; } = new(
        "VGGFace", "vgg_face_dag.pth", blocks16, false, () => ChannelNormalisation.Bytes([129.1863f, 104.7624f, 93.594f], bgr: false));

    /// <summary>Every convolution in order: "conv1_1", its index among torchvision's features, and its number of outputs.</summary>
    internal IEnumerable<(string Name, int Index, int Channels)> Convolutions()
    {
        var index = 0;
        for (var block = 0; block < Blocks.Count; block++, index++) // the pool
            for (var layer = 0; layer < Blocks[block]; layer++, index += 2) // the convolution and its ReLU
                yield return ($"conv{block + 1}_{layer + 1}", index, 64 << Math.Min(block, 3));
    }

    /// <summary>The file's name for "conv1_1.weight".</summary>
    internal string NameInFile(string name)
    {
        if (!NumberedFeatures)
            return name;
        var dot = name.IndexOf('.');
        var convolution = Convolutions().First(convolution => convolution.Name == name[..dot]);
        return $"features.{convolution.Index}{name[dot..]}";
    }

    /// <summary>Names of the file that have no place in a network that ends at its last tap.</summary>
    internal bool IsUnused(string name) => NumberedFeatures
        ? name.StartsWith("classifier.", StringComparison.Ordinal) || IsConvolution(name)
        : name.StartsWith("fc", StringComparison.Ordinal) || IsConvolution(name);

    bool IsConvolution(string name) => Convolutions().Any(convolution =>
        name == NameInFile($"{convolution.Name}.weight") || name == NameInFile($"{convolution.Name}.bias"));
}
