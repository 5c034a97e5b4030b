using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// Halves the side: [norm] ReLU conv3x3 [norm] ReLU conv3x3, 2x2 mean; beside it conv1x1, 2x2 mean (BigGAN). The first
/// block of a network has no norm and no ReLU before its first convolution, which would throw half the picture away.
/// </summary>
public sealed class DownBlock : Module<Tensor, Tensor>
{
    readonly InstanceNorm? norm1;
    readonly SpectralNormConv2d conv1;
    readonly InstanceNorm? norm2;
    readonly SpectralNormConv2d conv2;
    readonly SpectralNormConv2d skip;
    readonly bool first;

    internal DownBlock(long inputs, long outputs, SpectralMode mode, bool first, bool norm) : base(nameof(DownBlock))
    {
        this.first = first;
        norm &= !first;
        if (norm)
        {
            norm1 = new InstanceNorm(inputs, relu: true);
            norm2 = new InstanceNorm(outputs, relu: true);
        }
        // Beside a norm a bias has no use.
        conv1 = new SpectralNormConv2d(inputs, outputs, 3, mode, bias: !norm);
        conv2 = new SpectralNormConv2d(outputs, outputs, 3, mode, bias: !norm, Resampling.Halve);
        skip = new SpectralNormConv2d(inputs, outputs, 1, mode);
        RegisterComponents();
    }

    // (B,in,H,W) -> (B,out,H/2,W/2)
    /// <summary>x (B,C,H,W) to the block's output.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = first ? x : norm1 is null ? functional.relu(x) : norm1.call(x);
        h = conv1.call(h);
        h = conv2.call(norm2?.call(h) ?? h.relu_()); // with the 2x2 mean; neither backward pass needs h as it was
        // A 1x1 convolution and a mean may change places: after the mean it has a quarter of the work.
        return h.Add(skip.call(functional.avg_pool2d(x, 2))).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        var h = first ? x : norm1?.Emit(graph, $"{name}.norm1", x) ?? graph.Each("Relu", $"{name}.relu1", x);
        h = conv1.Emit(graph, $"{name}.conv1", h);
        h = conv2.Emit(graph, $"{name}.conv2", norm2?.Emit(graph, $"{name}.norm2", h) ?? graph.Each("Relu", $"{name}.relu2", h));
        return graph.Sum(name, h, skip.Emit(graph, $"{name}.skip", graph.Mean2x2($"{name}.mean", x)));
    }
}

/// <summary>x + conv3x3 ReLU conv3x3 ReLU of x, at one side and width.</summary>
public sealed class ResidualBlock : Module<Tensor, Tensor>
{
    readonly SpectralNormConv2d conv1;
    readonly SpectralNormConv2d conv2;

    internal ResidualBlock(long channels, SpectralMode mode) : base(nameof(ResidualBlock))
    {
        conv1 = new SpectralNormConv2d(channels, channels, 3, mode);
        conv2 = new SpectralNormConv2d(channels, channels, 3, mode);
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W)
    /// <summary>x (B,C,H,W) to the block's output.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(functional.relu(x));
        return x.Add(conv2.call(h.relu_())).MoveToOuterDisposeScope();
    }
}

/// <summary>The residual block with the person's norms: AdaIN ReLU conv3x3 AdaIN ReLU conv3x3.</summary>
public sealed class AdaptiveBlock : Module<Tensor, Style, Style, Tensor>
{
    readonly AdaptiveInstanceNorm norm1;
    readonly SpectralNormConv2d conv1;
    readonly AdaptiveInstanceNorm norm2;
    readonly SpectralNormConv2d conv2;

    internal AdaptiveBlock(long channels, SpectralMode mode) : base(nameof(AdaptiveBlock))
    {
        norm1 = new AdaptiveInstanceNorm(relu: true);
        conv1 = new SpectralNormConv2d(channels, channels, 3, mode, bias: false);
        norm2 = new AdaptiveInstanceNorm(relu: true);
        conv2 = new SpectralNormConv2d(channels, channels, 3, mode, bias: false);
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W)
    /// <summary>x (B,C,H,W) and the scales and shifts of both norms to the block's output.</summary>
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(norm1.call(x, style1));
        h = conv2.call(norm2.call(h, style2));
        return x.Add(h).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x, OnnxStyle style1, OnnxStyle style2)
    {
        var channels = conv1.weight.shape[0];
        var h = conv1.Emit(graph, $"{name}.conv1", norm1.Emit(graph, $"{name}.norm1", x, style1));
        h = conv2.Emit(graph, $"{name}.conv2", norm2.Emit(graph, $"{name}.norm2", h, style2));
        return graph.Sum(name, x, h);
    }
}

/// <summary>Doubles the side: AdaIN ReLU ×2 conv3x3 AdaIN ReLU conv3x3; beside it ×2 conv1x1. ×2 is by nearest neighbour.</summary>
public sealed class UpBlock : Module<Tensor, Style, Style, Tensor>
{
    readonly AdaptiveInstanceNorm norm1;
    readonly SpectralNormConv2d conv1;
    readonly AdaptiveInstanceNorm norm2;
    readonly SpectralNormConv2d conv2;
    readonly SpectralNormConv2d skip;

    internal UpBlock(long inputs, long outputs, SpectralMode mode) : base(nameof(UpBlock))
    {
        norm1 = new AdaptiveInstanceNorm(relu: true);
        conv1 = new SpectralNormConv2d(inputs, outputs, 3, mode, bias: false, Resampling.Double);
        norm2 = new AdaptiveInstanceNorm(relu: true);
        conv2 = new SpectralNormConv2d(outputs, outputs, 3, mode, bias: false);
        skip = new SpectralNormConv2d(inputs, outputs, 1, mode);
        RegisterComponents();
    }

    // (B,in,H,W) -> (B,out,2H,2W)
    /// <summary>x (B,C,H,W) and the scales and shifts of both norms to the block's output.</summary>
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(norm1.call(x, style1)); // twice the side
        h = conv2.call(norm2.call(h, style2));
        // as in the down block, the same in another order
        return ResampledConvolution.AddNearest(h, skip.call(x)).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x, OnnxStyle style1, OnnxStyle style2)
    {
        var h = conv1.Emit(graph, $"{name}.conv1", norm1.Emit(graph, $"{name}.norm1", x, style1));
        h = conv2.Emit(graph, $"{name}.conv2", norm2.Emit(graph, $"{name}.norm2", h, style2));
        return graph.Sum(name, h, graph.Double($"{name}.doubled", skip.Emit(graph, $"{name}.skip", x)));
    }
}
