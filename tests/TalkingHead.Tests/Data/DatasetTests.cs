using System.Buffers.Binary;
using TalkingHead.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

public sealed class DatasetTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EveryClipReadsBackAsItWasWritten()
    {
        using var dataset = Dataset.Open(MadeClips.Write(folder, "set", 30));
        Assert.Equal((30, 64, 30 * 4 + 6 * (1 + 2 + 3 + 4)), (dataset.Count, dataset.Size, (int)dataset.FrameCount));
        for (var i = 0; i < 30; i++)
        {
            var clip = dataset.Get(MadeClips.Record(i).Id);
            var record = dataset.ReadRecord(clip.Index);
            Assert.Equal(MadeClips.Record(i) with { Size = 64, Frames = 4 + i % 5, Checksum = record.Checksum }, record);
            Assert.Equal((record.Identity, record.Split, record.Frames), (clip.Identity, clip.Split, clip.FrameCount));
            Assert.Equal(MadeClips.Landmarks(i), dataset.ReadLandmarks(clip.Index));
            var frames = MadeClips.Frames(i);
            for (var f = 0; f < frames.Length; f++)
                Assert.Equal(frames[f].ToArray(), dataset.ReadFrame(clip.Index, f));
        }
    }

    [Fact]
    public void ClipsAreInOrderOfTheirIdsHoweverTheyWereAdded()
    {
        using (var writer = new DatasetWriter(folder.At("set"), MadeClips.Options))
        {
            foreach (var clip in (int[])[7, 2, 11, 3, 0])
                MadeClips.Add(writer, clip);
            writer.Complete();
        }

        using var dataset = Dataset.Open(folder.At("set"));
        Assert.Equal(((int[])[0, 2, 3, 7, 11]).Select(clip => MadeClips.Record(clip).Id),
            Enumerable.Range(0, 5).Select(i => dataset[i].Id));
    }

    [Fact]
    public void PartsOpenTogetherAsTheDatasetMadeInOneGo()
    {
        var whole = MadeClips.Write(folder, "whole", 40);
        var parts = folder.At("parts");
        for (var part = 1; part <= 3; part++)
        {
            using var writer = new DatasetWriter(parts, MadeClips.Options with { Part = new(part, 3) });
            foreach (var clip in Enumerable.Range(0, 40).Where(clip => new DatasetPart(part, 3).Takes(MadeClips.Record(clip).Source)))
                MadeClips.Add(writer, clip);
            writer.Complete();
        }

        using var a = Dataset.Open(whole);
        using var b = Dataset.Open(parts);
        Assert.Equal(a.Count, b.Count);
        for (var i = 0; i < a.Count; i++)
        {
            Assert.Equal(a[i] with { Shard = "" }, b[i] with { Shard = "" });
            Assert.Equal(a.ReadFrame(i, 3), b.ReadFrame(i, 3));
            Assert.Equal(i, b.Get(a[i].Id).Index);
        }
    }

    [Fact]
    public void AMissingPartIsNamed()
    {
        var path = MadeClips.Write(folder, "set", 3, MadeClips.Options with { Part = new(2, 3) });
        Assert.Equal($"{path}: of 3 parts, 1, 3 are missing; prepare or copy them into the folder.", Refused(path));
    }

    [Fact]
    public void AnotherVersionIsRefusedInOneSentence()
    {
        var path = MadeClips.Write(folder, "set", 3);
        var index = Path.Combine(path, "part1of1.index");
        var bytes = File.ReadAllBytes(index);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        File.WriteAllBytes(index, bytes);
        Assert.Equal($"{index}: the dataset has format version 2, this program reads version 1; prepare it again with this program, or use "
            + $"the one that made it.", Refused(path));
    }

    [Fact]
    public void AnUnfinishedDatasetSaysSo()
    {
        using (var writer = new DatasetWriter(folder.At("set"), MadeClips.Options))
            MadeClips.Add(writer, 0);
        Assert.Contains("is unfinished (part1of1.journal); run the command that began it again", Refused(folder.At("set")));
    }

    [Fact]
    public void EmptyAndMissingFoldersSaySo()
    {
        Directory.CreateDirectory(folder.At("empty"));
        Assert.Contains("holds no dataset", Refused(folder.At("empty")));
        Assert.Contains("no such folder", Refused(folder.At("missing")));
    }

    [Fact]
    public void ACutOrMissingShardIsFoundWhenOpening()
    {
        var path = MadeClips.Write(folder, "set", 12);
        var shard = Path.Combine(path, "part1of1-00001.tar");
        using (var file = File.OpenWrite(shard))
            file.SetLength(file.Length - 512);
        Assert.Contains($"{shard}: the shard has", Refused(path));
        File.Delete(shard);
        Assert.Contains($"{shard}: the shard is missing", Refused(path));
    }

    [Fact]
    public void AnUnknownClipIsAnsweredWithTheNearestName()
    {
        using var dataset = Dataset.Open(MadeClips.Write(folder, "set", 5));
        Assert.Equal($"""{dataset.Folder}: no clip "person0/clip01" among its 5. Did you mean "person0/clip001"?""",
            Assert.Throws<UserException>(() => dataset.Get("person0/clip01")).Message);
    }

    // Whatever byte of the index is wrong: an error or an unharmed answer, never a crash.
    [Fact]
    public void ADamagedIndexNeverCrashesTheReader()
    {
        var path = MadeClips.Write(folder, "set", 6);
        var index = Path.Combine(path, "part1of1.index");
        var good = File.ReadAllBytes(index);
        for (var at = 0; at < good.Length; at += 5)
        {
            var bytes = (byte[])good.Clone();
            bytes[at] ^= (byte)(1 << at % 8);
            File.WriteAllBytes(index, bytes);
            try
            {
                using var dataset = Dataset.Open(path);
                Assert.Contains(Verification.Damages(dataset),
                    damage => damage.Contains("the index does not match", StringComparison.Ordinal));
                for (var clip = 0; clip < dataset.Count; clip++)
                    dataset.ReadFrame(clip, 0);
            }
            catch (UserException)
            {
            }
        }
    }

    [Fact]
    public void TheLedgerHoldsWhatWasRefused()
    {
        using var dataset = Dataset.Open(MadeClips.Write(folder, "set", 20));
        Assert.Equal([new("bad5.mp4", "undecodable", "clip 5 is bad"), new Refusal("bad15.mp4", "undecodable", "clip 15 is bad")],
            Ledger.Read(dataset));
    }

    static string Refused(string path) => Assert.Throws<UserException>(() => Dataset.Open(path)).Message;
}
