using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>Peak signal-to-noise ratio: 10 log10(255² / mean squared error), in dB, of each picture; higher is better.</summary>
public static class Psnr
{
    internal const string Definition = "10 log10(255²/MSE) of each picture, mean of dB";

    /// <summary>Quantised pictures (B,3,H,W), uint8, to one value each, (B) float64; infinite where they are identical.</summary>
    public static Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        var difference = first.to(ScalarType.Float32) - second.to(ScalarType.Float32); // whole numbers, and so exact
        return difference.Square().mean([1, 2, 3], type: ScalarType.Float64).reciprocal().Mul(255 * 255).log10().Mul(10)
            .MoveToOuterDisposeScope();
    }
}
