using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.EndToEndTests.Media.MadeMedia;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>Frames keep the times at which they are shown, through reading and writing, and sound keeps its place beside them.</summary>
public sealed class VideoTimeTests : IDisposable
{
    const string Pictures = "testsrc=size=64x48:rate=12:duration=2", Sound = "sine=duration=4";

    readonly TemporaryFolder folder = new();

    public VideoTimeTests() => Needs.Ffmpeg();

    public void Dispose() => folder.Dispose();

    string Varying(string name, params string[] more)
    {
        Ffmpeg(["-f", "lavfi", "-i", Pictures, "-f", "lavfi", "-i", Sound, "-map", "0:v", .. more, "-vf", TwelveThenThree, "-fps_mode",
            "passthrough", folder.At(name)]);
        return folder.At(name);
    }

    static (double[] Seconds, int[] Numbers) Read(string path)
    {
        using var reader = VideoReader.Open(path);
        var frames = reader.TimedFrames().ToArray();
        return ([.. frames.Select(frame => frame.Seconds)], [.. frames.Select(frame => frame.Number)]);
    }

    static void AssertTimes(IEnumerable<double> expected, IEnumerable<double> found, double tolerance = 0.0011)
    {
        double[] a = [.. expected], b = [.. found];
        Assert.Equal(a.Length, b.Length);
        Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }

    [Theory]
    [InlineData("a.mp4")]
    [InlineData("a.mkv")] // milliseconds
    [InlineData("a.mov")]
    [InlineData("a.gif")] // hundredths
    public void FramesOfAVaryingRateComeAtTheirOwnTimes(string name)
    {
        var path = Varying(name);
        var info = VideoInfo.Probe(path);
        Assert.False(info.Times.AreEven);
        Assert.Equal(24, info.FrameCount);
        var (seconds, numbers) = Read(path);
        AssertTimes(Enumerable.Range(0, 24).Select(TwelveThenThreeAt), seconds, tolerance: 0.006);
        Assert.Equal(Enumerable.Range(0, 24), numbers);
    }

    [Theory]
    [InlineData("30000/1001", "a.mp4")]
    [InlineData("30000/1001", "a.mkv")]
    [InlineData("24000/1001", "a.webm")]
    [InlineData("60", "a.mov")]
    [InlineData("12", "a.gif")]
    public void AConstantRateIsKnownThroughTheRoundingOfItsContainer(string rate, string name)
    {
        Ffmpeg("-f", "lavfi", "-i", $"testsrc=size=64x48:rate={rate}:duration=2", folder.At(name));
        var times = VideoInfo.Probe(folder.At(name)).Times;
        Assert.True(times.AreEven);
        Assert.True(FrameRate.TryParse(rate, out var expected));
        Assert.Equal(expected.PerSecond, times.Rate.PerSecond, 0.02);
    }

    [Fact]
    public void FramesThatAnEditListHidesAreNotCounted()
    {
        Ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=12:duration=6", "-g", "100", folder.At("whole.mp4"));
        Ffmpeg("-ss", "4", "-i", folder.At("whole.mp4"), "-c", "copy", folder.At("cut.mp4"));
        Assert.StartsWith("72", Ask("-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", folder.At("cut.mp4"))[0],
            StringComparison.Ordinal);
        Assert.Equal(24, VideoInfo.Probe(folder.At("cut.mp4")).FrameCount);
        AssertTimes(Enumerable.Range(0, 24).Select(i => i / 12.0), Read(folder.At("cut.mp4")).Seconds);
    }

    [Theory]
    [InlineData("late.mp4", 0.5, 0)]
    [InlineData("late.mkv", 0.5, 0)]
    [InlineData("late.ts", 0.5, 0)]
    [InlineData("early.mp4", 0, 0.7)]
    [InlineData("early.ts", 0, 0.7)]
    public void PicturesAndSoundShareOneClockWhicheverBeginsFirst(string name, double pictures, double sound)
    {
        Ffmpeg("-f", "lavfi", "-i", Pictures, folder.At("v.mp4"));
        Ffmpeg("-f", "lavfi", "-i", Sound, "-c:a", "aac", folder.At("a.m4a"));
        Ffmpeg("-itsoffset", FormattableString.Invariant($"{pictures}"), "-i", folder.At("v.mp4"), "-itsoffset",
            FormattableString.Invariant($"{sound}"), "-i", folder.At("a.m4a"), "-map", "0:v", "-map", "1:a", "-c", "copy", folder.At(name));
        var ahead = FrameTimesOf(folder.At(name))[0] - SoundStartOf(folder.At(name)); // as it is in the file
        Assert.InRange(Math.Abs(ahead - (pictures - sound)), 0, 0.05);

        var (seconds, _) = Read(folder.At(name));
        Assert.Equal(24, seconds.Length);
        Copy(folder.At(name), "out.mp4");
        var times = FrameTimesOf(folder.At("out.mp4"));
        Assert.Equal(ahead, times[0] - SoundStartOf(folder.At("out.mp4")), 0.002);
        AssertTimes(seconds.Select(second => second - seconds[0]), times.Select(time => time - times[0]));
    }

