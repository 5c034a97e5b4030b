using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>Instance norm with a learned scale and shift for each channel (Ulyanov et al. 2016).</summary>
public sealed class InstanceNorm : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance, under the root: a constant map has finite gradients.</summary>
    internal const double Epsilon = 1e-4;

    readonly Parameter weight;
    readonly Parameter bias;

    internal InstanceNorm(long channels) : base(nameof(InstanceNorm))
    {
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (Normalize(x) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)).MoveToOuterDisposeScope();
    }

    // Each channel of each sample to mean 0 and variance 1, in whatever layout it lies: functional.instance_norm would
    // bring it to rows and columns, and group_norm squares before it subtracts the mean, which costs digits.
    internal static Tensor Normalize(Tensor x)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([2, 3], keepdim: true);
        var deviation = (centred.square().mean([2, 3], keepdim: true) + Epsilon).rsqrt();
        return (centred * deviation).MoveToOuterDisposeScope();
    }
}
