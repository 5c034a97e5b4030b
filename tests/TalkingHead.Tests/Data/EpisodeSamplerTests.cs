using TalkingHead.Data;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

public sealed class EpisodeSamplerTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Dataset dataset;

    public EpisodeSamplerTests() => dataset = Dataset.Open(MadeClips.Write(folder, "set", 40));

    public void Dispose()
    {
        dataset.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void AnEpochIsEveryClipOfTheSideOnce()
    {
        var sampler = new EpisodeSampler(dataset, new() { Shots = 3 });
        var expected = Enumerable.Range(0, 40).Where(clip => dataset.SplitOf(clip) == Split.Train).ToArray();
        var first = Clips(sampler);
        var second = Clips(sampler);
        Assert.Equal(expected, first.Order());
        Assert.Equal(expected, second.Order());
        Assert.NotEqual(first, second);
        Assert.NotEqual(expected, first);
    }

    [Fact]
    public void SourcesAreKDifferentFramesAndNeverTheTarget()
    {
        var sampler = new EpisodeSampler(dataset, new() { Shots = 3 });
        for (var i = 0; i < 500; i++)
        {
            var episode = sampler.Next();
            int[] frames = [.. episode.Sources, episode.Target];
            Assert.Equal(4, frames.Distinct().Count());
            Assert.All(frames, frame => Assert.InRange(frame, 0, dataset.FrameCountOf(episode.Clip) - 1));
        }
    }

    [Fact]
    public void EveryFrameIsTargetAboutAsOften()
    {
        var sampler = new EpisodeSampler(dataset, new() { Shots = 1 });
        var counts = new int[8];
        var clip = sampler.Clips.First(c => dataset.FrameCountOf(c) == 8);
        for (var i = 0; i < 2000 * sampler.Count; i++)
        {
            var episode = sampler.Next();
            if (episode.Clip == clip)
                counts[episode.Target]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 190, 310)); // 250, with a deviation of 15
    }

    [Fact]
    public void TheSameSeedDrawsTheSameAndAnotherDoesNot()
    {
        string Drawn(ulong seed)
        {
            var sampler = new EpisodeSampler(dataset, new() { Shots = 3, Seed = seed, Mirror = true });
            return string.Join("; ", Enumerable.Range(0, 100).Select(_ => Text(sampler.Next())));
        }

        Assert.Equal(Drawn(7), Drawn(7));
        Assert.NotEqual(Drawn(7), Drawn(8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(77)]
    public void ARestoredSamplerGoesOnExactly(int drawn)
    {
        EpisodeSampling sampling = new() { Shots = 3, Seed = 3, Mirror = true };
        var one = new EpisodeSampler(dataset, sampling);
        for (var i = 0; i < drawn; i++)
            one.Next();
        var json = System.Text.Json.JsonSerializer.Serialize(one.State);
        var other = new EpisodeSampler(dataset, sampling);
        other.Restore(System.Text.Json.JsonSerializer.Deserialize<EpisodeSamplerState>(json)!);
        for (var i = 0; i < 80; i++)
            Assert.Equal(Text(one.Next()), Text(other.Next()));
    }

    [Fact]
    public void PartsDrawAsTheWholeDoes()
    {
        for (var part = 1; part <= 2; part++)
        {
            using var writer = new DatasetWriter(folder.At("parts"), MadeClips.Options with { Part = new(part, 2) });
            foreach (var clip in Enumerable.Range(0, 40).Where(clip => clip % 2 == part - 1))
                MadeClips.Add(writer, clip);
            writer.Complete();
        }

        using var parts = Dataset.Open(folder.At("parts"));
        var (a, b) = (new EpisodeSampler(dataset, new() { Shots = 3 }), new EpisodeSampler(parts, new() { Shots = 3 }));
        for (var i = 0; i < 100; i++)
            Assert.Equal(Text(a.Next()), Text(b.Next()));
    }

    [Fact]
    public void ShotsThatNoClipHasFramesForAreRefusedInOneSentence()
    {
        Assert.Equal($"{dataset.Folder}: episodes of 8 shots need clips of 9 frames, and the longest has 8; lower the shots, or prepare "
            + $"longer clips.",
            Assert.Throws<UserException>(() => new EpisodeSampler(dataset, new() { Shots = 8 })).Message);
        var sampler = new EpisodeSampler(dataset, new() { Shots = 7 });
        Assert.True(sampler.TooShort > 0);
        Assert.Equal(8, dataset.FrameCountOf(sampler.Next().Clip));
    }

    [Fact]
    public void AStateOfAnotherDatasetIsRefused()
    {
        using var other = Dataset.Open(MadeClips.Write(folder, "other", 20));
        var state = new EpisodeSampler(other, new() { Shots = 3 }).State;
        Assert.Contains("was sampling other clips", Assert.Throws<UserException>(() =>
            new EpisodeSampler(dataset, new() { Shots = 3 }).Restore(state)).Message);
    }

    // The reference values hold the draws still: a run made with an earlier build resumes with a later one.
    [Fact]
    public void RandomNumbersNeverChange()
    {
        var random = new CounterRandom(1, 2, 3);
        Assert.Equal("2940678738467981863 7204486418739843001 852 0.5004881940708144",
            string.Join(" ", random.Next(), random.Next(), random.Below(1000), random.Unit()));
    }

    static int[] Clips(EpisodeSampler sampler) => [.. Enumerable.Range(0, sampler.Count).Select(_ => sampler.Next().Clip)];

    static string Text(Episode episode) => $"{episode.Clip}: {string.Join(",", episode.Sources)} -> {episode.Target} {episode.Mirrored}";
}
