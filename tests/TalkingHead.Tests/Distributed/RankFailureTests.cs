using System.Diagnostics;

namespace TalkingHead.Tests.Distributed;

/// <summary>A rank that is killed, hangs or is cut off ends the others with a sentence that names it, and the run goes on from its checkpoint.</summary>
public sealed class RankFailureTests : IDisposable
{
    static readonly string[] Changes = ["training.report_every=1", "training.checkpoint_every=3", "training.steps=30", "training.validate_every=30", "training.sample_every=30"];

    readonly RankedRun runs = new();

    public void Dispose() => runs.Dispose();

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void AKilledRankIsNamedByTheOthersWithinSeconds(int killed)
    {
        using var ranks = new RankProcesses(3, runs.Command("run", timeout: 60, changes: [.. Changes, "training.steps=100000"]));
        Assert.True(ranks.WaitFor("step 2 of"), ranks.Said(0));
        var clock = Stopwatch.StartNew();
        ranks.Signal(killed, 9);
        int[] codes = ranks.End();
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
        for (int rank = 0; rank < 3; rank++)
        {
            Assert.Equal(rank == killed ? 137 : 1, codes[rank]);
            if (rank != killed)
                Assert.Matches($@"talkinghead: rank {killed} \(.*\) is gone: .*\. This rank ends; start all again with --resume\.", ranks.Said(rank));
        }
    }

    [Theory, InlineData(0), InlineData(1)]
    public void ARankThatHangsIsNamedAfterTheTimeout(int hung)
    {
        using var ranks = new RankProcesses(2, runs.Command("run", timeout: 3, changes: [.. Changes, "training.steps=100000"]));
        Assert.True(ranks.WaitFor("step 2 of"), ranks.Said(0));
        ranks.Signal(hung, 19);
        Assert.True(SpinWait.SpinUntil(() => ranks.Said(1 - hung).Contains($"rank {hung} ("), TimeSpan.FromSeconds(60)), ranks.Said(1 - hung));
        Assert.Matches($@"rank {hung} \(.*\) has given no sign of life for 3 s", ranks.Said(1 - hung));
        ranks.Signal(hung, 9);
        Assert.Equal(1, ranks.End()[1 - hung]);
    }

    // TALKINGHEAD_KILLS sets how often: scripts/test-ranks.sh does it ten times.
    [Fact]
    public void KilledAtRandomMomentsAndResumedARunEndsAsUndisturbed()
    {
        runs.Train(2, "whole", changes: Changes);
        int kills = int.Parse(Environment.GetEnvironmentVariable("TALKINGHEAD_KILLS") ?? "3");
        var random = new Random(20);
        bool resume = false;
        for (int kill = 0; kill < kills; kill++)
        {
            using var ranks = new RankProcesses(2, runs.Command("killed", resume, changes: Changes));
            // Early or late in the start, in a step, in a checkpoint: up to three steps further each time.
            bool running = ranks.WaitFor(kill % 3 == 2 ? "device:" : $"step {Math.Min(28, (resume ? runs.Steps("killed").LastOrDefault() : 0) + 1 + random.Next(4))} of");
            Thread.Sleep(random.Next(150));
            int victim = random.Next(2);
            ranks.Signal(victim, 9);
            int[] codes = ranks.End();
            Assert.True(running, ranks.Said(0));
            Assert.Equal(137, codes[victim]);
            Assert.Equal(1, codes[1 - victim]);
            Assert.Contains($"rank {victim}", ranks.Said(1 - victim));
            Assert.DoesNotContain("   at ", ranks.Said(1 - victim)); // no stack trace
            resume = Directory.Exists(runs.At("killed/checkpoints")) && runs.Steps("killed").Length > 0;
        }
        runs.Train(2, "killed", resume, changes: Changes);
        runs.AssertSame("whole", "killed", 30);
    }
}
