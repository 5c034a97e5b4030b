using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>
/// What several operators do, as one of the door's own, for float32 on the CPU: fewer passes over memory, and the same
/// bits with any number of threads.
/// </summary>
public static class FusedKernels
{
    /// <summary>Whether all tensors are such as these kernels take.</summary>
    public static bool Take(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
            if (tensor.device_type != DeviceType.CPU || tensor.dtype != ScalarType.Float32) return false;
        return true;
    }

    /// <summary>
    /// Each channel of each sample of <paramref name="x"/> (B,C,H,W) to mean 0 and variance 1, times
    /// <paramref name="scale"/> plus <paramref name="shift"/> (B,C); <paramref name="epsilon"/> joins the variance, under
    /// the root. With gradients, of the first order only. Maps come back pixel by pixel (channels-last).
    /// </summary>
    public static Tensor InstanceNorm(Tensor x, Tensor scale, Tensor shift, double epsilon) => Call("talkinghead::instance_norm", x, scale, shift, epsilon);

    /// <summary>
    /// softmax(q kᵀ) v of <paramref name="q"/> and <paramref name="k"/> (B,P,D) and <paramref name="v"/> (B,P,C), without
    /// a gradient: (B,P,C).
    /// </summary>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v) => Call("talkinghead::attention", q, k, v);
}
