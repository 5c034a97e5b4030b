using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class SideBySideTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void PartsAreAtWorkAtTheSameTimeEachWithOneThread()
    {
        var before = get_num_threads();
        using (var parallel = new ParallelParts(3))
        {
            using var together = new Barrier(3);
            var threads = parallel.Run(3, part =>
            {
                Assert.True(together.SignalAndWait(Patience));
                return (Environment.CurrentManagedThreadId, get_num_threads());
            });
            Assert.Equal(3, threads.DistinctBy(thread => thread.CurrentManagedThreadId).Count());
            Assert.All(threads, thread => Assert.Equal(1, thread.Item2));
        }
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void WhatPartsAddHasTheirOrderWhoeverIsReadyFirst()
    {
        using var parallel = new ParallelParts(3);
        for (var time = 0; time < 20; time++)
        {
            var added = new List<int>();
            using var last = new ManualResetEventSlim();
            parallel.Run(3, part =>
            {
                if (part == 2)
                    last.Set(); // the last is ready before the first begins
                else
                    Assert.True(last.Wait(Patience));
                parallel.InTurn(() => added.Add(part));
                return 0;
            });
            Assert.Equal([0, 1, 2], added);
        }
    }

    [Theory, InlineData(0), InlineData(1)]
    public void AFailureComesOutWhenAllHaveEndedAndTheNextRunIsWhole(int failing)
    {
        using var parallel = new ParallelParts(3);
        var ended = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => parallel.Run(3, part =>
        {
            if (part >= failing)
                throw new InvalidOperationException($"part {part}");
            parallel.InTurn(() => ended++);
            return part;
        }));
        Assert.Equal($"part {failing}", failure.Message);
        Assert.Equal(failing, ended);
        Assert.Equal([0, 1], parallel.Run(2, part => part)); // a smaller batch has fewer parts
    }
}