    [Fact]
    public void AVaryingRateIsWrittenFrameByFrameWithItsSound()
    {
        var path = Varying("a.mp4", "-map", "1:a", "-c:a", "aac", "-shortest");
        Copy(path, "out.mp4");
        AssertTimes(FrameTimesOf(path), FrameTimesOf(folder.At("out.mp4")));
        Assert.Equal(SoundStartOf(path), SoundStartOf(folder.At("out.mp4")), 0.001);
        Assert.Equal("aac", VideoInfo.Probe(folder.At("out.mp4")).AudioCodec);
    }

    [Fact]
    public void AGifKeepsTimesToo()
    {
        Copy(Varying("a.mp4"), "out.gif");
        AssertTimes(Enumerable.Range(0, 24).Select(TwelveThenThreeAt), VideoTimes("out.gif"), tolerance: 0.011);
    }

    // A folder has no times: there the rate is constant, and each moment shows the frame of that moment.
    [Fact]
    public void AFolderOfPicturesShowsEachFrameAsLongAsItLasts()
    {
        var path = Varying("a.mp4");
        Copy(path, "frames");
        var pictures = Directory.GetFiles(folder.At("frames")).Order(StringComparer.Ordinal).Select(Picture.Load).ToArray();
        using var reader = VideoReader.Open(path);
        var frames = reader.TimedFrames().ToArray();
        for (var i = 0; i < pictures.Length; i++)
        {
            var near = frames.Where(frame => Math.Abs(frame.Seconds - i / 25.0) <= 0.0201)
                .Concat([frames.Last(frame => frame.Seconds <= i / 25.0 + 1e-9)]);
            Assert.Contains(near, frame => frame.Picture.Pixels.AsSpan().SequenceEqual(pictures[i].Pixels));
        }

        Assert.Equal(Math.Round(25 * frames[^1].Seconds) + 1, pictures.Length);
    }

    [Fact]
    public void TheStreamThatPlayersShowIsTaken()
    {
        Ffmpeg("-f", "lavfi", "-i", "color=red:size=64x48:rate=10:duration=1", "-f", "lavfi", "-i",
            "color=blue:size=32x24:rate=20:duration=1", "-f", "lavfi", "-i", Sound, "-f", "lavfi", "-i", "sine=880:duration=1",
            "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-disposition:v:0", "0", "-disposition:v:1", "default", "-disposition:a:0",
                "0", "-disposition:a:1", "default",
            "-c:a:0", "libvorbis", "-c:a:1", "aac", folder.At("two.mkv"));
        using var reader = VideoReader.Open(folder.At("two.mkv"));
        Assert.Equal((32, 24, 20.0, "aac"), (reader.Width, reader.Height, reader.Rate.PerSecond, reader.Info.AudioCodec));
        var frames = reader.Frames().ToArray();
        Assert.Equal(20, frames.Length);
        AssertColor((0, 0, 255), Mean(frames[0]), 4);
    }

    [Fact]
    public void NoTimesAreFramesAtTheRate()
    {
        Ffmpeg("-f", "lavfi", "-i", Pictures, "-bf", "0", folder.At("raw.h264"));
        var (seconds, numbers) = Read(folder.At("raw.h264"));
        Assert.Equal(Enumerable.Range(0, 24), numbers);
        AssertTimes(Enumerable.Range(0, 24).Select(i => i / 12.0), seconds);
    }

    [Fact]
    public void AFrameThatIsLateLeavesTheLastOneStanding()
    {
        using (var writer = VideoWriter.Create(folder.At("frames"), 16, 16, new(10, 1)))
        {
            writer.Write(TestPictures.Waves(16, 16), 0.3); // whatever the clock begins with
            writer.Write(TestPictures.Waves(16, 16, 1), 0.6);
            writer.Write(TestPictures.Waves(16, 16, 2));
            writer.Finish();
        }

        double[] expected = [0, 0, 0, 1, 2];
        var pictures = Directory.GetFiles(folder.At("frames")).Order(StringComparer.Ordinal).Select(Picture.Load).ToArray();
        Assert.Equal(expected.Length, pictures.Length);
        Assert.All(expected.Zip(pictures), pair => Assert.Equal(TestPictures.Waves(16, 16, pair.First).Pixels, pair.Second.Pixels));
    }

    [Fact]
    public void PicksAreSpreadOverTimeAndEqualThoseByNumberWhereTheRateIsConstant()
    {
        var even = FrameTimes.Even(250, new(25, 1));
        Assert.Equal(FrameTimes.EvenNumbers(0, 250, 64), even.Evenly(0, 250, 64));
        var varying = FrameTimes.From(Enumerable.Range(0, 24).Select(TwelveThenThreeAt), 1.0 / 3, [new(12, 1)]);
        Assert.Equal(3.5, varying.Seconds, 1e-9);
        Assert.False(varying.AreEven);
        Assert.Equal([4, 12, 18, 20, 22], varying.Evenly(0, 24, 5)); // those on the screen at 0.35, 1.05, 1.75, 2.45 and 3.15 s
    }

    double[] VideoTimes(string name) => Read(folder.At(name)).Seconds;

    // As animate does: every frame with its time, the sound under it.
    void Copy(string from, string to)
    {
        using var reader = VideoReader.Open(from);
        using var writer = VideoWriter.Create(folder.At(to), reader.Width, reader.Height, reader.Rate,
            new() { SoundFrom = reader.Info.AudioCodec is null ? null : from, KeepsTimes = !reader.Times.AreEven });
        foreach (var frame in reader.TimedFrames())
            writer.Write(frame.Picture, frame.Seconds);
        writer.Finish(reader.Times.End);
    }
}
