using TorchSharp;
using TorchSharp.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

/// <summary>Buckets that are sent during backward, held to one all-reduce a parameter after it.</summary>
public sealed class GradientBucketsTests
{
    const int Width = 40;

    static Parameter Weight(int layer) => new(arange(0, Width * Width, dtype: float32).mul(0.7 + layer).sin().mul(0.2).reshape(Width, Width));

    // A chain of layers, one of them used twice, and a parameter that nothing uses.
    sealed class Chain
    {
        public Parameter[] Parameters { get; } = [.. Enumerable.Range(0, 4).Select(Weight), new(ones(3))];

        public void Backward(int rank, int part = 0)
        {
            using var scope = NewDisposeScope();
            var x = arange(0, 3 * Width, dtype: float32).mul(1.3 + rank + 10 * part).cos().reshape(3, Width);
            foreach (int layer in new[] { 0, 1, 2, 1, 3 }) x = x.mm(Parameters[layer]).tanh();
            x.pow(2).mean().backward();
        }

        public float[][] Gradients() => [.. Parameters.Select(parameter => parameter.grad is { } gradient ? gradient.data<float>().ToArray() : [])];

        public void Reset() => Array.ForEach(Parameters, parameter => parameter.grad = null);
    }

    static float[][] Reference(ProcessGroup group, Chain chain)
    {
        foreach (var gradient in chain.Parameters.Select(parameter => parameter.grad).OfType<Tensor>())
        {
            gradient.div_(group.Size);
            using var work = group.AllReduce(gradient);
            work.Wait();
        }
        return chain.Gradients();
    }

    static void Finish(GradientBuckets buckets)
    {
        while (!buckets.Wait(TimeSpan.FromSeconds(10)))
        {
        }
    }

    // Two ranks: a sum of two numbers is the same in any order, so the bits must be.
    [Theory, InlineData(true), InlineData(false)]
    public void BucketsGiveTheBitsOfOneAllReduceAParameterAfterBackward(bool armed) => Circle.Run(2, group =>
    {
        var chain = new Chain();
        using var buckets = new GradientBuckets(group, chain.Parameters, bytes: 4 * Width * Width);
        Assert.Equal(4, buckets.Count); // the small last parameter shares one
        for (int step = 0; step < 3; step++)
        {
            chain.Reset();
            chain.Backward(group.Rank, step);
            var expected = Reference(group, chain);
            chain.Reset();
            if (armed) buckets.Arm();
            chain.Backward(group.Rank, step);
            buckets.Send();
            Finish(buckets);
            Assert.Equal(expected, chain.Gradients());
            Assert.Null(chain.Parameters[4].grad);
        }
    });

    [Fact]
    public void BucketsGoWhileBackwardRuns() => Circle.Run(2, group =>
    {
        var chain = new Chain();
        using var buckets = new GradientBuckets(group, chain.Parameters[..4], bytes: 4 * Width * Width);
        buckets.Arm();
        chain.Backward(group.Rank);
        Assert.Equal(4, buckets.Send());
        Finish(buckets);
        chain.Backward(group.Rank);
        Assert.Equal(0, buckets.Send()); // nobody armed them
        Finish(buckets);
    });

    [Fact]
    public void OfAnAccumulatedGradientTheLastBackwardSendsTheWhole() => Circle.Run(2, group =>
    {
        var chain = new Chain();
        using var buckets = new GradientBuckets(group, chain.Parameters);
        chain.Backward(group.Rank, part: 0);
        chain.Backward(group.Rank, part: 1);
        var expected = Reference(group, chain);
        chain.Reset();
        chain.Backward(group.Rank, part: 0);
        buckets.Arm();
        chain.Backward(group.Rank, part: 1);
        buckets.Send();
        Finish(buckets);
        Assert.Equal(expected, chain.Gradients());
    });

    [Fact]
    public void FrozenParametersCanBeThawedLater() => Circle.Run(2, group =>
    {
        var chain = new Chain();
        foreach (var parameter in chain.Parameters) parameter.requires_grad_(false);
        using var buckets = new GradientBuckets(group, chain.Parameters[..4], bytes: 4 * Width * Width);
        Assert.All(chain.Parameters, parameter => Assert.False(parameter.requires_grad));
        foreach (var parameter in chain.Parameters) parameter.requires_grad_(true);
        buckets.Arm();
        chain.Backward(group.Rank);
        Assert.Equal(4, buckets.Send());
        Finish(buckets);
    });

    [Fact]
    public void WithoutItsBucketsAParameterLearnsAlone() => Circle.Run(2, group =>
    {
        var chain = new Chain();
        new GradientBuckets(group, chain.Parameters).Dispose();
        chain.Backward(group.Rank);
        var alone = chain.Gradients();
        chain.Reset();
        chain.Backward(group.Rank);
        Assert.Equal(alone, chain.Gradients());
    });

    [Fact]
    public void OnlyFloat32LeavesAreTaken() => Circle.Run(1, group =>
        Assert.Contains("is no float32 leaf", Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => new GradientBuckets(group, [new Parameter(ones([2], float64))])).Message));
}
