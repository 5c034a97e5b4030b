using TalkingHead.Libtorch;
using TalkingHead.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

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

    [Theory]
    [InlineData(Resampling.Halve)]
    [InlineData(Resampling.Double)]
    public void WithoutGradientsItIsTheSame(Resampling resampling)
    {
        using var scope = NewDisposeScope();
        var inputs = Inputs(hasBias: true);
        var expected = Output(resampling, inputs, inSteps: false);
        using var _ = no_grad();
        Assert.True(Output(resampling, inputs, inSteps: false).allclose(expected, rtol: 1e-12, atol: 1e-12));
    }

    // The output and the gradients of x, weight and bias, in float64.
    static List<Tensor> Run(Resampling resampling, bool hasBias, bool inSteps)
    {
        var inputs = Inputs(hasBias);
        var y = Output(resampling, inputs, inSteps);
        (y * Formula.Values("slope", y.shape)).sum().backward();
        return [y, .. new[] { inputs.X, inputs.Weight, inputs.Bias }.OfType<Tensor>().Select(leaf => leaf.grad!)];
    }

    static (Tensor X, Tensor Weight, Tensor? Bias) Inputs(bool hasBias)
    {
        Tensor Leaf(string name, params long[] shape) => Formula.Values(name, shape).to(ScalarType.Float64).requires_grad_(true);
        return (Leaf("x", 2, 3, 16, 20), Leaf("weight", 5, 3, 3, 3), hasBias ? Leaf("bias", 5) : null);
    }

    static Tensor Output(Resampling resampling, (Tensor X, Tensor Weight, Tensor? Bias) inputs, bool inSteps)
    {
        var (x, weight, bias) = inputs;
        using var taps = ResampledConvolution.Taps(resampling);
        return (resampling, inSteps) switch
        {
            (Resampling.Halve, false) => ResampledConvolution.Halve(x, ResampledConvolution.Kernel(resampling, weight, taps), bias),
            (Resampling.Halve, true) => ResampledConvolution.HalveInSteps(x, weight, bias),
            (_, false) => ResampledConvolution.Double(x, ResampledConvolution.Kernel(resampling, weight, taps), bias),
            _ => ResampledConvolution.DoubleInSteps(x, weight, bias),
        };
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

    // libtorch 2.10's oneDNN leaves the lanes beside so few channels as memory holds them when maps lie row by row, and makes the
    // gradient of the input from them. Maps that lie pixel by pixel, as all of this framework's do, come out right.
    [Theory]
    [InlineData(64, 3, 16)]
    [InlineData(8, 8, 16)]
    [InlineData(16, 3, 64)]
    public void GradientsOfFewChannelsAreRightWhateverMemoryHeld(int inputs, int outputs, int side)
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (Formula.Values("x", 2, inputs, side, side), Formula.Values("weight", outputs, inputs, 3, 3));
        var slope = Layout.PixelByPixel(Formula.Values("slope", 2, outputs, side, side));
        var expected = Gradients(ScalarType.Float64);
        for (long size = 256; size < 4_000_000; size *= 2)
            for (var i = 0; i < 4; i++)
                Scalars.Full([size], double.NaN).Dispose();
        foreach (var (exact, found) in expected.Zip(Gradients(ScalarType.Float32)))
            Assert.True((found.to(ScalarType.Float64) - exact).abs().max().item<double>() <= 1e-5 * exact.abs().max().item<double>());

        IList<Tensor> Gradients(ScalarType type)
        {
            Tensor[] leaves = [Layout.PixelByPixel(x.to(type)).detach().requires_grad_(true),
                weight.to(type).detach().requires_grad_(true)];
            return autograd.grad([nn.functional.conv2d(leaves[0], leaves[1], padding: [1, 1])], leaves, [slope.to(type)]);
        }
    }
}
