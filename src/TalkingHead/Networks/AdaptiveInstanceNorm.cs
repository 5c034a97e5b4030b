using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>The scale and shift of one adaptive instance norm, (B,C) each: a slice of the person's ψ.</summary>
public readonly record struct Style(Tensor Scale, Tensor Shift);

/// <summary>Instance norm whose scale and shift come from the person (Huang and Belongie 2017), with or without a ReLU after it.</summary>
public sealed class AdaptiveInstanceNorm : Module<Tensor, Style, Tensor>
{
    readonly bool relu;

    internal AdaptiveInstanceNorm(bool relu = false) : base(nameof(AdaptiveInstanceNorm)) => this.relu = relu;

    // x (B,C,H,W), scale and shift (B or 1,C) -> (B,C,H,W)
    public override Tensor forward(Tensor x, Style style) => InstanceNorm.Apply(x, style.Scale, style.Shift, relu);
}
