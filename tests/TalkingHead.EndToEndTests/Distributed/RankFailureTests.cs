using System.Diagnostics;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Distributed;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Distributed;

/// <summary>
/// A rank that is killed or hangs ends the others with a sentence that names it, and the run goes on from its checkpoint.
/// </summary>
public sealed class RankFailureTests : IDisposable
{
    static readonly string[] Changes = ["training.report_every=1", "training.checkpoint_every=3", "training.steps=30",
        "training.validate_every=30", "training.sample_every=30"];

    readonly RankedRun runs = new();

    public void Dispose() => runs.Dispose();

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void AKilledRankIsNamedAndTheOthersEndWithinSeconds(int killed)
    {
        using var ranks = new RankProcesses(3, runs.Command("run", timeout: 60, changes: [.. Changes, "training.steps=100000"]));
        Assert.True(ranks.WaitFor("step 2 of"), ranks.All);
        var clock = Stopwatch.StartNew();
        ranks.Signal(killed, 9);
        Assert.Equal(137, ranks.End());
        Assert.Empty(ranks.LivingAfter(TimeSpan.FromSeconds(10) - clock.Elapsed));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        Assert.Matches($@"process rank {killed} with PID \d+ on node \S+ exited on signal 9", ranks.LauncherSaid);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void ARankThatHangsIsNamedAfterTheTimeout(int hung)
    {
        using var ranks = new RankProcesses(2, runs.Command("run", timeout: 6, changes: [.. Changes, "training.steps=100000"]));
        Assert.True(ranks.WaitFor("step 2 of"), ranks.All);
        var clock = Stopwatch.StartNew();
        ranks.Signal(hung, 19);
        Assert.True(ranks.WaitFor("talkinghead:", 1 - hung), ranks.All);
        Assert.InRange(clock.Elapsed.TotalSeconds, 3, 7); // the last step ended up to a second after the signal
        Assert.Equal(1, ranks.End()); // the hung one too: its launcher kills it
        Assert.Empty(ranks.LivingAfter(TimeSpan.FromSeconds(15) - clock.Elapsed));
        Assert.InRange(clock.Elapsed.TotalSeconds, 3, 15);
        Assert.Matches($@"talkinghead: rank {hung} \(.*, process \d+\) has not come to the others within --rank-timeout \(6 s\): it hangs",
            ranks.Said(1 - hung));
        Assert.DoesNotContain("   at ", ranks.Said(1 - hung)); // no stack trace
    }

    // TALKINGHEAD_KILLS sets how often: scripts/test-ranks.sh does it ten times.
    [Fact]
    public void KilledAtRandomMomentsAndResumedARunEndsAsUndisturbed()
    {
        runs.Train(2, "whole", changes: Changes);
        var kills = int.Parse(Environment.GetEnvironmentVariable("TALKINGHEAD_KILLS") ?? "3");
        var random = new Random(20);
        var resume = false;
        for (var kill = 0; kill < kills; kill++)
        {
            using var ranks = new RankProcesses(2, runs.Command("killed", resume, changes: Changes));
            // Early or late in the start, in a step, in a checkpoint: up to three steps further each time.
            var running = ranks.WaitFor(kill % 3 == 2 ? "device:"
                : $"step {Math.Min(28, (resume ? runs.Steps("killed").LastOrDefault() : 0) + 1 + random.Next(4))} of");
            Thread.Sleep(random.Next(150));
            var victim = random.Next(2);
            var clock = Stopwatch.StartNew();
            ranks.Signal(victim, 9);
            var code = ranks.End();
            Assert.True(running, ranks.All);
            Assert.Empty(ranks.LivingAfter(TimeSpan.FromSeconds(10) - clock.Elapsed));
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
            Assert.Equal(137, code);
            Assert.Contains($"process rank {victim} with PID", ranks.LauncherSaid);
            Assert.DoesNotContain("   at ", ranks.All); // no stack trace
            resume = Directory.Exists(runs.At("killed/checkpoints")) && runs.Steps("killed").Length > 0;
        }
        runs.Train(2, "killed", resume, changes: Changes);
        runs.AssertSame("whole", "killed", 30);
    }

    // The change is made at a kill and, in another run, at a good end: from one checkpoint on both go the same way.
    [Fact]
    public void KilledAndResumedWithAnotherNumberOfRanksARunEndsAsAnUndisturbedChange()
    {
        string[] two = [.. Changes, "training.batch=2"], one = [.. Changes, "training.batch=4", "optimizer.accumulation=2"];
        runs.Train(2, "undisturbed", changes: [.. two, "training.steps=15", "training.warm_up=1", "training.validate_every=15",
            "training.sample_every=15"]);
        using (var ranks = new RankProcesses(2, runs.Command("killed", changes: [.. two, "training.warm_up=0.5"])))
        {
            Assert.True(ranks.WaitFor("step 17 of"), ranks.All);
            ranks.Signal(1, 9);
            Assert.Equal(137, ranks.End());
        }
        var newest = runs.Steps("killed")[^1];
        Assert.Equal(15, newest);
        foreach (var run in new[] { "undisturbed", "killed" })
            runs.Train(1, run, resume: true, changes: one);
        foreach (var file in new[] { "networks", "averages", "optimizers",
            "rows" }.Select(file => $"checkpoints/step-{30:D7}/{file}.safetensors"))
            Assert.True(runs.Bytes("undisturbed", file).AsSpan().SequenceEqual(runs.Bytes("killed", file)), file);
    }

    [Fact]
    public void WithoutMpisLibraryOneSentenceNamesThePackage()
    {
        using var folder = new TemporaryFolder();
        foreach (var library in new[] { "libmpi.so.40", "libmpi.so.12", "libmpich.so.12", "libmpi.so" })
            File.WriteAllText(folder.At(library), ""); // found first, and no library
        var (code, _, error) = ProgramProcess.Run(runs.Command("run"),
            environment: [("OMPI_COMM_WORLD_SIZE", "2"), ("LD_LIBRARY_PATH", folder.At(""))]);
        Assert.Equal(1, code);
        Assert.Equal($"talkinghead: mpirun started 2 processes, but {Environment.MachineName} has no MPI library. Install the one that "
            + $"mpirun belongs to (Debian: apt-get install libopenmpi3 or libmpich12), or start one process without mpirun.", error.Trim());
    }

    [Fact]
    public void OneProcessNeverAsksForMpi()
    {
        var (code, _, error) = ProgramProcess.Run(runs.Command("run", changes: "training.steps=2"),
            environment: [("LD_DEBUG", "libs"), ("PATH", "/nowhere")]);
        Assert.True(code == 0, error);
        Assert.Contains("libtorch_cpu.so", error);
        Assert.DoesNotContain("libmpi", error);
    }

    // srun without PMIx: every process is its own MPI, and would write the run.
    [Fact]
    public void ProcessesThatMpiDoesNotKnowOfAreRefused()
    {
        var (code, _, error) = ProgramProcess.Run(runs.Command("run"),
            environment: [("SLURM_STEP_NUM_TASKS", "2"), ("OMPI_MCA_ess", "singleton"), ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")]);
        Assert.Equal(2, code);
        Assert.Matches(@"talkinghead: srun started 2 processes, but MPI \(.*\) counts 1: this library does not belong to srun\. "
            + "Start ranks with its own mpirun, or with srun --mpi=pmix", error);
        Assert.False(Directory.Exists(runs.At("run")));
    }
}
