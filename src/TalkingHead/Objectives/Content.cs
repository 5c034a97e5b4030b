using TalkingHead.Libtorch;
using TalkingHead.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Objectives;

/// <summary>L_CNT: how far x̂ is from x, in the activations of a network (paper, section 3.2) or at several scales.</summary>
public static class Content
{
    /// <summary>Sum over tapped layers of the mean absolute difference of activations; the gradient reaches the fake side only.</summary>
    public static Tensor Perceptual(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => AbsoluteDifference.Sum(fake, real);

    /// <summary>Sum over levels of the mean absolute difference of pictures (B,C,H,W).</summary>
    public static Tensor Pyramid(Tensor fake, Tensor real, int levels)
    {
        using var scope = NewDisposeScope();
        return AbsoluteDifference.Sum(Levels(fake, levels), Levels(real, levels)).MoveToOuterDisposeScope();
    }

    /// <summary>Mean squared difference of pictures (B,C,H,W): what PSNR measures. The gradient reaches the fake side only.</summary>
    public static Tensor Squared(Tensor fake, Tensor real) => functional.mse_loss(fake, real.detach());

    /// <summary>
    /// One minus the mean of SSIM's contrast and structure part, (2 σxy + C2) / (σx² + σy² + C2), over 7x7 windows of each
    /// channel (Wang et al. 2004): 0 for equal pictures (B,C,H,W) in [-1,1], 2 at most. A picture that is right but for its
    /// brightness costs nothing here, so it stands beside <see cref="Pyramid"/>, as Zhao et al. 2017 join the two.
    /// The gradient reaches <paramref name="fake"/> only.
    /// </summary>
    public static Tensor Structure(Tensor fake, Tensor real)
    {
        const int window = 7;
        const double c2 = 0.06 * 0.06; // (0.03 times the range)²
        using var scope = NewDisposeScope();
        var (x, y) = (fake, real.detach());
        // Pooled together and pixel by pixel, for libtorch pools one channel at a time otherwise; along columns and then
        // along rows, for that is 14 additions and not 49.
        var maps = Layout.PixelByPixel(cat([x, y, x.Square().Add(y.Square()), x * y], 1));
        var pooled = functional.avg_pool2d(functional.avg_pool2d(maps, (window, 1), (1, 1)), (1, window), (1, 1)).chunk(4, 1);
        var (meanX, meanY) = (pooled[0], pooled[1]);
        var variances = pooled[2] - meanX.Square().Add(meanY.Square());
        var covariance = pooled[3] - meanX * meanY;
        return (covariance.Mul(2).Add(c2) / variances.Add(c2)).mean().RSub(1).MoveToOuterDisposeScope();
    }

    // Each level is the 2x2 means of the one before.
    static List<Tensor> Levels(Tensor picture, int count)
    {
        var levels = new List<Tensor> { picture };
        while (levels.Count < count)
            levels.Add(functional.avg_pool2d(levels[^1], 2));
        return levels;
    }
}
