using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>The form that every metric takes: quantised as a file would hold it.</summary>
static class Pictures
{
    /// <summary>Pictures in [-1,1] to uint8: rounded and clamped, as the reference implementations measure.</summary>
    public static Tensor Quantize(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return ((pictures.detach() + 1) * 127.5).round().clamp(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <exception cref="ArgumentException">Not two equal batches of uint8 pictures (B,3,H,W).</exception>
    public static void Expect(Tensor first, Tensor second)
    {
        foreach (var pictures in new[] { first, second })
            if (pictures.dtype != ScalarType.Byte || pictures.ndim != 4 || pictures.shape[1] != 3)
                throw new ArgumentException($"got {pictures.dtype} ({string.Join(",", pictures.shape)}), expected uint8 pictures (B,3,H,W).");
        if (!first.shape.SequenceEqual(second.shape))
            throw new ArgumentException($"got pictures ({string.Join(",", first.shape)}) and ({string.Join(",", second.shape)}), expected equal sizes.");
    }
}
