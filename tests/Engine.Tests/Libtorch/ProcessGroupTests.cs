using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

public sealed class ProcessGroupTests
{
    [Fact]
    public void GlooIsBuiltInWhereDebiansHeadersAre() => Assert.True(ProcessGroup.Has(CollectiveBackend.Gloo));

    [Theory, InlineData(0), InlineData(2)]
    public void ABroadcastGivesEverybodyTheRootsNumbers(int root) => Circle.Run(3, group =>
    {
        using var mine = full([2, 3], (float)group.Rank);
        using var work = group.Broadcast(mine, root);
        work.Wait();
        Assert.Equal(Enumerable.Repeat((float)root, 6), mine.data<float>().ToArray());
    });

    [Fact]
    public void AnAllReduceGivesEverybodyTheSumTheLeastAndTheLargest() => Circle.Run(3, group =>
    {
        foreach (var (reduction, expected) in new[] { (Reduction.Sum, 6f), (Reduction.Minimum, 1f), (Reduction.Maximum, 3f) })
        {
            using var mine = full([1000], group.Rank + 1f);
            using var work = group.AllReduce(mine, reduction);
            work.Wait();
            Assert.Equal(Enumerable.Repeat(expected, 1000), mine.data<float>().ToArray());
        }
    });

    [Fact]
    public void AnAllReduceTakesWholeNumbersAndDoubles() => Circle.Run(2, group =>
    {
        using var whole = full([3], 1L << 40, int64);
        using var wide = full([3], 0.1, float64);
        using var first = group.AllReduce(whole);
        using var second = group.AllReduce(wide);
        first.Wait();
        second.Wait();
        Assert.Equal(1L << 41, whole[0].item<long>());
        Assert.Equal(0.2, wide[2].item<double>());
    });

    [Fact]
    public void AnAllGatherGivesEverybodyAllInTheOrderOfRanks() => Circle.Run(3, group =>
    {
        using var mine = full([2], (float)group.Rank);
        Tensor[] all = [.. Enumerable.Range(0, 3).Select(_ => zeros(2))];
        using var work = group.AllGather(mine, all);
        work.Wait();
        Assert.Equal([0f, 0, 1, 1, 2, 2], all.SelectMany(part => part.data<float>().ToArray()));
        Assert.Throws<ArgumentException>(() => group.AllGather(mine, all[..2]));
    });

    [Fact]
    public void ABarrierEndsWhenTheLastHasCome()
    {
        int come = 0;
        Circle.Run(3, group =>
        {
            Thread.Sleep(50 * group.Rank);
            Interlocked.Increment(ref come);
            using var work = group.Barrier();
            work.Wait();
            Assert.Equal(3, Volatile.Read(ref come));
        });
    }

    [Fact]
    public void WaitingEndsWhereTheTimeIsUpAndTheCollectiveGoesOn() => Circle.Run(2, group =>
    {
        using var mine = ones(4);
        if (group.Rank == 1) Thread.Sleep(400);
        using var work = group.AllReduce(mine);
        if (group.Rank == 0) Assert.False(work.Wait(TimeSpan.FromMilliseconds(50)));
        work.Wait();
        Assert.Equal(2, mine[3].item<float>());
    });

    [Fact]
    public void ACollectiveThatOthersDoNotJoinFailsAfterTheGroupsTime() => Circle.Run(2, group =>
    {
        if (group.Rank == 1)
        {
            Thread.Sleep(1500);
            return;
        }
        using var work = group.AllReduce(ones(4));
        var clock = Stopwatch.StartNew();
        Assert.StartsWith("all-reduce: ", Assert.Throws<ExternalException>(work.Wait).Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 10);
    }, timeout: TimeSpan.FromSeconds(1));

    [Fact]
    public void AnAbortEndsWhatIsUnderWayOnBothSides() => Circle.Run(2, group =>
    {
        using var mine = ones(4);
        if (group.Rank == 1)
        {
            Thread.Sleep(300);
            group.Abort();
            using var late = group.AllReduce(mine);
            Assert.Throws<ExternalException>(late.Wait);
            return;
        }
        using var work = group.AllReduce(mine);
        Assert.Throws<ExternalException>(work.Wait);
    });

    [Fact]
    public void ATensorThatIsNotContiguousIsRefused() => Circle.Run(1, group =>
    {
        using var turned = zeros(2, 3).t();
        Assert.Contains("contiguous", Assert.Throws<ArgumentException>(() => group.AllReduce(turned)).Message);
    });

    [Fact]
    public void ABackendThatIsNotBuiltInIsNamed()
    {
        if (ProcessGroup.Has(CollectiveBackend.Nccl)) Assert.Skip("This libtorch has NCCL.");
        using var store = new TcpStore("127.0.0.1", 0, serves: true, TimeSpan.FromSeconds(1));
        var failure = Assert.Throws<ExternalException>(() => new ProcessGroup(store, CollectiveBackend.Nccl, 0, 1, TimeSpan.FromSeconds(1)));
        Assert.Contains("built without NCCL", failure.Message);
    }
}
