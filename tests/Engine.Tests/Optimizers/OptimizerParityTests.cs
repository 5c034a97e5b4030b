using TorchSharp.Libtorch;
using TorchSharp.Modules;

namespace Engine.Tests.Optimizers;

public sealed class OptimizerParityTests
{
    public static TheoryData<int> Runs => [.. Enumerable.Range(0, PyTorchRun.Runs.Count())];

    [Theory, MemberData(nameof(Runs))]
    public void TwentyStepsEndWherePyTorchDoes(int index)
    {
        var run = PyTorchRun.Runs.ElementAt(index);
        var parameters = PyTorchRun.Start();
        using var optimizer = PyTorchRun.Make(run, parameters);
        var compared = 0;
        for (var step = 1; step <= 20; step++)
        {
            PyTorchRun.SetGradients(parameters, step);
            optimizer.step();
            if (!run.GetProperty("after").TryGetProperty($"{step}", out var expected)) continue;
            for (var k = 0; k < parameters.Length; k++)
            {
                Compare.Near(PyTorchRun.Floats(expected[k]), Compare.Floats(parameters[k]), 1e-5f, $"{run.GetProperty("optimizer")}, step {step}, parameter {k}");
                compared++;
            }
        }
        Assert.Equal(12, compared);
    }

    [Theory, MemberData(nameof(Runs))]
    public void ListOperatorsGiveTheBitsOfThePerTensorReference(int index)
    {
        var run = PyTorchRun.Runs.ElementAt(index);
        Parameter[] slow = PyTorchRun.Start(), fast = PyTorchRun.Start();
        using var reference = PyTorchRun.Make(run, slow, AdamKernel.PerTensor);
        using var optimizer = PyTorchRun.Make(run, fast, AdamKernel.Foreach);
        for (var step = 1; step <= 20; step++)
        {
            PyTorchRun.SetGradients(slow, step);
            PyTorchRun.SetGradients(fast, step);
            reference.step();
            optimizer.step();
        }
        for (var k = 0; k < slow.Length; k++) Assert.Equal(Compare.Floats(slow[k]), Compare.Floats(fast[k]));
    }
}
