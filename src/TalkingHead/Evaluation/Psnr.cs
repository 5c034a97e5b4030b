using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>Peak signal-to-noise ratio: 10 log10(255² / mean squared error), in dB, of each picture.</summary>
public static class Psnr
{
    /// <summary>Quantised pictures (B,3,H,W), uint8, to one value each, (B) float64; infinite where they are identical.</summary>
    public static Tensor Of(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        var difference = first.to(ScalarType.Float64) - second.to(ScalarType.Float64);
        return (10 * (255 * 255 / difference.square().mean([1, 2, 3])).log10()).MoveToOuterDisposeScope();
    }
}
