using TalkingHead.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

public sealed class VerificationTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AWholeDatasetHasNoDamage()
    {
        using var dataset = Dataset.Open(MadeClips.Write(folder, "set", 12));
        Assert.Empty(Verification.Damages(dataset));
    }

    [Fact]
    public void AFlippedByteAnywhereInAShardIsFoundWithClipAndShard()
    {
        var path = MadeClips.Write(folder, "set", 12);
        var shard = Path.Combine(path, "part1of1-00001.tar");
        var random = new Random(5);
        var ends = 0;
        for (var trial = 0; trial < 60; trial++)
        {
            var bytes = File.ReadAllBytes(shard);
            var at = trial == 0 ? bytes.Length - 3 : random.Next(bytes.Length);
            Flip(shard, at);
            using (var dataset = Dataset.Open(path))
            {
                var damage = Assert.Single(Verification.Damages(dataset));
                Assert.StartsWith(shard, damage);
                if (at < bytes.Length - 1024)
                    Assert.Matches(@"clip person\d/clip\d+ is damaged", damage);
                else
                    ends++;
            }

            Flip(shard, at);
        }

        Assert.True(ends > 0);
    }

    [Fact]
    public void TheReaderRefusesADamagedFrameAndStillReadsTheOthers()
    {
        var path = MadeClips.Write(folder, "set", 3);
        var shard = Path.Combine(path, "part1of1-00000.tar");
        var bytes = File.ReadAllBytes(shard);
        var at = bytes.AsSpan().IndexOf(MadeClips.Frames(1)[2].Span) + 40;
        Flip(shard, at);
        using var dataset = Dataset.Open(path);
        var clip = dataset.Get("person0/clip001").Index;
        Assert.Equal($"{shard}: clip person0/clip001 is damaged (person0/clip001.000002.jpg does not match its checksum); copy the shard "
            + $"again, or prepare the dataset again.",
            Assert.Throws<UserException>(() => dataset.ReadFrame(clip, 2)).Message);
        Assert.Equal(MadeClips.Frames(1)[3].ToArray(), dataset.ReadFrame(clip, 3));
    }

    static void Flip(string path, int at)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 16));
    }
}
