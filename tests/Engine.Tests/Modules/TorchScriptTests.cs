using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Modules;

public sealed class TorchScriptTests
{
    static readonly JsonElement expected = JsonDocument.Parse(File.ReadAllBytes(Fixture("expected.json"))).RootElement;

    static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures/TorchScript", name);

    static Tensor Of(string name, params long[] shape) => tensor([.. expected.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())]).reshape(shape);

    [Fact]
    public void AScriptAnswersAsInPython()
    {
        using var script = jit.load<Tensor, Tensor>(Fixture("picture.pt"));
        Assert.False(script.training);
        Assert.True(script.call(Of("x", 2, 3, 5, 5)).allclose(Of("eval", 2, 4, 3, 3), 1e-5, 1e-6));
        Assert.True(((Tensor)jit.load(Fixture("picture.pt"), CPU).forward(Of("x", 2, 3, 5, 5))).allclose(Of("eval", 2, 4, 3, 3), 1e-5, 1e-6));
    }

    [Fact]
    public void TrainingModeReachesTheScriptAndItsBuffers()
    {
        using var script = jit.load<Tensor, Tensor>(Fixture("picture.pt"));
        using var before = script.get_buffer("norm.running_mean")!.clone();
        script.train();
        Assert.True(script.training);
        Assert.True(script.call(Of("x", 2, 3, 5, 5)).allclose(Of("train", 2, 4, 3, 3), 1e-5, 1e-6));
        Assert.False(script.get_buffer("norm.running_mean")!.allclose(before));
        script.eval();
        Assert.False(script.training);
    }

    [Fact]
    public void ParametersHaveTheirNamesAndTakeGradients()
    {
        using var script = jit.load<Tensor, Tensor>(Fixture("picture.pt"));
        Assert.Equal(expected.GetProperty("parameters").EnumerateObject().Select(one => one.Name), script.named_parameters().Select(one => one.name));
        script.call(Of("x", 2, 3, 5, 5)).sum().backward();
        Assert.All(script.parameters(), parameter => Assert.NotNull(parameter.grad));
        using var optimizer = optim.SGD(script.parameters(), 0.1);
        using var before = script.call(Of("x", 2, 3, 5, 5));
        optimizer.step();
        Assert.False(script.call(Of("x", 2, 3, 5, 5)).allclose(before));
    }

    [Fact]
    public void AnotherTypeReachesTheScript()
    {
        using var script = jit.load<Tensor, Tensor>(Fixture("picture.pt")).to(float64);
        var answer = script.call(Of("x", 2, 3, 5, 5).to(float64));
        Assert.Equal(float64, answer.dtype);
        Assert.True(answer.to(float32).allclose(Of("eval", 2, 4, 3, 3), 1e-5, 1e-6));
    }

    [Fact]
    public void SeveralResultsComeAsATupleOrAnArray()
    {
        Tensor a = Of("a", 4, 3), b = Of("b", 4, 2);
        using var typed = jit.load<Tensor, Tensor, (Tensor, Tensor)>(Fixture("pair.pt"));
        var (first, second) = typed.call(a, b);
        Assert.True(first.allclose(Of("first", 4, 2), 1e-5, 1e-6));
        Assert.Equal(expected.GetProperty("second").GetSingle(), second.item<float>(), 1e-5);
        using var many = jit.load<Tensor[]>(Fixture("pair.pt"));
        Assert.Equal(2, many.call(a, b).Length);
    }

    [Fact]
    public void NumbersPassToo()
    {
        using var parts = jit.load(Fixture("parts.pt"));
        var answer = Assert.IsType<Tensor[]>(parts.call(ones(2), 3));
        Assert.Equal([0f, 2f, 4f], answer.Select(part => part.sum().item<float>()));
    }

    [Fact]
    public void WhatTheScriptRaisesIsAnException()
    {
        using var parts = jit.load(Fixture("parts.pt"));
        var error = Assert.Throws<ExternalException>(() => parts.call(ones(2), 0));
        Assert.StartsWith("ScriptModule.forward: ", error.Message);
        Assert.Contains("count is too small", error.Message);
    }

    [Fact]
    public void AWrongResultTypeIsNamed()
    {
        using var script = jit.load<Tensor, Tensor, Tensor>(Fixture("pair.pt"));
        var error = Assert.Throws<InvalidCastException>(() => script.call(Of("a", 4, 3), Of("b", 4, 2)));
        Assert.Equal("The TorchScript module \"pair\" returned (Tensor, Tensor), expected Tensor.", error.Message);
    }

    [Fact]
    public void AMissingFileAndAFileOfAnotherKindAreNamed()
    {
        Assert.StartsWith("nowhere.pt is missing.", Assert.Throws<FileNotFoundException>(() => jit.load("nowhere.pt")).Message);
        Assert.Contains("expected.json", Assert.Throws<ExternalException>(() => jit.load(Fixture("expected.json"))).Message);
    }

    [Fact]
    public void ADisposedScriptSaysSo()
    {
        var script = jit.load<Tensor, Tensor>(Fixture("picture.pt"));
        script.Dispose();
        Assert.Throws<ObjectDisposedException>(() => script.call(ones(1, 3, 5, 5)));
    }
}
