using System.Diagnostics;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

/// <summary>The program itself, killed without warning (SIGKILL).</summary>
public sealed class KilledEvaluationTests : IDisposable
{
    const int Kills = 3;

    readonly EvaluationProgram program = new();

    public void Dispose() => program.Dispose();

    [Fact]
    public void KilledAtRandomMomentsItEndsWithTheSameResult()
    {
        var clock = Stopwatch.StartNew();
        program.Run("whole");
        var whole = clock.Elapsed.TotalSeconds;
        var random = new Random(7);
        var killed = 0;
        for (var i = 0; i < Kills; i++)
            if (!ProgramProcess.RunOrKill(TimeSpan.FromSeconds(0.2 + 0.7 * random.NextDouble() * whole), program.Command("cut")))
                killed++;

        Assert.True(killed > 0, "every run ended before it was killed");
        program.Run("cut");
        program.AssertSameResult("whole", "cut"); // times are measured and differ; they are in the other files
    }
}
