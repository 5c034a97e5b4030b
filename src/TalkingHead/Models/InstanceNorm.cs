using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>Instance norm with a learned scale and shift for each channel (Ulyanov et al. 2016), with or without a ReLU after it.</summary>
public sealed class InstanceNorm : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance, under the root: a constant map has finite gradients.</summary>
    internal const double Epsilon = 1e-4;

    readonly Parameter weight;
    readonly Parameter bias;
    readonly bool relu;

    internal InstanceNorm(long channels, bool relu = false) : base(nameof(InstanceNorm))
    {
        this.relu = relu;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W)
    /// <summary>x (B,C,H,W) to the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Apply(x, weight.unsqueeze(0), bias.unsqueeze(0), relu).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        var y = graph.InstanceNorm(name, x, graph.Numbers($"{name}.weight", weight), graph.Numbers($"{name}.bias", bias), Epsilon);
        return relu ? graph.Each("Relu", $"{name}.relu", y) : y;
    }

    // x (B,C,H,W), scale and shift (B or 1,C) -> (B,C,H,W)
    internal static Tensor Apply(Tensor x, Tensor scale, Tensor shift, bool relu = false)
    {
        using var scope = NewDisposeScope();
        (x, scale, shift) = (x.As(ScalarType.Float32), scale.As(ScalarType.Float32), shift.As(ScalarType.Float32));
        if (x.IsFloatOnCpu())
            return FusedInstanceNorm.Apply(x, scale, shift, relu).MoveToOuterDisposeScope();
        var y = ApplyInSteps(x, scale, shift);
        return (relu ? y.relu_() : y).MoveToOuterDisposeScope();
    }

    // The reference. In whatever layout x lies: functional.instance_norm would bring it to rows and columns, and group_norm
    // squares before it subtracts the mean, which costs digits.
    internal static Tensor ApplyInSteps(Tensor x, Tensor scale, Tensor shift)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([2, 3], keepdim: true);
        var deviation = centred.Square().mean([2, 3], keepdim: true).Add(Epsilon).rsqrt(); // (B,C,1,1)
        return (centred * deviation * scale.unsqueeze(2).unsqueeze(3)).Add(shift.unsqueeze(2).unsqueeze(3)).MoveToOuterDisposeScope();
    }
}

/// <summary>The scale and shift of one adaptive instance norm, (B,C) each: a slice of the person's ψ.</summary>
public readonly record struct Style(Tensor Scale, Tensor Shift);

/// <summary>
/// The same in an ONNX graph, as names: constants (C), which a norm takes as its own, or, where ψ is an input of the graph,
/// values (N or 1,C,1,1).
/// </summary>
readonly record struct OnnxStyle(string Scale, string Shift, bool Constant);

/// <summary>Instance norm whose scale and shift come from the person (Huang and Belongie 2017), with or without a ReLU after it.</summary>
public sealed class AdaptiveInstanceNorm : Module<Tensor, Style, Tensor>
{
    readonly bool relu;

    internal AdaptiveInstanceNorm(bool relu = false) : base(nameof(AdaptiveInstanceNorm)) => this.relu = relu;

    /// <summary>x (B,C,H,W), scale and shift (B or 1,C) to x's shape.</summary>
    public override Tensor forward(Tensor x, Style style) => InstanceNorm.Apply(x, style.Scale, style.Shift, relu);

    // Constants are (C) each, an input's scales and shifts (N or 1,C,1,1).
    internal string Emit(OnnxGraph graph, string name, string x, OnnxStyle style)
    {
        var y = style.Constant
            ? graph.InstanceNorm(name, x, style.Scale, style.Shift, InstanceNorm.Epsilon)
            : graph.Sum(name, graph.Product($"{name}.scaled", graph.Normalized(name, x, InstanceNorm.Epsilon), style.Scale), style.Shift);
        return relu ? graph.Each("Relu", $"{name}.relu", y) : y;
    }
}
