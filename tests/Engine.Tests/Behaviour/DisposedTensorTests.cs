using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Behaviour;

/// <summary>A disposed tensor answers with ObjectDisposedException, whichever way it is touched; the process never crashes.</summary>
public sealed class DisposedTensorTests
{
    static readonly Dictionary<string, Action<Tensor>> uses = new()
    {
        ["Handle"] = gone => _ = gone.Handle,
        ["dtype"] = gone => _ = gone.dtype,
        ["ndim"] = gone => _ = gone.ndim,
        ["shape"] = gone => _ = gone.shape,
        ["stride"] = gone => gone.stride(),
        ["storage_offset"] = gone => gone.storage_offset(),
        ["NumberOfElements"] = gone => _ = gone.NumberOfElements,
        ["device"] = gone => _ = gone.device,
        ["is_contiguous"] = gone => gone.is_contiguous(),
        ["requires_grad"] = gone => _ = gone.requires_grad,
        ["requires_grad = true"] = gone => gone.requires_grad = true,
        ["is_leaf"] = gone => _ = gone.is_leaf,
        ["grad"] = gone => _ = gone.grad,
        ["grad = null"] = gone => gone.grad = null,
        ["grad = gone"] = gone => ones(2, 2).grad = gone,
        ["backward"] = gone => gone.backward(),
        ["retain_grad"] = gone => gone.retain_grad(),
        ["detach"] = gone => gone.detach(),
        ["alias"] = gone => gone.alias(),
        ["self of an operator"] = gone => gone.add(1),
        ["argument of an operator"] = gone => ones(2, 2).add(gone),
        ["right of +"] = gone => _ = ones(2, 2) + gone,
        ["self in place"] = gone => gone.add_(1),
        ["argument in place"] = gone => ones(2, 2).add_(gone),
        ["to"] = gone => gone.to(ScalarType.Float64),
        ["in a list"] = gone => cat([ones(2, 2), gone]),
        ["optional argument"] = gone => functional.linear(ones(2, 2), ones(2, 2), gone),
        ["index"] = gone => _ = gone[0],
        ["index tensor"] = gone => _ = ones(2, 2)[gone],
        ["indexed by TensorIndex"] = gone => _ = ones(2, 2)[TensorIndex.Tensor(gone)],
        ["value of an assignment"] = gone => ones(2, 2)[0] = gone,
        ["item"] = gone => gone.item<float>(),
        ["data"] = gone => gone.data<float>(),
        ["bytes"] = gone => _ = gone.bytes,
        ["ToString of numbers"] = gone => gone.ToString(TensorStringStyle.Numpy),
        ["Equals"] = gone => gone.Equals(ones(2, 2)),
        ["autograd.grad output"] = gone => autograd.grad([gone], [ones(1, requires_grad: true)]),
        ["autograd.grad input"] = gone => autograd.grad([ones(1, requires_grad: true) * 2], [gone]),
        ["autograd.grad weight"] = gone => autograd.grad([ones(1, requires_grad: true) * 2], [ones(1, requires_grad: true)], [gone]),
        ["parameter"] = gone => _ = new TorchSharp.Modules.Parameter(gone),
        ["set_rng_state"] = gone => set_rng_state(gone),
        ["two results"] = gone => gone.max(0),
        ["list of results"] = gone => gone.chunk(2),
        ["WriteBytesToStream"] = gone => gone.WriteBytesToStream(Stream.Null),
        ["DecoupleFromNativeHandle"] = gone => gone.DecoupleFromNativeHandle(),
    };

    public static TheoryData<string> Uses => [.. uses.Keys];

    [Theory]
    [MemberData(nameof(Uses))]
    public void UseAfterDisposeThrows(string use)
    {
        using var scope = NewDisposeScope();
        var gone = ones(2, 2);
        gone.Dispose();
        var error = Assert.Throws<ObjectDisposedException>(() => uses[use](gone));
        Assert.Contains("Move it out of the scope", error.Message);
    }

    [Fact]
    public void ATensorMayBeDisposedTwiceAndPrinted()
    {
        var tensor = ones(2);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        tensor.Dispose();
        tensor.Dispose();
        Assert.Equal(live - 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(tensor.IsInvalid);
        Assert.Equal("a disposed tensor", tensor.ToString());
    }

    [Fact]
    public void AnAccessorOfADisposedTensorThrows()
    {
        var tensor = ones(2);
        var accessor = tensor.data<float>();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => accessor[0]);
        Assert.Throws<ObjectDisposedException>(() => accessor.ToArray());
    }

    [Fact]
    public void ADisposedGeneratorThrows()
    {
        var generator = new Generator(1);
        generator.Dispose();
        generator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => generator.get_state());
        Assert.Throws<ObjectDisposedException>(() => rand(2, generator: generator));
    }

    [Fact]
    public void ViewsAndGraphsOutliveTheTensorTheyComeFrom()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(4, requires_grad: true);
        var hidden = leaf * 3;
        var loss = hidden.square().sum();
        var view = hidden[1..];
        hidden.Dispose();
        loss.backward();
        Assert.Equal(9, view.sum().item<float>());
        Assert.Equal(18, leaf.grad![0].item<float>());
    }
}
