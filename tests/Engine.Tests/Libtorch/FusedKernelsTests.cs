using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

[Collection(nameof(ProcessWide))]
public sealed class FusedKernelsTests
{
    const double Epsilon = 1e-4;

    // Channels and pixels on both sides of what a register and a task hold.
    [Theory]
    [InlineData(1, 1, 1, 1, 0)]
    [InlineData(2, 5, 12, 9, 0)]
    [InlineData(2, 5, 12, 9, 30)]
    [InlineData(1, 64, 40, 40, 3)]
    [InlineData(3, 19, 33, 32, -5)]
    public void InstanceNormIsTheStepsInValueAndGradient(int samples, int channels, int height, int width, double mean)
    {
        using var scope = NewDisposeScope();
        var (x, scale, shift, slope) = Draw(samples, channels, height, width, mean);
        foreach (var layout in new[] { x, ChannelsLast.Of(x), x.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2) })
        {
            Tensor[] leaves = [.. new[] { layout, scale, shift }.Select(tensor => tensor.detach().requires_grad_())];
            Tensor[] exact = [.. new[] { layout, scale, shift }.Select(tensor => tensor.to(ScalarType.Float64).detach().requires_grad_())];
            var (y, reference) = (FusedKernels.InstanceNorm(leaves[0], leaves[1], leaves[2], Epsilon), Steps(exact[0], exact[1], exact[2]));
            Assert.True(ChannelsLast.Is(y));
            AssertClose(reference, y, 2e-5);
            var gradients = autograd.grad([y], leaves, [slope]).Zip(autograd.grad([reference], exact, [slope.to(ScalarType.Float64)]));
            foreach (var (found, expected) in gradients)
                AssertClose(expected, found, 2e-5);
        }
    }

    [Fact]
    public void InstanceNormWithoutGradientsIsTheSame()
    {
        using var scope = NewDisposeScope();
        var (x, scale, shift, _) = Draw(2, 20, 31, 40, 1);
        var expected = FusedKernels.InstanceNorm(x.requires_grad_(), scale, shift, Epsilon);
        Assert.True(expected.requires_grad);
        using var no = no_grad();
        var found = FusedKernels.InstanceNorm(x, scale, shift, Epsilon);
        Assert.False(found.requires_grad);
        Assert.True(expected.allclose(found, 0, 0));
    }

    // 300 places: two whole parts of the rows and a short one.
    [Theory]
    [InlineData(2, 300, 4, 32)]
    [InlineData(1, 7, 1, 3)]
    public void AttentionIsTheSteps(int samples, int places, int keys, int channels)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (2 * randn(samples, places, keys), randn(samples, keys, places).transpose(1, 2), randn(samples, places, channels));
        AssertClose(nn.functional.softmax(q.bmm(k.transpose(1, 2)), 2).bmm(v), FusedKernels.Attention(q, k, v), 1e-5);
    }

    [Fact]
    public void TheBitsDoNotDependOnTheThreads()
    {
        using var scope = NewDisposeScope();
        var (x, scale, shift, slope) = Draw(2, 20, 80, 41, 1);
        var (q, k, v) = (randn(1, 1000, 4), randn(1, 1000, 4), randn(1, 1000, 32));
        int threads = get_num_threads();
        try
        {
            var runs = new[] { 1, 2, 3 }.Select(Run).ToArray();
            foreach (var run in runs[1..])
                Assert.All(runs[0].Zip(run), pair => Assert.Equal(pair.First, pair.Second));
        }
        finally
        {
            set_num_threads(threads);
        }

        float[][] Run(int count)
        {
            set_num_threads(count);
            Tensor[] leaves = [.. new[] { x, scale, shift }.Select(tensor => tensor.detach().requires_grad_())];
            var y = FusedKernels.InstanceNorm(leaves[0], leaves[1], leaves[2], Epsilon);
            Tensor[] results = [y.detach(), FusedKernels.Attention(q, k, v), .. autograd.grad([y], leaves, [slope])];
            return [.. results.Select(tensor => tensor.contiguous().data<float>().ToArray())];
        }
    }

    [Fact]
    public void WhatTheyDoNotTakeIsNamed()
    {
        using var scope = NewDisposeScope();
        var (x, scale, shift, _) = Draw(2, 5, 4, 4, 0);
        Assert.True(FusedKernels.Take(x, scale, shift));
        Assert.False(FusedKernels.Take(x, scale.to(ScalarType.Float64)));
        Expect("takes maps (B,C,H,W), not [2, 5]", () => FusedKernels.InstanceNorm(scale, scale, shift, Epsilon));
        Expect("takes a scale and a shift of each sample and channel of [2, 5, 4, 4], not [1, 5]", () => FusedKernels.InstanceNorm(x, scale, shift.narrow(0, 0, 1), Epsilon));
        Expect("takes float32, not Double", () => FusedKernels.InstanceNorm(x.to(ScalarType.Float64), scale, shift, Epsilon));
        Expect("takes (B,P,D) twice and (B,P,C), not [2, 5, 4, 4]", () => FusedKernels.Attention(x, x, x));

        var leaf = x.requires_grad_();
        var y = FusedKernels.InstanceNorm(leaf, scale, shift, Epsilon);
        Expect("has no second derivative", () => autograd.grad([y.square().sum()], [leaf], create_graph: true));

        static void Expect(string sentence, Action call) => Assert.Contains(sentence, Assert.Throws<ExternalException>(call).Message);
    }

    static (Tensor X, Tensor Scale, Tensor Shift, Tensor Slope) Draw(int samples, int channels, int height, int width, double mean)
    {
        using var generator = new Generator(7);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        return (Normal(samples, channels, height, width) + mean, Normal(samples, channels), Normal(samples, channels), Normal(samples, channels, height, width));
    }

    static Tensor Steps(Tensor x, Tensor scale, Tensor shift)
    {
        var centred = x - x.mean([2, 3], keepdim: true);
        return centred * (centred.square().mean([2, 3], keepdim: true) + Epsilon).rsqrt() * scale.unsqueeze(2).unsqueeze(3) + shift.unsqueeze(2).unsqueeze(3);
    }

    static void AssertClose(Tensor expected, Tensor found, double tolerance)
    {
        double largest = (expected - found).abs().max().to(ScalarType.Float64).item<double>(), size = Math.Max(1, expected.abs().max().to(ScalarType.Float64).item<double>());
        Assert.True(largest <= tolerance * size, $"differs by {largest:g3} of {size:g3}");
    }
}
