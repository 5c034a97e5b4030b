using System.Diagnostics;
using TalkingHead.Data;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Data;

/// <summary>The program itself, killed without warning.</summary>
public sealed class KilledPreparationTests : IDisposable
{
    const int Kills = 10;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void KilledAtTenRandomMomentsItStillEndsWithTheSameBytes()
    {
        RealTrees.Require();
        for (var person = 0; person < 10; person++)
            RealTrees.Video("head-pose-male.mp4", folder.At($"from/person{person}/clip.mp4"), "scale=320:-2", 3 * person, 6);
        File.WriteAllText(folder.At("from/person4/broken.mp4"), "no video");
        var clock = Stopwatch.StartNew();
        Assert.True(Start("whole", kill: null));
        var whole = clock.Elapsed.TotalSeconds;

        var random = new Random(20);
        var (killed, folders, begun) = (0, 1, false);
        for (var i = 0; i < Kills; i++)
        {
            // At random over the whole of what a run does, its start included. One that ends before begins anew elsewhere.
            clock.Restart();
            if (!Start($"cut{folders}", kill: TimeSpan.FromSeconds(0.2 + random.NextDouble() * whole * 0.6)))
            {
                (begun, killed) = (true, killed + 1);
                continue;
            }

            if (!begun)
                whole = clock.Elapsed.TotalSeconds;
            MadeClips.AssertSame(folder.At("whole"), folder.At($"cut{folders}"));
            (folders, begun) = (folders + 1, false);
        }

        Assert.True(Start($"cut{folders}", kill: null));
        Assert.True(killed >= 3, $"only {killed} of {Kills} runs were killed before they ended");
        MadeClips.AssertSame(folder.At("whole"), folder.At($"cut{folders}"));
        using var dataset = Dataset.Open(folder.At($"cut{folders}"));
        Assert.Equal(10, dataset.Count);
        Assert.Empty(Verification.Damages(dataset));
    }

    bool Start(string output, TimeSpan? kill) => ProgramProcess.RunOrKill(kill,
        ["prepare", "--layout", "videos", "--from", folder.At("from"), "--out", folder.At(output), "--size", "64", "--shots", "3",
            "--frames-per-clip", "5", "--least-face", "20"]);
}
