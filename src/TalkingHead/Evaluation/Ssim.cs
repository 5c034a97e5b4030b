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
    const int Window = 11;
    const double Sigma = 1.5, C1 = 0.01 * 255 * (0.01 * 255), C2 = 0.03 * 255 * (0.03 * 255);

    /// <summary>Quantised pictures (B,3,H,W), uint8, of at least 11x11 pixels, to one value each, (B) float64 in [-1,1].</summary>
    public static Tensor Of(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        var (x, y) = (Planes(first), Planes(second));
        var (meanX, meanY) = (Blur(x), Blur(y));
        var varianceX = Blur(x * x) - meanX * meanX;
        var varianceY = Blur(y * y) - meanY * meanY;
        var covariance = Blur(x * y) - meanX * meanY;
        var map = (2 * meanX * meanY + C1) * (2 * covariance + C2)
            / ((meanX * meanX + meanY * meanY + C1) * (varianceX + varianceY + C2));
        return map.mean([1, 2, 3]).view(first.shape[0], -1).mean([1]).MoveToOuterDisposeScope();
    }

    // (B,3,H,W) -> (B·3,1,H,W)
    static Tensor Planes(Tensor pictures) => pictures.to(ScalarType.Float64).flatten(0, 1).unsqueeze(1);

    // Rows, then columns: the Gaussian window is separable.
    static Tensor Blur(Tensor planes)
    {
        var offsets = Enumerable.Range(-(Window / 2), Window).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma))).ToArray();
        var kernel = tensor(offsets.Select(weight => weight / offsets.Sum()).ToArray(), dtype: ScalarType.Float64, device: planes.device);
        return functional.conv2d(functional.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1));
    }
}
