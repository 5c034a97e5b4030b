using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>The form that every metric takes: quantised as a file would hold it.</summary>
static class Pictures
{
    /// <summary>What a network makes of quantised pictures (B,3,H,W), uint8; no gradients.</summary>
    internal static Tensor Call(Func<Tensor, Tensor> network, Tensor pictures)
    {
        Expect(pictures);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return network(PictureTensor.FromBytes(pictures)).MoveToOuterDisposeScope();
    }

    /// <exception cref="ArgumentException">No batch of uint8 pictures (B,3,H,W).</exception>
    public static void Expect(Tensor pictures)
    {
        if (pictures.dtype != ScalarType.Byte || pictures.ndim != 4 || pictures.shape[1] != 3)
            throw new ArgumentException($"got {pictures.dtype} ({string.Join(",", pictures.shape)}), expected uint8 pictures (B,3,H,W).");
    }

    /// <exception cref="ArgumentException">Not two equal batches of uint8 pictures (B,3,H,W).</exception>
    public static void Expect(Tensor first, Tensor second)
    {
        Expect(first);
        Expect(second);
        if (!first.shape.SequenceEqual(second.shape))
            throw new ArgumentException($"got pictures ({string.Join(",", first.shape)}) and ({string.Join(",", second.shape)}), "
                + $"expected equal sizes.");
    }
}

/// <summary>No TF32 while this lives: figures measured on different GPUs agree.</summary>
sealed class ExactArithmetic : IDisposable
{
    readonly bool products = backends.cuda.matmul.allow_tf32, convolutions = backends.cudnn.allow_tf32;

    public ExactArithmetic() => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (false, false);

    public void Dispose() => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (products, convolutions);
}
