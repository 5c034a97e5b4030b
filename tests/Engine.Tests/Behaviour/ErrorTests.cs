using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Behaviour;

/// <summary>libtorch's errors arrive as exceptions that name the operator, in its own words and without its stack.</summary>
public sealed class ErrorTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    static string Message(Func<object?> wrong)
    {
        var error = Assert.Throws<ExternalException>(() => { _ = wrong(); });
        Assert.DoesNotContain("frame #", error.Message);
        Assert.DoesNotContain("Exception raised from", error.Message);
        Assert.DoesNotContain(".cpp:", error.Message);
        return error.Message;
    }

    [Fact]
    public void AnErrorNamesItsOperatorAndKeepsLibtorchsSentence()
    {
        Assert.Equal("aten::mm: mat1 and mat2 shapes cannot be multiplied (3x4 and 3x4)", Message(() => ones(3, 4).mm(ones(3, 4))));
        Assert.StartsWith("aten::view: shape '[5]' is invalid", Message(() => ones(2, 2).view(5)));
        Assert.StartsWith("aten::conv2d: ", Message(() => functional.conv2d(ones(1, 3, 4, 4), ones(2, 2, 3, 3))));
        Assert.StartsWith("aten::cat: ", Message(() => cat([ones(2, 2), ones(3, 3)], 1)));
        Assert.StartsWith("aten::linalg_cholesky: ", Message(() => linalg.cholesky(-eye(2))));
        Assert.StartsWith("autograd.grad: ", Message(() => autograd.grad([ones(1)], [ones(1)])));
        Assert.StartsWith("requires_grad: ", Message(() => ones(2, dtype: ScalarType.Int64).requires_grad = true));
    }

    [Fact]
    public void AnErrorLeavesTheThreadUsable()
    {
        for (var k = 0; k < 100; k++) Message(() => ones(3, 4).mm(ones(3, 4)));
        Assert.Equal(12, ones(3, 4).sum().item<float>());
    }

    [Fact]
    public void AnUnknownOperatorIsSaidToBeUnknown() =>
        Assert.Contains("this libtorch has no operator aten::imagined", Message(() => TorchSharp.Door.Operators.Call("aten::imagined", ones(1))));

    [Fact]
    public void TooManyOrTooFewArgumentsAreCounted()
    {
        Assert.Contains("takes 1 arguments, not 2", Message(() => TorchSharp.Door.Operators.Call("aten::relu", ones(1), 2L)));
        Assert.Contains("\"other\" has no default", Message(() => TorchSharp.Door.Operators.Call("aten::add.Tensor", ones(1))));
    }

    [Fact]
    public void WrongArgumentsOfInterpolateAreExplained()
    {
        var x = ones(1, 1, 4, 4);
        Assert.Contains("neither size nor scale_factor", Assert.Throws<ArgumentException>(() => functional.interpolate(x)).Message);
        Assert.Contains("both size and scale_factor", Assert.Throws<ArgumentException>(() => functional.interpolate(x, [2, 2], [0.5, 0.5])).Message);
        Assert.Contains("1 numbers for 2 spatial dimensions", Assert.Throws<ArgumentException>(() => functional.interpolate(x, [2])).Message);
        Assert.Contains("align_corners is given with Nearest", Assert.Throws<ArgumentException>(() => functional.interpolate(x, [2, 2], align_corners: true)).Message);
        Assert.Contains("antialias with Nearest", Assert.Throws<ArgumentException>(() => functional.interpolate(x, [2, 2], antialias: true)).Message);
        Assert.Contains("Trilinear of a tensor of size (1, 1, 4, 4)", Assert.Throws<ArgumentException>(() => functional.interpolate(x, [2, 2], mode: InterpolationMode.Trilinear)).Message);
    }

    [Fact]
    public void DevicesAreParsedStrictly()
    {
        Assert.Equal((DeviceType.CUDA, 1), (device("cuda:1").type, device("cuda:1").index));
        Assert.Equal("cpu", CPU.ToString());
        Assert.Contains("no device type", Assert.Throws<ArgumentException>(() => device("gpu")).Message);
        Assert.Contains("no device", Assert.Throws<ArgumentException>(() => device("cuda:x")).Message);
    }
}
