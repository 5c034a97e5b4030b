using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Data;

public sealed class EpisodeLoaderTests : IDisposable
{
    const int Side = 48, Clips = 11, Frames = 7;

    readonly TemporaryFolder folder = new();
    readonly Dataset dataset;

    public EpisodeLoaderTests()
    {
        using (var writer = new DatasetWriter(folder.At("set"), new() { Size = Side, Recipe = "{}" }))
        {
            for (var clip = 0; clip < Clips; clip++)
                writer.Add(new($"p{clip}", $"p{clip}", Split.Train, "made"),
                    [.. Enumerable.Range(0, Frames).Select(frame => (ReadOnlyMemory<byte>)FrameJpeg.Encode(Shot(clip, frame), 90))],
                    Points(clip));
            writer.Complete();
        }

        dataset = Dataset.Open(folder.At("set"));
    }

    public void Dispose()
    {
        dataset.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ABatchHoldsTheFramesAndTheirDrawingsInMinusOneToOne()
    {
        EpisodeSampling sampling = new() { Shots = 3, Seed = 5 };
        var reference = new EpisodeSampler(dataset, sampling);
        using var loader = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 4 });
        using var scope = NewDisposeScope();
        var batch = loader.Next();
        Assert.Equal([4L, 3, 3, Side, Side], batch.Episodes.Source.shape);
        Assert.Equal([4L, 3, Side, Side], batch.Episodes.Target.shape);
        for (var b = 0; b < 4; b++)
        {
            var episode = reference.Next();
            Assert.Equal(dataset[episode.Clip].Id, batch.Episodes.Clips[b]);
            AssertSame(Frame(episode.Clip, episode.Target), batch.Episodes.Target[b]);
            AssertSame(Drawn(episode.Clip, episode.Target), batch.Episodes.TargetLandmarks[b]);
            for (var k = 0; k < 3; k++)
            {
                AssertSame(Frame(episode.Clip, episode.Sources[k]), batch.Episodes.Source[b, k]);
                AssertSame(Drawn(episode.Clip, episode.Sources[k]), batch.Episodes.SourceLandmarks[b, k]);
            }
        }
    }

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(5, 3, false)]
    [InlineData(1, 1, true)]
    [InlineData(3, 2, true)]
    public void BatchesAreTheSameWhateverTheWorkersThePrefetchAndTheWay(int workers, int prefetch, bool uploads)
    {
        EpisodeSampling sampling = new() { Shots = 2, Seed = 9, Mirror = true };
        using var one = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 3, Workers = 1, Prefetch = 1 });
        using var other = new EpisodeLoader(dataset, new(dataset, sampling),
            new() { Batch = 3, Workers = workers, Prefetch = prefetch, Uploads = uploads });
        for (var n = 0; n < 12; n++)
        {
            using var scope = NewDisposeScope();
            AssertSame(one.Next(), other.Next());
        }
    }

    [Fact]
    public void ALoaderResumedAmidAnEpochGivesTheRestOfIt()
    {
        EpisodeSampling sampling = new() { Shots = 2, Seed = 4 };
        using var whole = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 2 });
        using var outer = NewDisposeScope();
        EpisodeSamplerState state;
        long number;
        using (var cut = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 2, Prefetch = 3 }))
        {
            for (var n = 0; n < 3; n++)
                AssertSame(whole.Next(), cut.Next());
            (state, number) = (cut.State, cut.NextNumber);
        }

        Assert.Equal((6, 3L), (state.Position, number));
        var sampler = new EpisodeSampler(dataset, sampling);
        sampler.Restore(state);
        using var resumed = new EpisodeLoader(dataset, sampler, new() { Batch = 2 }, number: number);
        for (var n = 0; n < 9; n++)
            AssertSame(whole.Next(), resumed.Next());
    }

    [Fact]
    public void MirroredEpisodesAreFlippedWithTheirLandmarks()
    {
        EpisodeSampling sampling = new() { Shots = 1, Seed = 2, Mirror = true };
        var reference = new EpisodeSampler(dataset, sampling);
        using var loader = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 60 });
        using var scope = NewDisposeScope();
        var batch = loader.Next();
        var flips = 0;
        for (var b = 0; b < 60; b++)
        {
            var episode = reference.Next();
            flips += episode.Mirrored ? 1 : 0;
            var frame = PictureTensor.ToTensor(Frame(episode.Clip, episode.Target))[0];
            Assert.True((episode.Mirrored ? frame.flip(2) : frame).eq(batch.Episodes.Target[b]).all().item<bool>());
            var landmarks = Landmark(episode.Clip, episode.Target);
            AssertSame(LandmarkImage.Draw(episode.Mirrored ? landmarks.Mirror(Side) : landmarks, Side, Side),
                batch.Episodes.TargetLandmarks[b]);
        }

        Assert.InRange(flips, 18, 42); // 30, with a deviation of 4
    }

    [Fact]
    public void EpisodesInOtherSurroundingsShowOneFrameOfAnotherClipAroundTheHead()
    {
        EpisodeSampling sampling = new() { Shots = 1, Seed = 3, BackgroundSwap = 1 };
        var reference = new EpisodeSampler(dataset, sampling);
        using var loader = new EpisodeLoader(dataset, new(dataset, sampling), new() { Batch = 4 });
        using var scope = NewDisposeScope();
        var batch = loader.Next();
        for (var b = 0; b < 4; b++)
        {
            var episode = reference.Next();
            var other = Planes(Frame(episode.Background!.Value.Clip, episode.Background.Value.Frame));
            AssertSame(Expected(episode.Target), batch.Episodes.Target[b]);
            AssertSame(Expected(episode.Sources[0]), batch.Episodes.Source[b, 0]);

            byte[] Expected(int frame)
            {
                var planes = Planes(Frame(episode.Clip, frame));
                BackgroundSwap.Blend(other, Landmark(episode.Clip, frame), planes, Side);
                return planes;
            }
        }

        static byte[] Planes(Picture picture)
        {
            var planes = new byte[3 * Side * Side];
            PlanarPixels.FromRgb(picture.Pixels, planes);
            return planes;
        }

        static void AssertSame(byte[] expected, Tensor actual) =>
            Assert.Equal(expected, actual.contiguous().data<float>().Select(value => (byte)MathF.Round((value + 1) * 127.5f)));
    }

    [Theory]
    [InlineData(ResizeKind.Resize)]
    [InlineData(ResizeKind.Pad)]
    public void FramesOfAnotherSideAreBroughtToTheSideWanted(ResizeKind kind)
    {
        var frame = Frame(0, 1);
        var expected = new Picture(64, 64);
        if (kind == ResizeKind.Resize)
            expected = frame.Resize(64, 64);
        else
            expected.Paste(frame, 8, 8);
        Assert.Equal(expected.Pixels, FrameFit.Fit(frame, 64, kind).Pixels);
        var landmarks = Landmark(0, 1);
        var moved = kind == ResizeKind.Resize ? landmarks.Crop(new(0, 0, Side, Side), 64, 64) : landmarks.Map(new(1, 0, 8, 8));
        Assert.Equal(LandmarkImage.Draw(moved, 64, 64).Pixels, LandmarkImage.Draw(FrameFit.Fit(landmarks, Side, 64, kind), 64, 64).Pixels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADamagedFrameStopsTheBatchWithClipAndShard(bool uploads)
    {
        var shard = Path.Combine(dataset.Folder, "part1of1-00000.tar");
        var frame = dataset.ReadFrame(4, 2);
        dataset.Dispose();
        var bytes = File.ReadAllBytes(shard);
        var at = bytes.AsSpan().IndexOf(frame) + 300;
        using (var file = File.OpenWrite(shard))
        {
            file.Position = at;
            file.WriteByte((byte)(bytes[at] ^ 4));
        }

        using var damaged = Dataset.Open(dataset.Folder);
        using var loader = new EpisodeLoader(damaged, new(damaged, new() { Shots = Frames - 1 }),
            new() { Batch = Clips, Workers = 2, Uploads = uploads });
        var error = Assert.Throws<UserException>(() => loader.Next());
        Assert.StartsWith($"{shard}: clip {damaged[4].Id} is damaged", error.Message);
    }

    [Fact]
    public void LoadingLeavesNoTensorBehind()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var loader = new EpisodeLoader(dataset, new(dataset, new() { Shots = 2 }), new() { Batch = 3 }))
        {
            for (var n = 0; n < 5; n++)
            {
                using var scope = NewDisposeScope();
                loader.Next();
            }
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    static void AssertSame(LoadedBatch a, LoadedBatch b)
    {
        Assert.Equal(a.Number, b.Number);
        Assert.Equal(a.After, b.After);
        Assert.Equal(a.Episodes.Clips, b.Episodes.Clips);
        foreach (var (x, y) in ((Tensor, Tensor)[])[(a.Episodes.Source, b.Episodes.Source),
            (a.Episodes.SourceLandmarks, b.Episodes.SourceLandmarks), (a.Episodes.Target, b.Episodes.Target),
            (a.Episodes.TargetLandmarks, b.Episodes.TargetLandmarks)])
            Assert.True(x.eq(y).all().item<bool>());
    }

    static void AssertSame(Picture expected, Tensor actual) =>
        Assert.Equal(PictureTensor.ToTensor(expected)[0].data<float>().ToArray(), actual.contiguous().data<float>().ToArray());

    Picture Frame(int clip, int frame)
    {
        File.WriteAllBytes(folder.At("frame.jpg"), dataset.ReadFrame(clip, frame));
        return Picture.Load(folder.At("frame.jpg"));
    }

    Landmarks Landmark(int clip, int frame) => new(dataset.ReadLandmarks(clip).AsSpan(136 * frame, 136));

    Picture Drawn(int clip, int frame) => LandmarkImage.Draw(Landmark(clip, frame), Side, Side);

    static Picture Shot(int clip, int frame)
    {
        var picture = new Picture(Side, Side);
        for (var i = 0; i < picture.Pixels.Length; i++)
            picture.Pixels[i] = (byte)(128 + 90 * Math.Sin((clip + 1) * 0.02 * (i / 3 % Side)
                + (frame + 1) * 0.05 * (i / 3 / Side) + i % 3));
        return picture;
    }

    static float[] Points(int clip) => [.. Enumerable.Range(0, Frames * 136).Select(i => (float)(24 + 18 * Math.Sin(0.7 * i + clip)))];
}
