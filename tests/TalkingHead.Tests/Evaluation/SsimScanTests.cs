using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

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
        var (expected, found) = (Ssim.ByTensors(first, second), Ssim.Compute(first, second));
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
}
