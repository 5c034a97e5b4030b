using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Behaviour;

public sealed class DisposeScopeTests
{
    [Fact]
    public void AScopeFreesWhatWasMadeInIt()
    {
        Tensor inside;
        using (var scope = NewDisposeScope())
        {
            inside = ones(3);
            Assert.Same(scope, CurrentDisposeScope);
            Assert.True(scope.Contains(inside));
        }
        Assert.True(inside.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void TensorsOfAnOuterScopeOutliveTheInner()
    {
        using var outer = NewDisposeScope();
        var before = ones(3);
        Tensor inside, moved;
        using (NewDisposeScope())
        {
            inside = before + 1;
            moved = (before + 2).MoveToOuterDisposeScope();
        }
        Assert.True(inside.IsInvalid);
        Assert.Equal(9, moved.sum().item<float>());
        Assert.True(outer.Contains(before) && outer.Contains(moved));
    }

    [Fact]
    public void MovedOutOfTheOutermostScopeATensorBelongsToNone()
    {
        Tensor kept, detached;
        using (NewDisposeScope())
        {
            kept = ones(2).MoveToOuterDisposeScope();
            detached = ones(2).DetachFromDisposeScope();
        }
        Assert.Equal(4, (kept + detached).sum().item<float>());
        kept.Dispose();
        detached.Dispose();
    }

    [Fact]
    public void ATensorMovesToAnyOtherScope()
    {
        using var first = NewDisposeScope();
        var anchor = ones(1);
        using var second = NewDisposeScope();
        using var third = NewDisposeScope();
        var byScope = ones(2).MoveToOtherDisposeScope(first);
        var byTensor = ones(2).MoveToOtherDisposeScope(anchor);
        var (a, b) = third.MoveToOther(second, ones(1), ones(1));
        third.Dispose();
        second.Dispose();
        Assert.True(a.IsInvalid && b.IsInvalid);
        Assert.False(byScope.IsInvalid || byTensor.IsInvalid);
        Assert.Equal(3, first.DisposablesCount);
    }

    [Fact]
    public void AttachTakesATensorIn()
    {
        var loose = ones(2);
        using (var scope = NewDisposeScope()) scope.Attach(loose);
        Assert.True(loose.IsInvalid);
    }

    [Fact]
    public void AnExceptionInsideAScopeFreesItsTensors()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<InvalidOperationException>((Action)(() =>
        {
            using var scope = NewDisposeScope();
            var a = ones(3, 4);
            _ = a + a;
            throw new InvalidOperationException();
        }));
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() =>
        {
            using var scope = NewDisposeScope();
            return ones(3, 4).mm(ones(3, 4));
        });
        Assert.Null(CurrentDisposeScope);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void DisposeEverythingEmptiesAScopeThatStaysOpen()
    {
        using var scope = NewDisposeScope();
        var (gone, kept) = (ones(1), ones(1));
        Assert.Same(kept, scope.DisposeEverythingBut(kept));
        Assert.True(gone.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
        scope.DisposeEverything();
        Assert.True(kept.IsInvalid);
        Assert.Equal(0, scope.DisposablesCount);
        Assert.True(scope.Contains(ones(1)));
    }

    [Fact]
    public void ATensorDisposedByHandLeavesItsScope()
    {
        using var scope = NewDisposeScope();
        ones(1).Dispose();
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void WrappedTensorDisposeScopeKeepsOnlyTheResult()
    {
        using var scope = NewDisposeScope();
        Tensor? between = null;
        var result = WrappedTensorDisposeScope(() =>
        {
            between = ones(2);
            return between * 2;
        });
        Assert.True(between!.IsInvalid);
        Assert.Equal(4, result.sum().item<float>());
    }

    [Fact]
    public void StatisticsCountTensorsOfThisThread()
    {
        var counts = DisposeScopeManager.Statistics;
        counts.Reset();
        var outside = ones(1);
        using (var scope = NewDisposeScope())
        {
            _ = ones(1);
            var detached = scope.Detach(ones(1));
            scope.Attach(outside);
            Assert.Equal((1, 2, 1, 1, 3), (counts.CreatedOutsideScopeCount, counts.CreatedInScopeCount, counts.DetachedFromScopeCount, counts.AttachedToScopeCount, counts.ThreadTotalLiveCount));
            detached.Dispose();
        }
        Assert.Equal((1, 2), (counts.DisposedOutsideScopeCount, counts.DisposedInScopeCount));
        Assert.Equal(0, counts.ThreadTotalLiveCount);
        Assert.Contains("live 0", counts.ToString());
    }
}
