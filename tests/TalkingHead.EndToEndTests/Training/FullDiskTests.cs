using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Serialization;
using TalkingHead.Tests.Training;

namespace TalkingHead.EndToEndTests.Training;

/// <summary>The program itself, on a disk that fills while it trains.</summary>
public sealed class FullDiskTests(FullDiskTests.Undisturbed undisturbed) : IClassFixture<FullDiskTests.Undisturbed>, IDisposable
{
    const int Steps = 12, Block = 4096;

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <param name="room">Kilobytes of the disk beyond one checkpoint.</param>
    /// <param name="sentence">Its end, as a pattern.</param>
    [Theory]
    [InlineData(-100, "the first checkpoint could not be written; there is no checkpoint yet\\. Make room and run the same "
        + "command again\\.")]
    [InlineData(36, "the disk is full at step [1-9][0-9]?; the checkpoint of step 0 is kept\\. Make room and run the same command with "
        + "--resume\\.")]
    [InlineData(600, "the last steps could not be saved; the checkpoint of step 0 is kept\\. Make room and run the same command with "
        + "--resume\\.")]
    public void ItEndsWithOneSentenceAndGoesOnFromItsLastCheckpointWhenThereIsRoom(int room, string sentence)
    {
        var whole = undisturbed.Run;
        var checkpoint = new DirectoryInfo(Path.Combine(whole, "checkpoints", $"step-{Steps:D7}")).GetFiles()
            .Sum(file => (file.Length + Block - 1) / Block * Block);

        using var disk = new SmallDisk(folder.At("disk"), $"{checkpoint / 1024 + room}k");
        var run = Path.Combine(disk.Folder, "run");
        var (code, said) = undisturbed.Train(run);
        Assert.Equal(1, code);
        Assert.Matches($"^talkinghead: {run}: {sentence}$", said.TrimEnd().Split('\n')[^1]);
        Assert.DoesNotContain("   at ", said); // no stack trace

        disk.Grow("64m");
        Assert.Equal(0, undisturbed.Train(run, room < 0 ? [] : ["--resume"]).Code);
        SameRun.AssertSame(whole, run, Steps);
    }

    /// <summary>A dataset, and a run of all steps on a disk with room.</summary>
    public sealed class Undisturbed : IDisposable
    {
        readonly MadeRuns runs = new();

        public Undisturbed() => Assert.Equal(0, Train(Run).Code);

        internal string Run => runs.At("whole");

        internal (int Code, string Said) Train(string run, params string[] more)
        {
            var (code, _, said) = ProgramProcess.Run(runs.Command(run, ["--device", "cpu", .. more,
                "--set", $"training.steps={Steps}", "training.checkpoint_every=4", "training.report_every=1", "training.validate_every=6",
                "training.sample_every=6"]));
            return (code, said);
        }

        public void Dispose() => runs.Dispose();
    }
}
