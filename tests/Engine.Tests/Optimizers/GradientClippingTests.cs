using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Optimizers;

public sealed class GradientClippingTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, PyTorchRun.Fixture.GetProperty("clipping").GetArrayLength())];

    [Theory, MemberData(nameof(Rows))]
    public void NormAndClippedGradientsArePyTorchs(int index)
    {
        var row = PyTorchRun.Fixture.GetProperty("clipping")[index];
        var order = row.GetProperty("order").ValueKind == System.Text.Json.JsonValueKind.String ? double.PositiveInfinity : row.GetProperty("order").GetDouble();
        var parameters = PyTorchRun.Start();
        PyTorchRun.SetGradients(parameters, 1);
        var norm = nn.utils.clip_grad_norm_(parameters, row.GetProperty("max_norm").GetDouble(), order);
        Assert.Equal(row.GetProperty("norm").GetDouble(), norm, 1e-5);
        for (var k = 0; k < parameters.Length; k++)
            Compare.Near(PyTorchRun.Floats(row.GetProperty("clipped")[k]), Compare.Floats(parameters[k].grad!), 1e-6f, $"gradient {k}");
    }

    [Fact]
    public void NoGradientsHaveNormZero() => Assert.Equal(0, nn.utils.clip_grad_norm_([new Parameter(ones(2))], 1));

    [Fact]
    public void ValuesAreKeptWithinTheBound()
    {
        var parameters = PyTorchRun.Start();
        PyTorchRun.SetGradients(parameters, 1);
        float[] before = Compare.Floats(parameters[0].grad!);
        nn.utils.clip_grad_value_(parameters, 0.5);
        Assert.Equal(before.Select(value => Math.Clamp(value, -0.5f, 0.5f)), Compare.Floats(parameters[0].grad!));
    }

    [Fact]
    public void ParametersToAVectorAndBackAreTheSameBits()
    {
        Parameter[] from = PyTorchRun.Start(), to = [.. from.Select(parameter => new Parameter(zeros(parameter.shape)))];
        using var vector = nn.utils.parameters_to_vector(from);
        Assert.Equal([18], vector.shape);
        nn.utils.vector_to_parameters(vector, to);
        for (var k = 0; k < from.Length; k++) Assert.Equal(Compare.Floats(from[k]), Compare.Floats(to[k]));
        var error = Assert.Throws<ArgumentException>(() => nn.utils.vector_to_parameters(zeros(17), to));
        Assert.Equal("A vector of size (17) was given, expected (18): the parameters have so many elements together.", error.Message);
    }
}
