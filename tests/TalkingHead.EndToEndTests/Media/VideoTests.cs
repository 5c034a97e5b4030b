using System.Diagnostics;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Media;

public sealed class VideoTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public VideoTests() => Needs.Ffmpeg();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ThreeSecondsOfMp4KeepCountSizeRateAndPicture()
    {
        var rate = new FrameRate(30000, 1001);
        Write("a.mp4", 320, 180, 90, rate);
        using var reader = VideoReader.Open(folder.At("a.mp4"));
        Assert.Equal((320, 180, rate, 90L), (reader.Info.Width, reader.Info.Height, reader.Info.Rate, reader.Info.FrameCount));
        var frames = reader.Frames().ToArray();
        Assert.Equal(90, frames.Length);
        var worst = frames.Select((frame, i) => TestPictures.Psnr(TestPictures.Waves(320, 180, i / 10.0), frame)).Min();
        TestContext.Current.SendDiagnosticMessage($"mp4: worst frame {worst:0.0} dB");
        Assert.True(worst > 32, $"{worst:0.0} dB");
    }

    [Fact]
    public void RealClipSurvivesMp4Above32Decibels()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frames = reader.Frames().Take(36).ToArray();
        using (var writer = VideoWriter.Create(folder.At("a.mp4"), reader.Width, reader.Height, reader.Rate))
        {
            foreach (var frame in frames)
                writer.Write(frame);
            writer.Finish();
        }

        using var again = VideoReader.Open(folder.At("a.mp4"));
        Assert.Equal((reader.Width, reader.Height, reader.Rate, 36L), (again.Width, again.Height, again.Rate, again.FrameCount));
        var worst = again.Frames().Zip(frames, TestPictures.Psnr).Min();
        TestContext.Current.SendDiagnosticMessage($"mp4 of a real clip: worst frame {worst:0.0} dB");
        Assert.True(worst > 32, $"{worst:0.0} dB");
    }

    [Fact]
    public void BrowsersPlayTheMp4()
    {
        Write("a.mp4", 64, 48, 5, new(25, 1), new() { Comment = VideoWriter.SyntheticComment });
        var about = Ask("-show_entries", "stream=codec_name,pix_fmt,profile:format_tags=comment", "-of", "csv=p=0", folder.At("a.mp4"));
        Assert.Contains("h264", about, StringComparison.Ordinal);
        Assert.Contains("yuv420p", about, StringComparison.Ordinal);
        Assert.Contains("Synthetic media", about, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(folder.At("a.mp4"));
        Assert.True(bytes.AsSpan().IndexOf("moov"u8) < bytes.AsSpan().IndexOf("mdat"u8), "the index comes first");
    }

    [Fact]
    public void OddSizesArePaddedByOne()
    {
        Write("a.mp4", 33, 35, 3, new(10, 1));
        using var reader = VideoReader.Open(folder.At("a.mp4"));
        Assert.Equal((34, 36), (reader.Width, reader.Height));
    }

    [Fact]
    public void GifKeepsCountAndRateAndCarriesTheComment()
    {
        Write("a.gif", 40, 30, 8, new(10, 1), new() { Comment = VideoWriter.SyntheticComment });
        using var reader = VideoReader.Open(folder.At("a.gif"));
        Assert.Equal((40, 30, new FrameRate(10, 1), 8L), (reader.Width, reader.Height, reader.Rate, reader.FrameCount));
        Assert.Equal(8, reader.Frames().Count());
        Assert.True(File.ReadAllBytes(folder.At("a.gif")).AsSpan().IndexOf("Synthetic media"u8) > 0);
    }

    [Fact]
    public void FolderOfPicturesIsExact()
    {
        Write("frames", 24, 16, 3, new(10, 1));
        Assert.Equal(TestPictures.Waves(24, 16, 0.2).Pixels, Picture.Load(Path.Combine(folder.At("frames"), "000003.png")).Pixels);
        var error = Assert.Throws<UserException>(() => VideoWriter.Create(folder.At("frames"), 8, 8, new(1, 1)));
        Assert.Contains("holds files already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FinishingEarlyLeavesAPlayableFileAndNotFinishingLeavesNothing()
    {
        Write("early.mp4", 32, 32, 4, new(25, 1)); // as after a cancellation: Finish is called with what there is
        Assert.Equal(4, VideoInfo.Probe(folder.At("early.mp4")).FrameCount);
        using (var writer = VideoWriter.Create(folder.At("never.mp4"), 32, 32, new(25, 1)))
            writer.Write(new Picture(32, 32));
        Assert.Equal(["early.mp4"], folder.Files);
    }

    [Fact]
    public void SoundOfTheDriverIsLaidUnderAndCutToTheFrames()
    {
        Run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=4", "-f", "lavfi", "-i", "color=size=32x32:rate=10:duration=4",
            "-c:a", "aac", folder.At("driver.mp4"));
        Write("a.mp4", 32, 32, 10, new(10, 1), new() { SoundFrom = folder.At("driver.mp4") });
        Assert.Equal("aac", VideoInfo.Probe(folder.At("a.mp4")).AudioCodec);
        var seconds = double.Parse(Ask("-show_entries", "format=duration", "-of", "csv=p=0", folder.At("a.mp4")),
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 0.9, 1.15);
        Assert.Equal(10, VideoInfo.Probe(folder.At("a.mp4")).FrameCount);
        Write("a-silent-driver.mp4", 32, 32, 2, new(10, 1));
        Write("silent.mp4", 32, 32, 2, new(10, 1), new() { SoundFrom = folder.At("a-silent-driver.mp4") });
        Assert.Null(VideoInfo.Probe(folder.At("silent.mp4")).AudioCodec);
    }

    [Fact]
    public void RotationIsApplied()
    {
        Write("flat.mp4", 64, 32, 3, new(10, 1));
        Run("ffmpeg", "-v", "error", "-i", folder.At("flat.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=90", folder.At("turned.mp4"));
        var turned = VideoInfo.Probe(folder.At("turned.mp4"));
        Assert.SkipWhen(turned.Rotation == 0, "this ffmpeg cannot write rotation.");
        Assert.Equal((32, 64), (turned.Width, turned.Height));
        using var reader = VideoReader.Open(folder.At("turned.mp4"));
        Assert.Equal(3, reader.Frames().Count());
    }

    [Fact]
    public void FramesComeInTheSizeAndRateAskedFor()
    {
        Write("a.mp4", 64, 32, 20, new(20, 1));
        using var reader = VideoReader.Open(folder.At("a.mp4"), new() { Width = 32, Rate = new FrameRate(5, 1) });
        Assert.Equal((32, 16, 5L), (reader.Width, reader.Height, reader.FrameCount));
        Assert.Equal(5, reader.Frames().Count());
    }

    [Fact]
    public void NamesThatLookLikeOptionsStayNames()
    {
        Write("-i.mp4", 16, 16, 2, new(10, 1));
        Assert.Equal(2, VideoInfo.Probe(folder.At("-i.mp4")).FrameCount);
    }

    [Theory]
    [InlineData("cut.mp4", "cut off")]
    [InlineData("cut-moov.mp4", "holds no video")]
    [InlineData("empty.mp4", "empty")]
    [InlineData("text.mp4", "not a video")]
    [InlineData("sound.mp4", "sound only")]
    [InlineData("missing.mp4", "no such file")]
    [InlineData("list.mp4", "a list of other files (hls)")]
    [InlineData("live.mp4", "a list of other files (hls)")] // one that says that more is to come
    [InlineData("concat.mp4", "a list of other files (concat)")]
    [InlineData("subtitles.mp4", "a file of the kind srt, which is not read; expected a video")]
    public void BadVideosAreNamedInOneSentence(string name, string expected)
    {
        Write("whole.mp4", 320, 180, 30, new(25, 1));
        var whole = File.ReadAllBytes(folder.At("whole.mp4"));
        switch (name)
        {
            case "cut.mp4": File.WriteAllBytes(folder.At(name), whole[..(whole.Length / 2)]); break;
            case "cut-moov.mp4": File.WriteAllBytes(folder.At(name), whole[..100]); break;
            case "empty.mp4": File.WriteAllBytes(folder.At(name), []); break;
            case "text.mp4": File.WriteAllText(folder.At(name), "This is no video."); break;
            case "list.mp4" or "live.mp4":
                File.WriteAllText(folder.At(name), $"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{folder.At("whole.mp4")}\n"
                    + (name == "list.mp4" ? "#EXT-X-ENDLIST\n" : ""));
                break;
            case "concat.mp4": File.WriteAllText(folder.At(name), "ffconcat version 1.0\nfile whole.mp4\n"); break;
            case "subtitles.mp4": File.WriteAllText(folder.At(name), "1\n00:00:01,000 --> 00:00:02,000\nwords\n"); break;
            case "sound.mp4": Run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", folder.At(name)); break;
        }

        var error = Assert.Throws<UserException>(() => VideoReader.Open(folder.At(name)).Dispose());
        Assert.StartsWith(folder.At(name), error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(1, error.ExitCode);
    }

    void Write(string name, int width, int height, int count, FrameRate rate, VideoWriteSettings? settings = null)
    {
        using var writer = VideoWriter.Create(folder.At(name), width, height, rate, settings);
        for (var i = 0; i < count; i++)
            writer.Write(TestPictures.Waves(width, height, i / 10.0));
        writer.Finish();
    }

    static string Ask(params string[] arguments) => Run("ffprobe", ["-v", "error", .. arguments]);

    static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true })!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer.Trim();
    }
}
