using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class FlatParametersTests
{
    static readonly long[][] shapes = [[8, 3, 3, 3], [8], [5, 7], [1]];

    static Parameter[] Make() => [.. shapes.Select((shape, i) => new Parameter(Formula.Values($"weight.{i}", shape)))];

    [Fact]
    public void ParametersAndGradientsAreViewsThatKeepTheirNumbers()
    {
        using var scope = NewDisposeScope();
        var (parameters, before) = (Make(), Make());
        using var flat = new FlatParameters(parameters, last: parameter => parameter.ndim > 1);
        Assert.All(parameters.Zip(before), pair => Assert.True(pair.First.allclose(pair.Second, 0, 0)));
        Assert.Equal(2 * 16, flat.LastStart); // two vectors, each from a cache line on
        parameters.Aggregate(zeros(1), (sum, parameter) => sum.Add(parameter.Mul(2).sum())).backward();
        Assert.Equal(2 * shapes.Sum(shape => shape.Aggregate(1L, (a, b) => a * b)), flat.Gradients!.sum().item<float>());
        using var _ = no_grad();
        flat.Weights.Fill_(3);
        Assert.All(parameters, parameter => Assert.Equal(3, parameter.min().item<float>()));
    }

    [Fact]
    public void TenStepsAreThoseOfTorchSharpsAdam()
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Make(), Make());
        var settings = new OptimizerSettings { Beta1 = 0.5, Beta2 = 0.99, Epsilon = 1e-8 };
        using var player = new PlayerOptimizer("generator", ours, 1e-2, settings);
        var adam = optim.Adam(theirs, 1e-2, settings.Beta1, settings.Beta2, settings.Epsilon);
        for (var step = 0; step < 10; step++)
        {
            player.RateFactor = 1 - 0.05 * step;
            foreach (var group in adam.ParamGroups)
                group.LearningRate = 1e-2 * player.RateFactor;
            player.Begin();
            var terms = new LossSum();
            terms.Add("loss", 1, Loss(ours, step));
            player.Backward(terms, 1);
            player.Add(terms, 1, []);
            player.Step([]);
            adam.zero_grad();
            Loss(theirs, step).backward();
            adam.step();
        }
        Assert.Equal(10, player.Steps);
        Assert.All(ours.Zip(theirs), pair => Assert.True(pair.First.allclose(pair.Second, rtol: 1e-6, atol: 1e-7)));

        static Tensor Loss(Parameter[] parameters, int step) =>
            parameters.Select((parameter, i) => (parameter * Formula.Values($"slope.{i}.{step}", parameter.shape)).sum())
            .Aggregate((a, b) => a.Add(b));
    }

    [Fact]
    public void AMovingAverageIsTheFormulaOfEachNumberAndCopiesBuffers()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (live, copy) = (Make(), Make());
        using nn.Module own = nn.BatchNorm1d(4), other = nn.BatchNorm1d(4);
        using var flat = new FlatParameters(live, last: parameter => parameter.ndim > 1);
        using var average = new MovingAverage(flat, copy, [(own, other)], 0.9);
        var expected = live[2].clone();
        for (var step = 1; step <= 3; step++)
        {
            flat.Weights.Add_(1);
            own.buffers().First().Fill_(step);
            var decay = (step + 1.0) / (step + 10.0);
            expected = expected.Mul(decay).Add(live[2].Mul(1 - decay));
            average.Update(step);
        }
        Assert.True(copy[2].allclose(expected, 1e-6));
        Assert.Equal(3, other.buffers().First()[0].item<float>());
    }
}
