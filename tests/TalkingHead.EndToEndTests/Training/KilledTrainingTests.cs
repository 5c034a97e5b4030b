using System.Diagnostics;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Training;

namespace TalkingHead.EndToEndTests.Training;

/// <summary>The program itself, killed without warning (SIGKILL).</summary>
public sealed class KilledTrainingTests : IDisposable
{
    const int Steps = 30;

    readonly MadeRuns runs = new();

    public void Dispose() => runs.Dispose();

    [Fact]
    public void KilledAtRandomMomentsARunEndsWithTheBytesOfAnUndisturbedOne()
    {
        // TRAINING_KILLS=20 for the whole measurement.
        var kills = int.Parse(Environment.GetEnvironmentVariable("TRAINING_KILLS") ?? "3");
        var clock = Stopwatch.StartNew();
        Assert.True(Start("whole", kill: null));
        var whole = clock.Elapsed.TotalSeconds;

        var random = new Random(20);
        var killed = 0;
        for (var attempt = 0; attempt < 4 * kills && killed < kills; attempt++)
            if (Start("cut", kill: TimeSpan.FromSeconds(0.1 + random.NextDouble() * whole)))
                Directory.Delete(runs.At("cut"), recursive: true); // it ended before its kill: again from the start
            else
                killed++;
        Assert.Equal(kills, killed);

        Assert.True(Start("cut", kill: null));
        SameRun.AssertSame(runs.At("whole"), runs.At("cut"), Steps);
    }

    bool Start(string run, TimeSpan? kill) => ProgramProcess.RunOrKill(kill, runs.Command(
        run, "--resume", "--set", $"training.steps={Steps}", "training.checkpoint_every=7", "training.report_every=3",
        "training.validate_every=15", "training.sample_every=15", "optimizer.decay=0.5", "optimizer.muon_rate=0.01"));
}
