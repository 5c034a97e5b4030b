using TalkingHead.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Networks;

public class ResampledConvolutionTests
{
    [Theory]
    [InlineData(Resampling.Halve, true)]
    [InlineData(Resampling.Halve, false)]
    [InlineData(Resampling.Double, true)]
    [InlineData(Resampling.Double, false)]
    public void OneConvolutionIsTheTwoStepsInValueAndGradient(Resampling resampling, bool hasBias)
    {
        using var scope = NewDisposeScope();
        var fast = Run(resampling, hasBias, inSteps: false);
        var reference = Run(resampling, hasBias, inSteps: true);
        Assert.Equal(hasBias ? 4 : 3, fast.Count);
        foreach (var (one, other) in fast.Zip(reference))
            Assert.True(one.allclose(other, rtol: 1e-10, atol: 1e-10));
    }

    // The output and the gradients of x, weight and bias, in float64.
    static List<Tensor> Run(Resampling resampling, bool hasBias, bool inSteps)
    {
        var x = Formula.Values("x", 2, 3, 16, 20).to(ScalarType.Float64).requires_grad_(true);
        var weight = Formula.Values("weight", 5, 3, 3, 3).to(ScalarType.Float64).requires_grad_(true);
        var bias = hasBias ? Formula.Values("bias", 5).to(ScalarType.Float64).requires_grad_(true) : null;
        var taps = ResampledConvolution.Taps(resampling).to(ScalarType.Float64);
        var y = (resampling, inSteps) switch
        {
            (Resampling.Halve, false) => ResampledConvolution.Halve(x, weight, bias, taps),
            (Resampling.Halve, true) => ResampledConvolution.HalveInSteps(x, weight, bias),
            (_, false) => ResampledConvolution.Double(x, weight, bias, taps),
            _ => ResampledConvolution.DoubleInSteps(x, weight, bias),
        };
        (y * Formula.Values("slope", y.shape)).sum().backward();
        return bias is null ? [y, x.grad!, weight.grad!] : [y, x.grad!, weight.grad!, bias.grad!];
    }

    [Fact]
    public void MapsStayPixelByPixelFromInputToOutput()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var networks = SmallSetting.Networks(SmallSetting.Configuration("plain"));
        var picture = networks.Generator.call(SmallSetting.TargetLandmarks(0), Formula.Values("psi", 1, networks.Generator.StyleLength));
        var (_, maps) = networks.Discriminator.Trunk.call(picture, SmallSetting.TargetLandmarks(0));
        Assert.All([picture, .. maps], map => Assert.True(map.permute(0, 2, 3, 1).is_contiguous()));
    }
}
