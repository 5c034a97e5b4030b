using SkiaSharp;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;

namespace TalkingHead.EndToEndTests.Provenance;

/// <summary>
/// The mark in the pixels, on a few clips; docs/provenance.md has the figures of many, from
/// tests/TalkingHead.Benchmarks (mark attacks, mark law).
/// </summary>
public sealed class PixelMarkTests(PixelMarkTests.Clips clips) : IClassFixture<PixelMarkTests.Clips>
{
    const uint Payload = 0xC0FFEE42;

    public sealed class Clips
    {
        internal Picture[][] Plain { get; } = SignedFiles.People(4, 256, 8);

        internal Picture[][] Marked => marked.Value;

        readonly Lazy<Picture[][]> marked;

        public Clips() => marked = new(() =>
        {
            var mark = new PixelMark(256, Payload);
            return [.. Plain.Select(clip => Array.ConvertAll(clip, mark.Marked))];
        });
    }

    public static TheoryData<string> Changes => [.. changes.Keys];

    static readonly Dictionary<string, Func<Picture[], Picture[]>> changes = new()
    {
        ["none"] = frames => frames,
        ["JPEG 50"] = frames => Array.ConvertAll(frames, Jpeg),
        ["half size"] = frames => Array.ConvertAll(frames, frame => frame.Resize(128, 128)),
        ["double size"] = frames => Array.ConvertAll(frames, frame => frame.Resize(512, 512)),
        ["crop of 10 % in the middle"] = frames => Array.ConvertAll(frames, frame => Crop(frame, 13, 13, 230, 230)),
        ["crop of 10 % at one side"] = frames => Array.ConvertAll(frames, frame => Crop(frame, 20, 0, 230, 256)),
        ["brighter"] = frames => Array.ConvertAll(frames, frame => Times(frame, 1.2)),
        ["darker"] = frames => Array.ConvertAll(frames, frame => Times(frame, 0.8)),
        ["beside others"] = frames => Array.ConvertAll(frames, frame =>
            Picture.Beside(frame.Resize(256, 256), TestPictures.Waves(256, 256), frame)),
        ["one frame"] = frames => [frames[0]],
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void TheMarkIsFoundAndReadAfter(string change)
    {
        foreach (var clip in clips.Marked)
        {
            var finding = Find(changes[change](clip));
            Assert.True(finding is { IsFound: true, Payload: Payload }, $"{finding}");
        }
    }

    [Fact]
    public void TheMarkIsFoundAfterStrongCompression()
    {
        Needs.Ffmpeg();
        foreach (var clip in clips.Marked)
        {
            var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.mp4");
            using (var writer = VideoWriter.Create(path, 256, 256, new(25, 1), new() { Quality = 28 }))
            {
                foreach (var frame in clip)
                    writer.Write(frame);
                writer.Finish();
            }
            using (var reader = VideoReader.Open(path))
                Assert.True(Find([.. reader.Frames()]).IsFound);
            File.Delete(path);
        }
    }

    [Fact]
    public void MarkingChangesLittle()
    {
        foreach (var (plain, marked) in clips.Plain.Zip(clips.Marked))
            Assert.All(plain.Zip(marked), pair => Assert.InRange(TestPictures.Psnr(pair.First, pair.Second), 42, 50));
        // Noise: busy all over, so marked as strongly as is allowed.
        var noise = TestPictures.Noise(256, 256, 1);
        Assert.InRange(TestPictures.Psnr(noise, new PixelMark(256, Payload).Marked(noise)), 42, 43.5);
    }

    [Fact]
    public void UnmarkedFramesOtherKeysAndNoPictureAtAllGiveNoMark()
    {
        foreach (var clip in clips.Plain)
            Assert.False(Find(clip).IsFound);
        foreach (var clip in clips.Marked)
            Assert.False(new MarkDetector(key: 7).Find(Mean(clip)).IsFound);
        Assert.False(Find([new Picture(256, 256)]).IsFound);
        Assert.False(Find([new Picture(1, 1)]).IsFound);
        Assert.False(Find([new Picture(3000, 2)]).IsFound);
    }

    // What the threshold rests on: under keys that have nothing to do with the picture, the statistic at one place is
    // standard normal, whatever the picture.
    [Fact]
    public void UnderOtherKeysTheStatisticStaysUnderItsThreshold()
    {
        var statistics = Enumerable.Range(0, 100).Select(key => new MarkDetector((ulong)key).Find(Mean(clips.Plain[key % 4])).Statistic)
            .Order().ToArray();
        Assert.InRange(statistics[50], 3.2, 3.8); // the maximum of some 3,700 places
        Assert.True(statistics[^1] < 5.5, $"{statistics[^1]}");
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(320)]
    public void TheMarkScalesWithTheFrame(int side)
    {
        var clip = Array.ConvertAll(clips.Plain[0], frame => new PixelMark(side, Payload).Marked(frame.Resize(side, side)));
        var finding = Find(clip);
        Assert.True(finding.IsFound && (side == 64 || finding.Payload == Payload), $"{finding}"); // 64 px hold too little to read
    }

    [Fact]
    public void TheSameHeadsMarkIsTheSameEverywhere()
    {
        Assert.Equal(0x01234567u, PixelMark.PayloadOf(SignedFiles.HeadId));
        var (one, two) = (clips.Plain[0][0].Clone(), clips.Plain[0][0].Clone());
        PixelMark.Of(SignedFiles.HeadId, 256).Apply(one);
        new PixelMark(256, 0x01234567u).Apply(two);
        Assert.Equal(one.Pixels, two.Pixels);
        Assert.Throws<ArgumentException>(() => PixelMark.Of(SignedFiles.HeadId, 256).Apply(new Picture(128, 128)));
    }

    static MarkFinding Find(Picture[] frames) => new MarkDetector().Find(Mean(frames));

    static FrameMean Mean(Picture[] frames)
    {
        var mean = new FrameMean(frames[0].Width, frames[0].Height);
        foreach (var frame in frames)
            mean.Add(frame);
        return mean;
    }

    static Picture Crop(Picture frame, int x, int y, int width, int height)
    {
        var crop = new Picture(width, height);
        crop.Paste(frame, -x, -y);
        return crop;
    }

    static Picture Times(Picture frame, double factor) =>
        new(frame.Width, frame.Height, Array.ConvertAll(frame.Pixels, value => (byte)Math.Clamp(Math.Round(value * factor), 0, 255)));

    static Picture Jpeg(Picture frame)
    {
        using var bitmap = PictureFile.ToBitmap(frame);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 50);
        return PictureFile.Decode(data.ToArray(), "frame.jpg", out _);
    }
}
