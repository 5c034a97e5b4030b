using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Optimizers;

public sealed class OptimizerBehaviourTests
{
    [Fact]
    public void AThousandStepsLeaveNoTensorBehind()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(randn(4, 3)), new(randn(7))];
        using var optimizer = optim.Adam(parameters, weight_decay: 0.1, amsgrad: true);
        long live = 0;
        for (var step = 0; step < 1000; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            parameters.Aggregate(zeros(1), (sum, parameter) => sum + parameter.pow(2).sum()).backward();
            optimizer.step();
            if (step == 0) live = scope.DisposablesCount;
            Assert.Equal(live, scope.DisposablesCount);
        }
    }

    [Fact]
    public void AStepOutsideAnyScopeLeavesNoTensorBehind()
    {
        var parameter = new Parameter(ones(5));
        using var optimizer = optim.AdamW([parameter], maximize: true, weight_decay: 0.1);
        using (var loss = parameter.sum()) loss.backward();
        optimizer.step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        optimizer.step();
        optimizer.zero_grad();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void ZeroGradKeepsTheGradientAndClearsIt()
    {
        var parameter = new Parameter(ones(2));
        using var optimizer = optim.SGD([parameter], 0.1);
        parameter.sum().backward();
        optimizer.zero_grad();
        Assert.Equal([0f, 0f], Compare.Floats(parameter.grad!));
    }

    [Fact]
    public void StepReturnsTheLossOfItsClosure()
    {
        var parameter = new Parameter(ones(2));
        using var optimizer = optim.SGD([parameter], 0.5);
        using var guard = no_grad(); // the closure sees gradients all the same
        var loss = optimizer.step(() =>
        {
            var sum = parameter.sum();
            sum.backward();
            return sum;
        });
        Assert.Equal(2, loss!.item<float>());
        Assert.Equal([0.5f, 0.5f], Compare.Floats(parameter));
    }

    [Fact]
    public void AnOptimiserFollowsItsModuleToAnotherType()
    {
        var linear = nn.Linear(2, 2);
        using var optimizer = optim.SGD(linear.parameters(), 0.1);
        linear.to(float64);
        linear.call(ones([1, 2], float64)).sum().backward();
        var before = linear.weight!.detach().clone();
        optimizer.step();
        Assert.False(before.allclose(linear.weight!));
    }

    [Fact]
    public void AParameterTwiceInTheGroupsIsRefused()
    {
        var parameter = new Parameter(ones(2, 3));
        var error = Assert.Throws<ArgumentException>(() => optim.Adam([parameter, parameter]));
        Assert.Equal("A parameter of size (2, 3) appears twice in the optimiser's groups. Expected each parameter once.", error.Message);
    }

    [Fact]
    public void AnEmptyGroupIsRefused() =>
        Assert.StartsWith("The optimiser got an empty parameter group.", Assert.Throws<ArgumentException>(() => optim.Adam(Array.Empty<Parameter>())).Message);

    [Theory]
    [InlineData(-1, 0.9, "lr is -1, expected 0 or more.")]
    [InlineData(0.1, 1, "beta1 is 1, expected 0 or more and under 1.")]
    public void ANumberOutOfRangeIsNamed(double lr, double beta1, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<ArgumentOutOfRangeException>(() => optim.Adam([new Parameter(ones(1))], lr, beta1)).Message);

    [Fact]
    public void GroupsFillInTheDefaultsOfTheOptimiser()
    {
        var group = new Adam.ParamGroup([new Parameter(ones(1))], new Adam.Options { beta1 = 0.5 });
        using var optimizer = optim.Adam([group], lr: 0.25, beta2: 0.99);
        Assert.Equal((0.5, 0.99), group.Betas);
        Assert.Equal(0.25, optimizer.ParamGroups.Single().LearningRate);
        optimizer.Betas = (0, 0.9);
        Assert.Equal((0, 0.9), group.Betas);
    }
}
