using System.Text;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Provenance;
using TalkingHead.Tests;
using TalkingHead.Tests.Animation;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Animation;

public sealed class AnimationFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Head head;
    readonly string driver;

    public AnimationFileTests()
    {
        using var run = SmallPerson.Run(SmallPerson.Configuration("plain"));
        head = PersonFineTuner.Run(run, SmallPerson.Frames(2), new() { FeedForward = true });
        driver = $"{folder.At("set")}#driver/clip";
        using var writer = new DatasetWriter(folder.At("set"), new DatasetWriterOptions { Size = 32, Recipe = "made by a test" });
        var frames = Enumerable.Range(0, 23).Select(frame =>
            (ReadOnlyMemory<byte>)PictureFile.Encode(TestPictures.Waves(32, 32, frame), "x.jpg")).ToArray();
        writer.Add(new ClipRecord("driver/clip", "driver", Split.Test, "a test") { Rate = 12 }, frames,
            [.. Enumerable.Range(0, 23).SelectMany(frame => SmallPerson.Face(frame).Values.ToArray())]);
        writer.Complete();
    }

    public void Dispose()
    {
        head.Dispose();
        folder.Dispose();
    }

    AnimationReport Write(string name, bool parallel = false, CancellationToken stop = default, Action<AnimatedFrame>? onFrame = null)
    {
        using var opened = Driver.Open(driver);
        return AnimationFile.Write(head, opened, folder.At(name), parallel: parallel, onFrame: onFrame, stop: stop);
    }

    [Fact]
    public void AVideoHasTheDriversFramesAndRateAndSaysWhatItIs()
    {
        Needs.Ffmpeg();
        var report = Write("out.mp4", parallel: true);
        var info = VideoInfo.Probe(folder.At("out.mp4"));
        Assert.Equal((96, 32, 23, 12.0), (info.Width, info.Height, info.FrameCount, info.Rate.PerSecond));
        Assert.Equal((23, 0, 0, true), (report.Frames, report.Held, report.Lost, report.Adapted));
        Assert.Equal(["decode", "draw", "generate", "encode"], report.Stages.Keys);
        SaysWhatItIs(folder.At("out.mp4"), SyntheticMark.CompositeSourceType); // the source picture is real
        Assert.Equal(["out.mp4"], folder.Files);
    }

    [Fact]
    public void EveryPictureOfAFolderSaysWhatItIs()
    {
        Write("frames");
        string[] files = [.. Directory.GetFiles(folder.At("frames")).Order()];
        Assert.Equal(23, files.Length);
        Assert.All(files, file => SaysWhatItIs(file));
        Assert.Equal((32, 32), (Picture.Load(files[0]).Width, Picture.Load(files[0]).Height));
    }

    [Fact]
    public void AGifSaysWhatItIs()
    {
        Needs.Ffmpeg();
        Write("out.gif");
        Assert.Contains(SyntheticMark.DigitalSourceType, Encoding.UTF8.GetString(File.ReadAllBytes(folder.At("out.gif"))));
        Assert.Equal(23, VideoInfo.Probe(folder.At("out.gif")).FrameCount);
        Assert.Equal(Verdict.Certain, FileVerifier.Trusting([]).Verify(folder.At("out.gif")).Verdict);
    }

    [Fact]
    public void AStopLeavesAPlayableFileUpToThatFrame()
    {
        Needs.Ffmpeg();
        using var stop = new CancellationTokenSource();
        var frames = 0;
        var report = Write("out.mp4", stop: stop.Token, onFrame: _ =>
        {
            frames++;
            stop.Cancel();
        });
        Assert.Equal(frames, report.Frames);
        Assert.Equal(frames, VideoInfo.Probe(folder.At("out.mp4")).FrameCount);
    }

    [Fact]
    public void APlaceThatCannotBeWrittenIsSaidAndNothingIsLeft()
    {
        Needs.Ffmpeg();
        File.WriteAllText(folder.At("file"), "");
        Assert.Contains("cannot be written", Assert.Throws<UserException>(() => Write("file/out.mp4")).Message);
        Assert.Equal(["file"], folder.Files);
    }

    [Fact]
    public void AVideoWithoutAFaceIsSaidAndNothingIsLeft()
    {
        Needs.Ffmpeg();
        using (var writer = VideoWriter.Create(folder.At("waves.mp4"), 64, 48, new FrameRate(10, 1)))
        {
            for (var i = 0; i < 5; i++)
                writer.Write(TestPictures.Waves(64, 48, i));
            writer.Finish();
        }

        using var waves = Driver.Open(folder.At("waves.mp4"));
        var mistake = Assert.Throws<UserException>(() => AnimationFile.Write(head, waves, folder.At("out.mp4")));
        Assert.Contains("no face was found in its 5 frames", mistake.Message);
        Assert.Equal(["waves.mp4"], folder.Files);
    }

    [Fact]
    public void TheOwnPersonsMotionIsNotAdaptedUnlessAsked()
    {
        using var opened = Driver.Open(driver);
        using var run = SmallPerson.Run(SmallPerson.Configuration("plain"));
        using var dataset = Dataset.Open(folder.At("set"));
        using var own = PersonFineTuner.Run(run, SourceFrames.From(dataset, 0, [0, 5], run.Configuration), new() { FeedForward = true });
        Assert.False(new Animator(own).Adapts(opened).Adapt);
        Assert.True(new Animator(own, new() { Adapt = true }).Adapts(opened).Adapt);
        Assert.True(new Animator(head).Adapts(opened).Adapt);
    }

    void SaysWhatItIs(string path, string sourceType = SyntheticMark.DigitalSourceType)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(path));
        Assert.Contains($"Iptc4xmpExt:DigitalSourceType=\"{sourceType}\"", text);
        Assert.Contains($"dc:source=\"head {head.Id}\"", text);
        Assert.Contains("Synthetic media: made by a talking head model", text);
        var verified = FileVerifier.Trusting([]).Verify(path);
        Assert.True(verified.Verdict == Verdict.Certain, string.Join(' ', verified.Sentences));
        Assert.Equal((sourceType, $"head {head.Id}"), (verified.Credentials!.SourceType, verified.Credentials.Model));
    }
}
