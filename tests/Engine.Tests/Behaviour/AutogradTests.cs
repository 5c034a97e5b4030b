using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Behaviour;

public sealed class AutogradTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void GradientsAddUpUntilTheyAreZeroed()
    {
        var x = tensor([1f, 2f], requires_grad: true);
        Assert.Null(x.grad);
        x.square().sum().backward();
        x.square().sum().backward();
        Assert.Equal([4f, 8f], x.grad!.data<float>().ToArray());
        x.grad!.zero_();
        Assert.Equal(0, x.grad!.sum().item<float>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void DetachCutsTheGraphAndSharesTheNumbers()
    {
        var x = tensor([1f, 2f], requires_grad: true);
        var y = (x * 2).detach();
        Assert.False(y.requires_grad);
        (x * y).sum().backward();
        Assert.Equal([2f, 4f], x.grad!.data<float>().ToArray());
        var z = x * 3;
        Assert.Same(z, z.detach_());
        Assert.True(z.is_leaf && !z.requires_grad);
        Assert.Same(y, y.requires_grad_());
        Assert.Same(y, y.with_requires_grad(false));
    }

    [Fact]
    public void NoGradAndInferenceModeEndWithTheirBlocks()
    {
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad()) Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True(is_grad_enabled());
        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.False(is_inference_mode_enabled());
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void AnExceptionEndsNoGradToo()
    {
        Assert.Throws<InvalidOperationException>((Action)(() =>
        {
            using var mode = no_grad();
            throw new InvalidOperationException();
        }));
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void GradLeavesTheInputsOwnGradientsAlone()
    {
        var x = tensor([1f, 2f], requires_grad: true);
        var unused = ones(1, requires_grad: true);
        var y = x.pow(3).sum();
        var gradients = autograd.grad([y], [x, unused], retain_graph: true, allow_unused: true);
        Assert.Equal([3f, 12f], gradients[0].data<float>().ToArray());
        Assert.Null(gradients[1]);
        Assert.Null(x.grad);
        Assert.ThrowsAny<Exception>(() => autograd.grad([y], [unused]));
    }

    [Fact]
    public void GradientsOfGradients()
    {
        var x = tensor([2f], requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        first.sum().backward();
        Assert.Equal(12, x.grad!.item<float>());
    }

    [Fact]
    public void AGraphServesOnceUnlessRetained()
    {
        var x = ones(2, requires_grad: true);
        var y = x.exp().sum();
        y.backward(retain_graph: true);
        y.backward();
        var error = Assert.ThrowsAny<Exception>(y.backward);
        Assert.StartsWith("backward: ", error.Message);
        Assert.Contains("second time", error.Message);
    }

    [Fact]
    public void AnIntermediateKeepsItsGradientWhenAsked()
    {
        var x = ones(2, requires_grad: true);
        var hidden = x * 2;
        hidden.retain_grad();
        hidden.square().sum().backward();
        Assert.Equal([4f, 4f], hidden.grad!.data<float>().ToArray());
    }
}
