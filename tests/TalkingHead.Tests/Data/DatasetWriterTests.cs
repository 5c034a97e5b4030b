using System.Diagnostics;
using System.Formats.Tar;
using System.Text.Json;
using TalkingHead.Data;
using TalkingHead.Serialization;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

public sealed class DatasetWriterTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ShardsAreTarsOfWholeClipsInTheOrderAdded()
    {
        var path = MadeClips.Write(folder, "set", 12);
        var names = new List<string>();
        foreach (var shard in Directory.GetFiles(path, "*.tar").Order(StringComparer.Ordinal))
        {
            using var tar = new TarReader(File.OpenRead(shard));
            while (tar.GetNextEntry(copyData: true) is { } entry)
            {
                names.Add(entry.Name);
                using var content = new MemoryStream();
                entry.DataStream!.CopyTo(content);
                if (names.Count == 1)
                {
                    var json = JsonDocument.Parse(content.ToArray()).RootElement;
                    Assert.Equal("person0/clip000", json.GetProperty("id").GetString());
                    Assert.Equal("train", json.GetProperty("split").GetString());
                    Assert.Equal(4, json.GetProperty("frames").GetInt32());
                    Assert.Equal(64, json.GetProperty("size").GetInt32());
                    Assert.StartsWith("xxh3-64:", json.GetProperty("checksum").GetString());
                }

                if (names.Count == 2)
                {
                    var points = Npy.Read(content.ToArray(), "landmarks");
                    Assert.Equal([4L, 68, 2], points.Shape);
                    Assert.Equal(MadeClips.Landmarks(0), points.ToArray<float>());
                }

                if (names.Count == 3)
                    Assert.Equal(MadeClips.Frames(0)[0].ToArray(), content.ToArray());
            }
        }

        Assert.Equal(["person0/clip000.json", "person0/clip000.landmarks.npy", "person0/clip000.000000.jpg", "person0/clip000.000001.jpg"],
            names[..4]);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => MadeClips.Record(i).Id + ".json"),
            names.Where(name => name.EndsWith(".json", StringComparison.Ordinal)));
        Assert.True(Directory.GetFiles(path, "*.tar").Length > 1);
        Assert.Equal(["part1of1-00000.tar", "part1of1-00001.tar", "part1of1-00002.tar", "part1of1-00003.tar", "part1of1.index",
            "part1of1.ledger.jsonl"], MadeClips.Contents(path).Keys);
    }

    [Fact]
    public void TheSystemsTarReadsAShard()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no tar to ask here");
        var path = MadeClips.Write(folder, "set", 3);
        using var tar = Process.Start(new ProcessStartInfo("tar",
            ["-tf", Path.Combine(path, "part1of1-00000.tar")])
        { RedirectStandardOutput = true })!;
        var lines = tar.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
        Assert.Equal(3 * 2 + 4 + 5 + 6, lines.Length);
    }

    // Every prefix of what the writer does, with a torn tail as a power cut leaves it, continues to the same bytes.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(4, 100)]
    [InlineData(9, 0)]
    [InlineData(9, 12_345)]
    [InlineData(30, 1)]
    public void AWriterThatWasCutOffContinuesToTheSameBytes(int done, int torn)
    {
        var whole = MadeClips.Write(folder, "whole", 30);
        var cut = folder.At("cut");
        using (var writer = new DatasetWriter(cut, MadeClips.Options))
        {
            for (var clip = 0; clip < done; clip++)
            {
                if (clip % 10 == 5)
                    writer.Refuse(new($"bad{clip}.mp4", "undecodable", $"clip {clip} is bad"));
                MadeClips.Add(writer, clip);
            }
        }

        foreach (var path in Directory.GetFiles(cut, "*.partial").Append(Path.Combine(cut, "part1of1.journal")))
        {
            using var file = File.Open(path, FileMode.Append);
            file.Write(new byte[torn]);
        }

        using (var writer = new DatasetWriter(cut, MadeClips.Options))
        {
            Assert.Equal(done, writer.Clips);
            for (var clip = 0; clip < 30; clip++)
            {
                if (clip % 10 == 5)
                    writer.Refuse(new($"bad{clip}.mp4", "undecodable", $"clip {clip} is bad"));
                if (!writer.Contains(MadeClips.Record(clip).Id))
                    MadeClips.Add(writer, clip);
            }

            writer.Complete();
        }

        MadeClips.AssertSame(whole, cut);
        Assert.True(DatasetWriter.IsComplete(cut, DatasetPart.Whole));
    }

    [Fact]
    public void ClipsWhosePagesWereLostAreWrittenAgain()
    {
        var options = MadeClips.Options with { ShardBytes = 1 << 20 };
        var whole = MadeClips.Write(folder, "whole", 7, options);
        var cut = folder.At("cut");
        using (var writer = new DatasetWriter(cut, options))
            for (var clip = 0; clip < 7; clip++)
                MadeClips.Add(writer, clip);
        var open = Directory.GetFiles(cut, "*.partial").Single();
        using (var file = File.OpenWrite(open))
        {
            file.Seek(-600, SeekOrigin.End);
            file.Write(new byte[600]);
        }

        using (var writer = new DatasetWriter(cut, options))
        {
            Assert.Equal(6, writer.Clips);
            writer.Refuse(new("bad5.mp4", "undecodable", "clip 5 is bad"));
            MadeClips.Add(writer, 6);
            writer.Complete();
        }

        MadeClips.AssertSame(whole, cut);
    }

    [Fact]
    public void OtherSettingsThanTheUnfinishedDatasetsAreRefused()
    {
        using (var writer = new DatasetWriter(folder.At("set"), MadeClips.Options))
            MadeClips.Add(writer, 0);
        var error = Assert.Throws<UserException>(() => new DatasetWriter(folder.At("set"), MadeClips.Options with { Recipe = "{}" }));
        Assert.Equal($$"""{{folder.At("set")}}: holds an unfinished dataset that was begun with other settings ({"made":"up"}, now {}); """
            + "finish it with those, or name another folder.", error.Message);
    }

    [Fact]
    public void AFinishedDatasetIsNotWrittenOver()
    {
        var path = MadeClips.Write(folder, "set", 2);
        Assert.Equal($"{path}: holds a finished dataset already; name another folder, or remove this one first.",
            Assert.Throws<UserException>(() => new DatasetWriter(path, MadeClips.Options)).Message);
        Assert.Equal($"{path}: holds a dataset in 1 part(s), this would be 1 of 2; name another folder.",
            Assert.Throws<UserException>(() => new DatasetWriter(path, MadeClips.Options with { Part = new(1, 2) })).Message);
    }

    [Fact]
    public void TwoWritersDoNotMix()
    {
        using var first = new DatasetWriter(folder.At("set"), MadeClips.Options);
        Assert.Contains("cannot be written", Assert.Throws<UserException>(() =>
            new DatasetWriter(folder.At("set"), MadeClips.Options)).Message);
    }

    [Theory]
    [InlineData("a//b", "is empty")]
    [InlineData("../b", "\"..\"")]
    [InlineData("a/b.c", "a dot")]
    [InlineData("a\nb", "control character")]
    public void NamesThatNoTarShouldHoldAreRefused(string id, string because)
    {
        using var writer = new DatasetWriter(folder.At("set"), MadeClips.Options);
        var error = Assert.Throws<UserException>(() => writer.Add(MadeClips.Record(0) with { Id = id }, MadeClips.Frames(0),
            MadeClips.Landmarks(0)));
        Assert.Contains(because, error.Message);
    }

    [Fact]
    public void AnIdentityStaysOnOneSide()
    {
        using var writer = new DatasetWriter(folder.At("set"), MadeClips.Options);
        MadeClips.Add(writer, 0);
        Assert.Throws<UserException>(() => writer.Add(MadeClips.Record(1) with { Split = Split.Test }, MadeClips.Frames(1),
            MadeClips.Landmarks(1)));
    }
}
