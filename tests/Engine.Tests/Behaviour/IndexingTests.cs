using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Behaviour;

/// <summary>tensor[...] as Python has it. The tensor is 0..23 as (2,3,4).</summary>
public sealed class IndexingTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();
    readonly Tensor t = arange(24, ScalarType.Int64).reshape(2, 3, 4);

    public void Dispose() => scope.Dispose();

    static void Holds(Tensor tensor, long[] shape, params long[] values)
    {
        Assert.Equal(shape, tensor.shape);
        Assert.Equal(values, tensor.data<long>().ToArray());
    }

    [Fact]
    public void NumbersPickAndDropADimension()
    {
        Holds(t[1], [3, 4], 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
        Holds(t[1, 2], [4], 20, 21, 22, 23);
        Holds(t[1, 2, 3], [], 23);
        Holds(t[-1, -3, -4], [], 12);
        Holds(t[^1, ^1, ^2], [], 22);
    }

    [Fact]
    public void RangesKeepTheDimension()
    {
        Holds(t[0, 1..], [2, 4], 4, 5, 6, 7, 8, 9, 10, 11);
        Holds(t[0, 0, ..2], [2], 0, 1);
        Holds(t[0, 0, 1..^1], [2], 1, 2);
        Holds(t[0, 0, ^3..], [3], 1, 2, 3);
        Holds(t[.., 1, 2], [2], 6, 18);
        Holds(t[0, 0, TensorIndex.Slice(null, null, 2)], [2], 0, 2);
        Holds(t[0, 0, TensorIndex.Slice(1, -1)], [2], 1, 2);
        Holds(t[0, 0, TensorIndex.Slice((1, 3))], [2], 1, 2);
        Holds(t[0, 0, 2..2], [0]);
        Holds(t[0, 0, 1..100], [3], 1, 2, 3);
    }

    [Fact]
    public void EllipsisStandsForWhatIsLeft()
    {
        Holds(t[TensorIndex.Ellipsis, 0], [2, 3], 0, 4, 8, 12, 16, 20);
        Holds(t[1, TensorIndex.Ellipsis, 0], [3], 12, 16, 20);
        Holds(t[1, TensorIndex.Ellipsis, 2, 0], [], 20);
    }

    [Fact]
    public void NoneMakesADimension()
    {
        Assert.Equal([2, 1, 3, 4], t[.., TensorIndex.None].shape);
        Assert.Equal([2, 3, 4, 1, 1], t[TensorIndex.Ellipsis, TensorIndex.None, TensorIndex.None].shape);
        Holds(t[0, TensorIndex.None, 1, 2..], [1, 2], 6, 7);
    }

    [Fact]
    public void IndexTensorsGatherAndMasksSelect()
    {
        Holds(t[1][tensor([2L, 0L])], [2, 4], 20, 21, 22, 23, 12, 13, 14, 15);
        Holds(t[TensorIndex.Colon, TensorIndex.Tensor(tensor([2L, 0L])), 1], [2, 2], 9, 1, 21, 13);
        Holds(t[tensor([0L, 1L]), tensor([1L, 2L])], [2, 4], 4, 5, 6, 7, 20, 21, 22, 23);
        Holds(t[t > 20], [3], 21, 22, 23);
        Holds(t[0, TensorIndex.Tensor(tensor([true, false, true])), 0], [2], 0, 8);
    }

    [Fact]
    public void AnIndexedViewSharesItsNumbers()
    {
        t[0, 1].fill_(-1);
        Holds(t[0, 1, ..2], [2], -1, -1);
    }

    [Fact]
    public void AssignmentsWriteThroughEveryKindOfIndex()
    {
        t[0, 0] = tensor([9L, 8L, 7L, 6L]);
        Holds(t[0, 0], [4], 9, 8, 7, 6);
        t[1, 0, 0] = tensor(-5L);
        Holds(t[1, 0, 0], [], -5);
        t[.., 1..2] = tensor(0L);
        Holds(t[.., 1], [2, 4], 0, 0, 0, 0, 0, 0, 0, 0);
        t[t > 20] = tensor(20L);
        Assert.Equal(20, t.max().item<long>());
        t[TensorIndex.Tensor(tensor([1L])), 2] = tensor(1L);
        Holds(t[1, 2], [4], 1, 1, 1, 1);
        t[TensorIndex.Ellipsis] = tensor(3L);
        Assert.Equal(72, t.sum().item<long>());
    }

    [Fact]
    public void IndexingLeavesNoTensorBehind()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (t[0, 1.., TensorIndex.None, 2]) Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        t[0, 1..] = 5;
        Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount <= before + 1, "an assignment kept more than the number it was given");
    }

    [Fact]
    public void AWholeIndexIsAnotherHandle()
    {
        using var whole = t[TensorIndex.Ellipsis];
        Assert.NotSame(t, whole);
        whole.Dispose();
        Assert.Equal(24, t.numel());
    }

    [Fact]
    public void WrongIndicesSaySo()
    {
        Assert.Contains("out of range", Assert.ThrowsAny<Exception>(() => t[2]).Message);
        Assert.ThrowsAny<Exception>(() => t[0, 0, 0, 0]);
    }
}
