using TalkingHead.Evaluation.Metrics;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Evaluation.MetricFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Evaluation;

public sealed class PictureMetricTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData("blurred")]
    [InlineData("noisy")]
    public void SsimAndPsnrEqualSkimages(string name)
    {
        var (truth, other) = (Stacked("truth"), Stacked(name));
        Assert.Equal(Expected("paired", name, "ssim").GetDouble(), Ssim.Compute(truth, other).item<double>(), 1e-6);
        Assert.Equal(Expected("paired", name, "psnr").GetDouble(), Psnr.Compute(truth, other).item<double>(), 1e-9);
        Assert.Equal(Expected("paired", name, "l1").GetDouble(), L1.Compute(truth, other).item<double>(), 1e-12);
    }

    [Fact]
    public void ABatchGivesEachPictureItsOwnValue()
    {
        var (truth, others) = (Stacked("truth", "truth", "truth"), Stacked("blurred", "truth", "noisy"));
        var ssim = Ssim.Compute(truth, others).data<double>().ToArray();
        var psnr = Psnr.Compute(truth, others).data<double>().ToArray();
        Assert.Equal(Expected("paired", "blurred", "ssim").GetDouble(), ssim[0], 1e-6);
        Assert.Equal(1, ssim[1], 1e-12);
        Assert.Equal(Expected("paired", "noisy", "ssim").GetDouble(), ssim[2], 1e-6);
        Assert.Equal(double.PositiveInfinity, psnr[1]);
        Assert.Equal([0], L1.Compute(truth, others).data<double>().ToArray()[1..2]);
    }

    [Fact]
    public void GeneratedFramesAreRoundedAndClampedBeforeTheyAreMeasured()
    {
        var frames = tensor(new[] { -1.2f, -1f, 0.0001f, 0.5f, 1f, 7f }).view(1, 1, 1, 6);
        Assert.Equal([0, 0, 128, 191, 255, 255], PictureTensor.Quantize(frames).data<byte>().ToArray());
    }

    [Fact]
    public void FloatPicturesAreRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => Ssim.Compute(zeros(1, 3, 16, 16), zeros(1, 3, 16, 16)));
        Assert.Equal("got Float32 (1,3,16,16), expected uint8 pictures (B,3,H,W).", error.Message);
    }

    [Fact]
    public void LpipsTakesQuantisedPicturesAndIsNothingForEqualOnes()
    {
        var kind = LpipsTrunk.Alex;
        var weights = FormulaWeights.Fill(new LpipsWeights(kind));
        foreach (var weight in weights.parameters())
            weight.abs_(); // as the published ones: a difference adds to the distance
        using var lpips = new PerceptualDistance(new Lpips(weights, FormulaWeights.Fill(kind.Empty())), CPU);
        var (truth, other) = (Stacked("truth"), Stacked("noisy"));
        Assert.Equal(0, lpips.Compute(truth, truth).item<double>());
        Assert.True(lpips.Compute(truth, other).item<double>() > 1e-6);
    }

    [Fact]
    public void AnUnknownTrunkIsNamedWithThoseThatThereAre() => Assert.Equal(
        "unknown LPIPS trunk \"resnet\"; expected alex, vgg, squeeze.",
        Assert.Throws<UserException>(() => PerceptualDistance.Load("resnet", CPU)).Message);
}
