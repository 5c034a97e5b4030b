using System.Runtime.InteropServices;
using Onnx;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>A network with constant weights whose activations are compared; the gradient reaches the picture.</summary>
abstract class FeatureNetwork(string name) : Module<Tensor, Tensor[]>(name)
{
    /// <summary>Casts the weights to what convolutions compute with.</summary>
    internal abstract void ComputeIn(ScalarType type);

    /// <summary>Multiply-adds of one picture of a side.</summary>
    internal abstract long Macs(long side);
}

/// <summary>
/// ResNet-18 (He et al. 2016), trained on ImageNet with CNTK and published in a NuGet package under the MIT licence; these
/// are not torchvision's weights. Its first three stages, with batch normalisation folded into the convolutions: of pictures of
/// any size the activations after each, 64, 128 and 256 channels at a 4th, 8th and 16th of the side.
/// </summary>
sealed class ResNet18 : FeatureNetwork
{
    internal const string File = "ResNet18.onnx";

    /// <summary>Channels of the third stage.</summary>
    internal const int Features = 256;

    /// <summary>A picture of this side is what the network was trained on.</summary>
    internal const int TrainedSide = 224;

    const int Stages = 3, BlocksOfStage = 2, AllConvolutions = 22; // of the file: its fourth stage is not used

    // ImageNet's mean over pictures and places, R, G, B: the package subtracts a mean picture of 224x224, which is nearly flat.
    static readonly float[] means = [123.1516f, 115.9029f, 103.0626f];

    readonly Conv2d stem;
    readonly (int Stage, ResidualPair Block)[] blocks;
    readonly ChannelNormalisation normalisation = ChannelNormalisation.Bytes(means, bgr: true);
    ScalarType type = ScalarType.Float32;

    internal ResNet18() : base("ResNet18")
    {
        stem = Conv2d(3, 64, 7, stride: 2, padding: 3);
        blocks = [.. from stage in Enumerable.Range(0, Stages) from block in Enumerable.Range(0, BlocksOfStage) select (stage,
            block == 0 && stage > 0
            ? new ResidualPair(32 << stage, 64 << stage, stride: 2)
            : new ResidualPair(64 << stage, 64 << stage, stride: 1))];
        RegisterComponents();
        for (var i = 0; i < blocks.Length; i++)
            register_module($"block{i}", blocks[i].Block);
        PublishedWeights.Freeze(this);
    }

    /// <summary>The network with its published weights.</summary>
    /// <exception cref="UserException">The file is missing or another network's.</exception>
    internal static ResNet18 Load()
    {
        var path = PublishedWeights.Locate(File);
        var graph = ModelProto.Parser.ParseFrom(OnnxFile.Read(path).Bytes).Graph;
        var network = new ResNet18();
        try
        {
            var weights = graph.Initializer.ToDictionary(tensor => tensor.Name);
            var layers = graph.Node.Where(node => node.OpType == "Conv").ToArray();
            foreach (var (layer, convolution) in layers.Zip(network.Convolutions()))
                Fill(convolution, layer, graph.Node.Single(node =>
                    node.OpType == "BatchNormalization" && node.Input[0] == layer.Output[0]), weights);
            if (layers.Length != AllConvolutions)
                throw new InvalidDataException($"it has {layers.Length} convolutions, {AllConvolutions} are expected");
            return network;
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            network.Dispose();
            throw new UserException($"{path}: not ResNet18 of Microsoft.ML.DnnImageFeaturizer.ResNet18 ({e.Message}). Remove it and run "
                + $"scripts/download-weights.sh {File}.", e);
        }
    }

    /// <inheritdoc/>
    internal override void ComputeIn(ScalarType type)
    {
        this.type = type;
        foreach (var convolution in Convolutions())
            convolution.to(type);
    }

    /// <inheritdoc/>
    internal override long Macs(long side)
    {
        var macs = side * side / 4 * stem.weight!.numel();
        foreach (var (stage, block) in blocks)
        {
            var weights = block.Convolutions().Sum(convolution => convolution.get_parameter("weight")!.numel());
            macs += (side >> (2 + stage)) * (side >> (2 + stage)) * weights;
        }

        return macs;
    }

    // x (B,3,H,W), RGB in [-1, 1] -> one (B,64·2^s,H / 2^(2+s),W / 2^(2+s)) for each stage s
    public override Tensor[] forward(Tensor x)
    {
        Shapes.Expect(x, "ResNet18's picture", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        using var scope = NewDisposeScope();
        var h = stem.call(Layout.PixelByPixel(normalisation.call(x)).to(type)).relu_();
        h = functional.max_pool2d(h, 3, stride: 2, padding: 1);
        var found = new List<Tensor>();
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].Block.call(h);
            if (i + 1 == blocks.Length || blocks[i + 1].Stage > blocks[i].Stage)
                found.Add(h);
        }
        foreach (var stage in found)
            stage.MoveToOuterDisposeScope();
        return [.. found];
    }

    // In the file's order.
    IEnumerable<Module<Tensor, Tensor>> Convolutions() => blocks.SelectMany(block => block.Block.Convolutions()).Prepend(stem);

    // y = scale (w * x - mean) / √(variance + ε) + shift, as one convolution.
    static void Fill(Module<Tensor, Tensor> convolution, NodeProto layer, NodeProto norm, Dictionary<string, TensorProto> weights)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        double epsilon = norm.Attribute.Single(attribute => attribute.Name == "epsilon").F;
        var (scale, shift, mean, variance) = (Read(norm.Input[1]), Read(norm.Input[2]), Read(norm.Input[3]), Read(norm.Input[4]));
        var factor = scale / variance.Add(epsilon).sqrt();
        var (weight, filled) = (Read(layer.Input[1]), convolution.get_parameter("weight")!);
        if (!weight.shape.SequenceEqual(filled.shape))
            throw new InvalidDataException(
                $"{layer.Input[1]} is ({string.Join(",", weight.shape)}), expected ({string.Join(",", filled.shape)})");
        filled.copy_(weight * factor.view(-1, 1, 1, 1));
        convolution.get_parameter("bias")!.copy_(shift - mean * factor);

        Tensor Read(string name)
        {
            var found = weights[name];
            var values = found.RawData.Length > 0 ? MemoryMarshal.Cast<byte, float>(found.RawData.Span).ToArray()
                : [.. found.FloatData];
            return tensor(values, [.. found.Dims]).to(ScalarType.Float64);
        }
    }
}

/// <summary>Two 3x3 convolutions around which the input goes unchanged, or through a 1x1 convolution where its shape changes.</summary>
sealed class ResidualPair : Module<Tensor, Tensor>
{
    readonly Conv2d first, second;
    readonly PointwiseConv2d? projection;

    internal ResidualPair(int from, int to, int stride) : base(nameof(ResidualPair))
    {
        first = Conv2d(from, to, 3, stride: stride, padding: 1);
        second = Conv2d(to, to, 3, padding: 1);
        projection = stride == 1 ? null : new PointwiseConv2d(from, to, stride);
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C',H / stride,W / stride)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var around = projection is null ? x : projection.call(x);
        return second.call(first.call(x).relu_()).Add_(around).relu_().MoveToOuterDisposeScope();
    }

    internal IEnumerable<Module<Tensor, Tensor>> Convolutions() => projection is null ? [first, second] : [projection, first, second];
}
