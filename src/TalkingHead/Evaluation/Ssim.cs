using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Evaluation;

/// <summary>
/// Structural similarity (Wang et al. 2004): Gaussian window 11x11 with σ 1.5, K1 0.01, K2 0.03, L 255, population
/// covariance, valid region only, mean over RGB, float64. Equals skimage's structural_similarity(gaussian_weights=True,
/// sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1), which crops the border likewise.
/// </summary>
public static class Ssim
{
    internal const string Definition = "Gaussian 11x11 σ 1.5, K .01 .03, L 255, valid region, mean over RGB, float64";
    internal const int LeastSide = Window;

    internal const int Window = 11;
    internal const double C1 = 0.01 * 255 * (0.01 * 255), C2 = 0.03 * 255 * (0.03 * 255);
    const double Sigma = 1.5;

    /// <summary>The window along one axis; it sums to one.</summary>
    internal static readonly double[] Kernel = Gaussian();

    /// <summary>Quantised pictures (B,3,H,W), uint8, of at least 11x11 pixels, to one value each, (B) float64 in [-1,1].</summary>
    public static Tensor Of(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        if (Math.Min(first.shape[2], first.shape[3]) < Window)
            throw new ArgumentException($"got pictures of {first.shape[3]}x{first.shape[2]}, expected {Window}x{Window} or more.");
        return first.device_type == DeviceType.CPU && second.device_type == DeviceType.CPU ? ByScan(first, second) : ByTensors(first, second);
    }

    /// <summary>On any device.</summary>
    internal static Tensor ByTensors(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Planes(first), Planes(second));
        var (meanX, meanY) = (Blur(x), Blur(y));
        var varianceX = Blur(x * x) - meanX * meanX;
        var varianceY = Blur(y * y) - meanY * meanY;
        var covariance = Blur(x * y) - meanX * meanY;
        var map = (meanX.Mul(2) * meanY).Add(C1) * covariance.Mul(2).Add(C2)
            / ((meanX * meanX).Add(meanY * meanY).Add(C1) * varianceX.Add(varianceY).Add(C2));
        return map.mean([1, 2, 3]).view(first.shape[0], -1).mean([1]).MoveToOuterDisposeScope();
    }

    static Tensor ByScan(Tensor first, Tensor second)
    {
        var (count, height, width) = ((int)first.shape[0], (int)first.shape[2], (int)first.shape[3]);
        var (x, y) = (Bytes(first), Bytes(second));
        var (values, size) = (new double[count], 3 * height * width);
        Parallel.For(0, count, i => values[i] = SsimScan.Of(x.AsSpan(i * size, size), y.AsSpan(i * size, size), height, width));
        return tensor(values);
    }

    static byte[] Bytes(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return pictures.contiguous().data<byte>().ToArray();
    }

    // (B,3,H,W) -> (B·3,1,H,W)
    static Tensor Planes(Tensor pictures) => pictures.to(ScalarType.Float64).flatten(0, 1).unsqueeze(1);

    // Rows, then columns: the Gaussian window is separable.
    static Tensor Blur(Tensor planes)
    {
        var kernel = tensor(Kernel, device: planes.device);
        return functional.conv2d(functional.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1));
    }

    static double[] Gaussian()
    {
        var weights = Enumerable.Range(-(Window / 2), Window).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma))).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
