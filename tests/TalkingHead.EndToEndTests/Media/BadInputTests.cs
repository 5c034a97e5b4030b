using System.Diagnostics;
using TalkingHead.Cli;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>What a user sees of a bad file: one sentence that names it, exit code 1, nothing half-written.</summary>
public sealed class BadInputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public BadInputTests()
    {
        Needs.Ffmpeg();
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("truncated.mp4", "overlay.mp4", "cut off")]
    [InlineData("truncated.jpg", "overlay.png", "cut off")]
    [InlineData("zero.mp4", "overlay.mp4", "empty")]
    [InlineData("zero.jpg", "overlay.png", "empty")]
    [InlineData("text.jpg", "overlay.png", "not a picture")]
    [InlineData("one-pixel.png", "overlay.png", "no face")]
    [InlineData("bomb.png", "overlay.png", "20000x20000")]
    [InlineData("no-face.mp4", "overlay.mp4", "no face was found in its 12 frames")]
    [InlineData("no-face.png", "overlay.png", "no face")]
    [InlineData("sound.mp4", "overlay.mp4", "sound only")]
    [InlineData("nowhere.mp4", "overlay.mp4", "no such file")]
    public void EachIsOneSentenceThatNamesTheFile(string name, string output, string expected)
    {
        Make(name);
        var before = folder.Files;
        var (code, said) = Run("landmarks", folder.At(name), "--out", folder.At(output));
        Assert.Equal(1, code);
        var line = Assert.Single(said.Trim().Split('\n'));
        Assert.StartsWith($"talkinghead: {folder.At(name)}", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(before, folder.Files);
    }

    [Fact]
    public void PngNamedJpegWorks()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        reader.Frames().First().Save(folder.At("a.png"));
        File.Move(folder.At("a.png"), folder.At("a.jpeg"));
        Assert.Equal((0, ""), Run("landmarks", folder.At("a.jpeg"), "--out", folder.At("overlay.png")));
        Assert.Equal((960, 270), (Picture.Load(folder.At("overlay.png")).Width, Picture.Load(folder.At("overlay.png")).Height));
    }

    [Fact]
    public void FolderGoesOnPastABadFileAndListsIt()
    {
        var clip = RealClips.Path("head-pose-female.mp4");
        Directory.CreateDirectory(folder.At("in"));
        Make("truncated.jpg");
        Make("text.jpg");
        File.Move(folder.At("truncated.jpg"), folder.At("in/a-truncated.jpg"));
        File.Move(folder.At("text.jpg"), folder.At("in/b-text.jpg"));
        File.Copy(clip, folder.At("in/c.mp4"));
        var (code, said) = Run("landmarks", folder.At("in"), "--out", folder.At("out"), "--json", folder.At("points.json"));
        Assert.Equal(1, code);
        Assert.Contains("2 of 3 files were refused: a-truncated.jpg, b-text.jpg", said, StringComparison.Ordinal);
        Assert.Equal(23, VideoInfo.Probe(folder.At("out/c.mp4.mp4")).FrameCount);
        Assert.True(File.Exists(folder.At("points.json")));
    }

    [Fact]
    public void MissingFfmpegIsNamedWithItsPackage()
    {
        Make("no-face.mp4");
        var (code, _, said) = ProgramProcess.Run(["landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.mp4")],
            environment: [("PATH", "/nonexistent")]);
        Assert.Equal(1, code);
        Assert.Equal("talkinghead: ffprobe was not found on PATH; it reads and writes videos: install ffmpeg (Debian: apt-get "
            + "install ffmpeg).", said.Trim());
    }

    [Fact]
    public void StoppedBeforeTheFirstFrameLeavesNothingAndIsExitCode130()
    {
        Make("no-face.mp4");
        using var error = new StringWriter();
        Assert.Equal(130, Program.Run(["landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.mp4")],
            new CancellationToken(canceled: true), TextWriter.Null, error));
        Assert.Equal(["no-face.mp4"], folder.Files);
    }

    [Fact]
    public void WrongUsageIsExitCodeTwo()
    {
        Make("no-face.png");
        Make("no-face.mp4");
        Assert.Equal(2, Run("landmarks", folder.At("no-face.png"), "--out", folder.At("o.mp4")).Code);
        Assert.Equal(2, Run("landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.png")).Code);
        Assert.Equal(2, Run("landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.avi")).Code);
        Assert.Equal(2, Run("landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.mp4"), "--near", "here").Code);
        Assert.Equal(2, Run("landmarks", folder.At("no-face.mp4"), "--out", folder.At("o.mp4"), "--smoothing", "-1").Code);
    }

    [Theory]
    [InlineData("no-face.png", "5000,5")]
    [InlineData("no-face.mp4", "5,-1")]
    public void APointOutsideThePictureIsToldWithThePicturesSize(string name, string point)
    {
        Make(name);
        var (code, error) = Run("landmarks", folder.At(name), "--out", folder.At("o" + name[^4..]), "--near", point);
        Assert.Equal(1, code);
        Assert.Contains($"--near {point}: the point is outside {folder.At(name)}, which is ", error);
        Assert.Equal([name], folder.Files);
    }

    void Make(string name)
    {
        switch (name)
        {
            case "truncated.mp4":
                Video("whole.mp4");
                var video = File.ReadAllBytes(folder.At("whole.mp4"));
                File.WriteAllBytes(folder.At(name), video[..(2 * video.Length / 3)]);
                break;
            case "truncated.jpg":
                var picture = PictureFile.Encode(TestPictures.Waves(200, 150), name);
                File.WriteAllBytes(folder.At(name), picture[..(picture.Length / 2)]);
                break;
            case "zero.mp4" or "zero.jpg": File.WriteAllBytes(folder.At(name), []); break;
            case "text.jpg": File.WriteAllText(folder.At(name), "This is no picture."); break;
            case "one-pixel.png": new Picture(1, 1).Save(folder.At(name)); break;
            case "bomb.png": File.WriteAllBytes(folder.At(name), TestPictures.HeaderOnlyPng(20000, 20000)); break;
            case "no-face.png": TestPictures.Waves(320, 240).Save(folder.At(name)); break;
            case "no-face.mp4": Video(name); break;
            case "sound.mp4":
                using (var ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac",
                    folder.At(name)]))
                    ffmpeg.WaitForExit();
                break;
        }
    }

    void Video(string name)
    {
        using var writer = VideoWriter.Create(folder.At(name), 320, 180, new(12, 1));
        for (var i = 0; i < 12; i++)
            writer.Write(TestPictures.Waves(320, 180, i / 3.0));
        writer.Finish();
    }
}
