using TalkingHead.Libtorch;
using TalkingHead.Models;
using TorchSharp;
using static TorchSharp.torch;
using InstanceNorm = TalkingHead.Models.InstanceNorm;

namespace TalkingHead.Tests.Models;

/// <summary>The kernels in C# beside the operators that they stand for, and themselves with another number of threads.</summary>
public class FusedKernelTests
{
    [Theory]
    [InlineData(2, 64, 16, 16, false)]
    [InlineData(2, 64, 16, 16, true)]
    [InlineData(1, 8, 12, 10, true)]   // fewer maps than a vector has lanes
    [InlineData(3, 37, 9, 7, true)]    // whole vectors and a rest
    [InlineData(2, 16, 9, 7, true)]    // one vector
    [InlineData(1, 512, 8, 8, false)]
    [InlineData(1, 96, 100, 90, true)] // many chunks, the last one short
    public void InstanceNormIsItsStepsInValueAndGradient(int b, int c, int h, int w, bool relu)
    {
        Same(
            [Formula.Values("x", b, c, h, w).Add(2), Formula.Values("scale", b, c), Formula.Values("shift", b, c)],
            leaves => FusedInstanceNorm.Apply(leaves[0], leaves[1], leaves[2], relu),
            leaves => InstanceNorm.ApplyInSteps(leaves[0], leaves[1], leaves[2]) is var y && relu ? y.relu() : y);
    }

    [Fact]
    public void OneScaleAndShiftServeAllSamples() => Same(
        [Formula.Values("x", 3, 21, 6, 5), Formula.Values("scale", 1, 21), Formula.Values("shift", 1, 21)],
        leaves => FusedInstanceNorm.Apply(leaves[0], leaves[1], leaves[2], relu: true),
        leaves => InstanceNorm.ApplyInSteps(leaves[0], leaves[1], leaves[2]).relu());

    [Fact]
    public void ScalesAndShiftsMayBePartsOfLongerRows() => Same(
        [Formula.Values("x", 2, 21, 6, 5), Formula.Values("psi", 2, 60)],
        leaves => FusedInstanceNorm.Apply(leaves[0], leaves[1].narrow(1, 3, 21), leaves[1].narrow(1, 30, 21), relu: false),
        leaves => InstanceNorm.ApplyInSteps(leaves[0], leaves[1].narrow(1, 3, 21), leaves[1].narrow(1, 30, 21)));

    [Theory]
    [InlineData(Resampling.Halve, 7, 16)]
    [InlineData(Resampling.Halve, 4, 3)]
    [InlineData(Resampling.Double, 7, 16)]
    [InlineData(Resampling.Double, 4, 13)]
    public void AResampledKernelIsTheProductWithItsTaps(Resampling resampling, int outputs, int inputs)
    {
        using var constant = ResampledConvolution.Taps(resampling);
        Same([Formula.Values("weight", outputs, inputs, 3, 3)], leaves => FusedResampledKernel.Create(resampling, leaves[0]),
            leaves => ResampledConvolution.KernelInSteps(resampling, leaves[0], constant.For(leaves[0])));
    }

    [Theory]
    [InlineData(2, 16, 8, 8)]
    [InlineData(1, 5, 3, 7)]
    public void CornersAreInterleavedAsInSteps(int b, int c, int h, int w) => Same(
        [Formula.Values("all", b, 4 * c, h + 1, w + 1)], leaves => FusedResampling.Interleave(leaves[0]),
        leaves => ResampledConvolution.InterleaveInSteps(leaves[0]));

