using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Tests.Evaluation;

public sealed class SsimScanTests
{
    [Theory]
    [InlineData(11, 11)]
    [InlineData(12, 31)]
    [InlineData(40, 17)]
    [InlineData(33, 64)]
    public void TheScanEqualsTheReferenceByTensors(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var first = randint(0, 256, [2, 3, height, width], ScalarType.Byte, generator: generator);
        var second = first.to(ScalarType.Int32).Add(randint(-40, 41, [2, 3, height, width], ScalarType.Int32, generator: generator))
            .Clamp(0, 255).to(ScalarType.Byte);
        var (expected, found) = (ByTensors(first, second), Ssim.Compute(first, second));
        Assert.Equal(expected.shape, found.shape);
        Assert.True((expected - found).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void APictureUnderTheWindowIsRefused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => Ssim.Compute(zeros(1, 3, 10, 64, ScalarType.Byte),
            zeros(1, 3, 10, 64, ScalarType.Byte)));
        Assert.Equal("got pictures of 64x10, expected 11x11 or more.", error.Message);
    }

    static Tensor ByTensors(Tensor first, Tensor second)
    {
        var (x, y) = (Planes(first), Planes(second));
        var (meanX, meanY) = (Blur(x), Blur(y));
        var varianceX = Blur(x * x) - meanX * meanX;
        var varianceY = Blur(y * y) - meanY * meanY;
        var covariance = Blur(x * y) - meanX * meanY;
        var map = (meanX.Mul(2) * meanY).Add(Ssim.C1) * covariance.Mul(2).Add(Ssim.C2)
            / ((meanX * meanX).Add(meanY * meanY).Add(Ssim.C1) * varianceX.Add(varianceY).Add(Ssim.C2));
        return map.mean([1, 2, 3]).view(first.shape[0], -1).mean([1]);
    }

    // (B,3,H,W) -> (B·3,1,H,W)
    static Tensor Planes(Tensor pictures) => pictures.to(ScalarType.Float64).flatten(0, 1).unsqueeze(1);

    // Rows, then columns: the Gaussian window is separable.
    static Tensor Blur(Tensor planes)
    {
        var kernel = tensor(Ssim.Kernel);
        return functional.conv2d(functional.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1));
    }
}
