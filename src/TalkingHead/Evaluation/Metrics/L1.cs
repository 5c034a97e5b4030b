using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>Mean absolute difference over pixels and channels, of values in 0..1; lower is better.</summary>
public static class L1
{
    internal const string Definition = "mean absolute difference over pixels and channels, values in 0..1";

    /// <summary>Quantised pictures (B,3,H,W), uint8, to one value each, (B) float64 in [0,1].</summary>
    public static Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        var difference = first.to(ScalarType.Float32) - second.to(ScalarType.Float32); // whole numbers, and so exact
        return difference.abs().mean([1, 2, 3], type: ScalarType.Float64).Div(255).MoveToOuterDisposeScope();
    }
}