    [Theory]
    [InlineData(2, 16, 8, 8)]
    [InlineData(1, 5, 3, 7)]
    public void CornersAreThePixelsOfSquaresThatLieOnePixelOff(int b, int c, int h, int w) => Same(
        [Formula.Values("x", b, c, 2 * h, 2 * w)], leaves => FusedResampling.Corners(leaves[0]),
        leaves =>
        {
            var padded = nn.functional.pad(leaves[0], [1, 1, 1, 1]); // its 2x2 squares, lower right pixel first
            return cat([.. new[] { (1, 1), (1, 0), (0, 1), (0, 0) }.Select(pixel =>
                padded.slice(2, pixel.Item1, 2 * h + 2, 2).slice(3, pixel.Item2, 2 * w + 2, 2))], 1);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void HalvingByCornersIsConvolutionAndMean(int c)
    {
        using var constant = ResampledConvolution.Taps(Resampling.Halve);
        Same([Formula.Values("x", 2, c, 12, 16), Formula.Values("weight", 5, c, 3, 3), Formula.Values("bias", 5)],
            leaves => ResampledConvolution.Halve(leaves[0],
                ResampledConvolution.Kernel(Resampling.Halve, leaves[1], constant), leaves[2]),
            leaves => ResampledConvolution.HalveInSteps(leaves[0], leaves[1], leaves[2]), sameBits: false); // libtorch's convolution
    }

    [Theory]
    [InlineData(2, 16, 8, 8)]
    [InlineData(1, 5, 3, 7)]
    public void EachPixelIsAddedFourTimes(int b, int c, int h, int w) => Same(
        [Formula.Values("x", b, c, 2 * h, 2 * w), Formula.Values("skip", b, c, h, w)],
        leaves => FusedResampling.AddNearest(leaves[0], leaves[1]), leaves => leaves[0].Add(ResampledConvolution.Nearest(leaves[1])));

    // The reference in float64; both ways of the loop over threads.
    static void Same(Tensor[] inputs, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> steps, bool sameBits = true)
    {
        using var scope = NewDisposeScope();
        var expected = Run(steps, ScalarType.Float64);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run(fused, ScalarType.Float32);
            set_num_threads(3);
            var three = Run(fused, ScalarType.Float32);
            for (var i = 0; i < expected.Length; i++)
            {
                var largest = expected[i].abs().max().item<double>();
                Assert.True((one[i].to(ScalarType.Float64) - expected[i]).abs().max().item<double>() <= 3e-6 * Math.Max(1, largest),
                    $"tensor {i}");
                if (sameBits)
                    Assert.Equal(one[i].contiguous().bytes.ToArray(), three[i].contiguous().bytes.ToArray());
            }
        }
        finally
        {
            set_num_threads(threads);
        }

        Tensor[] Run(Func<Tensor[], Tensor> way, ScalarType type)
        {
            Tensor[] leaves = [.. inputs.Select(input => input.to(type).detach().clone().requires_grad_(true))];
            var y = way(leaves);
            using (no_grad())
                Assert.True(way(leaves).allclose(y, 0, 0)); // without gradients the same
            return [y.detach(), .. autograd.grad([y], leaves, [Formula.Values("slope", y.shape).to(type)])];
        }
    }

    [Fact]
    public void HeldWeightsGiveTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var networks = SmallSetting.Networks(SmallSetting.Configuration("normal"));
        var (picture, landmarks) = (SmallSetting.Target(0), SmallSetting.TargetLandmarks(0));
        var free = networks.Discriminator.Trunk.call(picture, landmarks).Features;
        using (new HeldWeights(networks.Discriminator))
            Assert.Equal(free.bytes.ToArray(), networks.Discriminator.Trunk.call(picture, landmarks).Features.bytes.ToArray());
        foreach (var parameter in networks.Discriminator.parameters())
            parameter.Mul_(1.5);
        // no longer held
        Assert.NotEqual(free.bytes.ToArray(), networks.Discriminator.Trunk.call(picture, landmarks).Features.bytes.ToArray());
    }

    [Fact]
    public void AModuleOwnsItsTensorsWhateverScopeItIsMadeIn()
    {
        NetworkSet networks;
        using (NewDisposeScope())
            networks = SmallSetting.Networks(SmallSetting.Configuration("normal"));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Assert.Equal([1, 3, 32, 32], networks.Generator.call(SmallSetting.TargetLandmarks(0)[..1],
            Formula.Values("psi", 1, networks.Generator.StyleLength)).shape);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        networks.Dispose();
        Assert.True(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount < before);
    }
}
