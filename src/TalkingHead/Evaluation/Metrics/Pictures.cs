using TalkingHead.Libtorch;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>The form that every metric takes: quantised as a file would hold it.</summary>
static class Pictures
{
    /// <summary>Pictures in [-1,1] to uint8: rounded and clamped, as the reference implementations measure.</summary>
    public static Tensor Quantize(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return pictures.detach().Add(1).Mul(127.5).round().Clamp(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures of one size as they are, (B,3,H,W) uint8.</summary>
    public static Tensor Stack(IReadOnlyList<Picture> pictures, Device device)
    {
        int width = pictures[0].Width, height = pictures[0].Height, size = pictures[0].Pixels.Length;
        var bytes = new byte[checked(size * pictures.Count)];
        for (var i = 0; i < pictures.Count; i++)
        {
            if (pictures[i].Width != width || pictures[i].Height != height)
                throw new ArgumentException($"Picture {i} is {pictures[i].Width}x{pictures[i].Height}, the first {width}x{height}.",
                    nameof(pictures));
            pictures[i].Pixels.CopyTo(bytes, i * size);
        }
        using var scope = NewDisposeScope();
        var rows = tensor(bytes, [pictures.Count, height, width, 3], ScalarType.Byte).to(device); // (B,H,W,3)
        return rows.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Quantised pictures in the networks' form: RGB in [-1,1], float32.</summary>
    public static Tensor Signed(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return pictures.to(ScalarType.Float32).Div(127.5).Sub(1).MoveToOuterDisposeScope();
    }

    /// <summary>What a network makes of quantised pictures (B,3,H,W), uint8; no gradients.</summary>
    internal static Tensor Call(Func<Tensor, Tensor> network, Tensor pictures)
    {
        Expect(pictures);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return network(Signed(pictures)).MoveToOuterDisposeScope();
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

    public ExactArithmetic() => Set(false, false);

    public void Dispose() => Set(products, convolutions);

    static void Set(bool products, bool convolutions) =>
        (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (products, convolutions);
}
