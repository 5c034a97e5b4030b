using TalkingHead.Data;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Data;

/// <summary>Mistakes of the user's: one sentence each, and nothing lost.</summary>
public sealed class BadDatasetInputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("voxceleb1", "unzippedFaces/NAME/1.6/VIDEO/*.jpg")]
    [InlineData("voxceleb2", "dev|test/mp4/idNNNNN/VIDEO/NNNNN.mp4")]
    [InlineData("videos", "PERSON/video.mp4")]
    [InlineData("photos", "PERSON/photo.jpg")]
    public void AnEmptyFolderIsNamedWithWhatWasExpected(string layout, string expected)
    {
        Directory.CreateDirectory(folder.At("from"));
        Assert.Equal((1, $"talkinghead: {folder.At("from")}: nothing here lies as {layout} does; expected {expected}.\n"),
            Run("prepare", "--layout", layout, "--from", folder.At("from"), "--out", folder.At("set")));
    }

    [Fact]
    public void AnUnknownLayoutIsAnsweredWithTheKnownOnes() =>
        Assert.Equal((2, "talkinghead: --layout imagenet: expected voxceleb1, voxceleb2, videos or photos; data/README.md draws "
            + "their trees.\n"),
            Run("prepare", "--layout", "imagenet", "--from", folder.At("from"), "--out", folder.At("set")));

    [Theory]
    [InlineData("--frames-per-clip", "5", "--frames-per-clip 5: expected 0, or more than the 8 shots.")]
    [InlineData("--size", "7", "--size 7: expected 32 to 1024.")]
    [InlineData("--part", "3/2", "--part 3/2: expected i/n with i from 1 to n, such as 2/4.")]
    public void SettingsOutsideTheirRangeAreRefused(string option, string value, string sentence) =>
        Assert.Equal((2, $"talkinghead: {sentence}\n"), Run("prepare", "--layout", "videos", "--from", folder.At("from"), "--out",
            folder.At("set"), option, value));

    // Root may write anywhere, so what stands in the way is a file where a folder should be.
    [Fact]
    public void AFolderThatCannotBeWrittenIsNamed()
    {
        File.WriteAllText(folder.At("file"), "");
        var error = Assert.Throws<UserException>(() => new DatasetWriter(folder.At("file/set"), MadeClips.Options));
        Assert.StartsWith($"{folder.At("file/set")}: cannot be written (", error.Message);
        Assert.EndsWith("); name a folder that may be.", error.Message);
    }

    [Fact]
    public void AFullDiskLosesNothing()
    {
        using var disk = new SmallDisk(folder.At("disk"), "300k");
        var set = Path.Combine(disk.Folder, "set");
        var options = MadeClips.Options with { ShardBytes = 100_000 };
        var done = 0;
        using (var writer = new DatasetWriter(set, options))
        {
            var error = Assert.Throws<UserException>(() =>
            {
                for (; done < 60; done++)
                    MadeClips.Add(writer, done);
            });
            Assert.Equal($"{set}: the disk is full; what is written so far is kept: make room and run the same command again to continue.",
                error.Message);
        }

        Assert.InRange(done, 5, 59);
        disk.Grow("4m");
        using (var writer = new DatasetWriter(set, options))
        {
            Assert.Equal(done, writer.Clips);
            for (; done < 60; done++)
                MadeClips.Add(writer, done);
            writer.Complete();
        }

        using (var writer = new DatasetWriter(folder.At("whole"), options))
        {
            for (var clip = 0; clip < 60; clip++)
                MadeClips.Add(writer, clip);
            writer.Complete();
        }

        MadeClips.AssertSame(folder.At("whole"), set);
    }

    [Fact]
    public void InspectVerifyFailsOnAFlippedByteAndNamesClipAndShard()
    {
        var path = MadeClips.Write(folder, "set", 6);
        Assert.Equal((0, ""), Run("inspect", path, "--verify", "--json", folder.At("figures.json")));
        var shard = Path.Combine(path, "part1of1-00000.tar");
        var bytes = File.ReadAllBytes(shard);
        bytes[5000] ^= 1;
        File.WriteAllBytes(shard, bytes);
        var (code, said) = Run("inspect", path, "--verify", "--json", folder.At("figures.json"));
        Assert.Equal((1, $"talkinghead: {path}: 1 of 6 clips or files are damaged.\n"), (code, said));
        Assert.Contains($"{shard}: clip person0/clip000 is damaged", File.ReadAllText(folder.At("figures.json")));
    }

    static (int Code, string Said) Run(params string[] arguments)
    {
        var (code, error) = InProcess.Run(arguments);
        return (code, error.ReplaceLineEndings("\n"));
    }
}
