using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Data.Preparation;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Cli;

/// <summary>The verbs on files as people have them: what is to be seen in the result, and what is said of the rest.</summary>
public sealed class MediaVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public MediaVerbTests()
    {
        Needs.Ffmpeg();
    }

    public void Dispose() => folder.Dispose();

    static string Model => Repository.At("checkpoints/synthetic-64.safetensors");

    [Fact]
    public void LandmarksOfAVaryingRateHaveTheTimesOfTheirFrames()
    {
        SyntheticVideo.Write(folder.At("in.mp4"), 22, MadeMedia.TwelveThenThreeAt);
        Assert.Equal((0, ""), Run("landmarks", folder.At("in.mp4"), "--out", folder.At("out.mp4"), "--json", folder.At("points.json")));
        var frames = JsonDocument.Parse(File.ReadAllText(folder.At("points.json"))).RootElement[0].GetProperty("frames")
            .EnumerateArray().ToArray();
        Assert.Equal(22, frames.Length);
        Assert.All(frames.Index(), frame => Assert.Equal(MadeMedia.TwelveThenThreeAt(frame.Index),
            frame.Item.GetProperty("seconds").GetDouble(), 0.001));
        Assert.All(MadeMedia.FrameTimesOf(folder.At("out.mp4")).Index(),
            time => Assert.Equal(MadeMedia.TwelveThenThreeAt(time.Index), time.Item, 0.001));
    }

    // A clip in a dataset keeps times, too, and moves a head at them.
    [Fact]
    public void ADatasetOfAVaryingRateAnimatesAtTheTimesOfItsFrames()
    {
        SyntheticVideo.Write(folder.At("from.mp4"), 22, MadeMedia.TwelveThenThreeAt);
        Directory.CreateDirectory(folder.At("from/anna"));
        File.Move(folder.At("from.mp4"), folder.At("from/anna/talk.mp4"));
        new Preparation(new()
        {
            Layout = PrepareLayout.Videos, From = folder.At("from"), Out = folder.At("set"), Size = 64, Shots = 3,
            FramesPerClip = 0, TestShare = 0
        }).Run();
        using (var dataset = Dataset.Open(folder.At("set")))
        {
            var record = dataset.ReadRecord(0);
            Assert.Equal(Enumerable.Range(0, 22), record.SourceFrames!);
            Assert.All(record.Seconds!.Index(), time => Assert.Equal(MadeMedia.TwelveThenThreeAt(time.Index), time.Item, 0.001));
        }

        Assert.Equal(0, Run("finetune", Model, "--from", $"{folder.At("set")}#anna/talk", "--shots", "4", "--out", folder.At("a.head"),
            "--feed-forward").Code);
        Assert.Equal(0, Run("animate", folder.At("a.head"), "--driver", $"{folder.At("set")}#anna/talk", "--out",
            folder.At("out.mp4")).Code);
        Assert.All(MadeMedia.FrameTimesOf(folder.At("out.mp4")).Index(),
            time => Assert.Equal(MadeMedia.TwelveThenThreeAt(time.Index), time.Item, 0.001));
        using var driver = Driver.Open($"{folder.At("set")}#anna/talk");
        Assert.False(driver.Times.AreEven);
    }

    [Fact]
    public void AnAnimationKeepsTimesAndSoundOfItsDriver()
    {
        SyntheticVideo.Write(folder.At("v.mp4"), 16, i => i < 8 ? i / 12.0 : 8 / 12.0 + (i - 8) / 3.0);
        MadeMedia.Ffmpeg("-itsoffset", "0.4", "-i", folder.At("v.mp4"), "-f", "lavfi", "-i", "sine=duration=4", "-map", "0:v", "-map",
            "1:a", "-c:v", "copy", "-c:a", "aac", folder.At("in.mov"));
        Assert.Equal(0, Run("finetune", Model, "--from", folder.At("in.mov"), "--shots", "4", "--out", folder.At("a.head"),
            "--feed-forward").Code);
        Assert.Equal(0, Run("animate", folder.At("a.head"), "--driver", folder.At("in.mov"), "--out", folder.At("out.mp4"), "--json",
            folder.At("a.json")).Code);
        Assert.True(JsonDocument.Parse(File.ReadAllText(folder.At("a.json"))).RootElement.GetProperty("variable_rate").GetBoolean());
        double[] before = MadeMedia.FrameTimesOf(folder.At("in.mov")), after = MadeMedia.FrameTimesOf(folder.At("out.mp4"));
        var (soundBefore, soundAfter) = (MadeMedia.SoundStartOf(folder.At("in.mov")), MadeMedia.SoundStartOf(folder.At("out.mp4")));
        Assert.Equal(16, after.Length);
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First - soundBefore, pair.Second - soundAfter, 0.002));
        Assert.Equal(0.4, after[0] - soundAfter, 0.03);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(5, 1)] // more than a tenth
    public void DamageIsSaidWithItsCountAndItsExitCode(int lost, int code)
    {
        SyntheticVideo.Write(folder.At("v.mp4"), 24);
        MadeMedia.Ffmpeg("-i", folder.At("v.mp4"), "-c:v", "mjpeg", "-q:v", "2", folder.At("in.avi"));
        var bytes = File.ReadAllBytes(folder.At("in.avi"));
        for (int frame = 0, at = 0; (at = bytes.AsSpan(at).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) is >= 0 and var next ? at + next
            : -1) >= 0; frame++, at += 3)
            if (frame >= 10 && frame < 10 + lost)
                bytes.AsSpan(at, 2000).Fill(0x55);
        File.WriteAllBytes(folder.At("in.avi"), bytes);

        var expected = $"{folder.At("in.avi")}: the video is damaged: {lost} of its 24 frames could not be read; get a whole copy of "
            + $"the file.";
        var (found, said) = Run("landmarks", folder.At("in.avi"), "--out", folder.At("out.mp4"), "--json", folder.At("points.json"));
        Assert.Equal(code, found);
        Assert.Equal(code == 1 ? $"talkinghead: {expected}" : "", said.Trim());
        Assert.Equal(lost, JsonDocument.Parse(File.ReadAllText(folder.At("points.json"))).RootElement[0].GetProperty("unreadable")
            .GetInt32());
        Assert.Equal(24, VideoInfo.Probe(folder.At("out.mp4")).FrameCount); // time is kept across the gap

        Assert.Equal(0, Run("finetune", Model, "--from", folder.At("v.mp4"), "--shots", "4", "--out", folder.At("a.head"),
            "--feed-forward").Code);
        (found, said) = Run("animate", folder.At("a.head"), "--driver", folder.At("in.avi"), "--out", folder.At("out2.mp4"), "--json",
            folder.At("a.json"));
        Assert.Equal(code, found);
        Assert.Equal(lost, JsonDocument.Parse(File.ReadAllText(folder.At("a.json"))).RootElement.GetProperty("unreadable").GetInt32());
        Assert.Equal(24, VideoInfo.Probe(folder.At("out2.mp4")).FrameCount);
        Assert.Equal(code, Run("finetune", Model, "--from", folder.At("in.avi"), "--out", folder.At("b.head"), "--feed-forward").Code);

        Directory.CreateDirectory(folder.At("from/anna"));
        File.Copy(folder.At("in.avi"), folder.At("from/anna/in.avi"));
        var refused = new List<Refusal>();
        var result = new Preparation(new()
        {
            Layout = PrepareLayout.Videos, From = folder.At("from"), Out = folder.At("set"), Size = 64,
            Shots = 3, FramesPerClip = 0, TestShare = 0
        }).Run(refused: refused.Add);
        Assert.Equal((1 - code, code == 1 ? "undecodable" : "damaged"), (result.Clips, Assert.Single(refused).Kind));
        Assert.Equal($"in.avi: the video is damaged: {lost} of its 24 frames could not be read; get a whole copy of the file",
            refused[0].Reason);
    }

    [Fact]
    public void AFolderFromAPhoneIsUsedAndWhatCannotBeReadIsNamed()
    {
        Directory.CreateDirectory(folder.At("photos/anna"));
        string In(string name) => folder.At("photos/anna/" + name);
        for (var i = 0; i < 4; i++)
            SyntheticVideo.Frame(9 * i).Save(In($"{i}.png"));
        foreach (var (name, more) in new[] { ("a.bmp", Array.Empty<string>()), ("b.tif", ["-pix_fmt", "rgb24"]), ("c.jpg", []) })
            MadeMedia.Ffmpeg(["-i", In("1.png"), .. more, In(name)]);
        var whole = File.ReadAllBytes(In("c.jpg"));
        File.WriteAllBytes(In("c.jpg"), whole[..(whole.Length / 3)]);
        File.WriteAllBytes(In("d.heic"), [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8]);
        File.WriteAllText(In("e.cr2"), "raw");
        File.WriteAllText(In("list.txt"), "not a word of it");

        var said = new List<string>();
        using (var run = TrainedRun.Open(Model, "cpu"))
            Assert.Equal(6, PersonFrames.Take([folder.At("photos/anna")], 6, run.Configuration, say: said.Add).Count);
        var left = Assert.Single(said);
        Assert.Contains("e.cr2 (not a picture)", left);
        Assert.Contains("c.jpg: the picture is cut off", left);
        Assert.Contains("d.heic: HEIC is not read; convert it to JPEG", left);
        Assert.DoesNotContain("list.txt", left);

        var refused = new List<Refusal>();
        var result = new Preparation(new()
        {
            Layout = PrepareLayout.Photos, From = folder.At("photos"), Out = folder.At("set"), Size = 64,
            Shots = 3, FramesPerClip = 0, TestShare = 0
        }).Run(refused: refused.Add);
        Assert.Equal((1, 6L), (result.Clips, result.Frames));
        Assert.Equal(["anna/c.jpg", "anna/d.heic", "anna/e.cr2"], refused.Select(each => each.Input).Order(StringComparer.Ordinal));

        var (code, line) = Run("landmarks", folder.At("photos/anna"), "--out", folder.At("drawn"));
        Assert.Equal(1, code);
        Assert.Contains("2 of 8 files were refused: c.jpg, d.heic", line);
        Assert.Equal(6, Directory.GetFiles(folder.At("drawn")).Length);
    }

    [Fact]
    public void WordsNameWhatAFileIs()
    {
        SyntheticVideo.Write(folder.At("v.mp4"), 3);
        Says(2, "v.mp4: is a video, and one video is all that a head is made of", "finetune", Model, "--from", folder.At("v.mp4"),
            folder.At("v.mp4"), "--out", folder.At("o.head"), "--feed-forward");
        Says(1, "no such file or folder; expected a configuration, a dataset, a run, a model or a head", "inspect", folder.At("none"));

        void Says(int code, string words, params string[] arguments)
        {
            var (found, said) = Run(arguments);
            Assert.Contains(words, said);
            Assert.Equal(code, found);
        }
    }
}
