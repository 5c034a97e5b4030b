using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.EndToEndTests.Training;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using TalkingHead.Tests.Training;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Cli;

/// <summary>finetune, animate and inspect on a run of a few steps.</summary>
public sealed class HeadVerbTests : IClassFixture<HeadVerbTests.Trained>, IDisposable
{
    readonly Trained trained;
    readonly TemporaryFolder folder = new();

    public HeadVerbTests(Trained trained) => this.trained = trained;

    public void Dispose() => folder.Dispose();

    string Clip => $"{trained.Data}#person4/clip";

    [Fact]
    public void APersonIsLearnedAnimatedAndDescribed()
    {
        Needs.Ffmpeg();
        Assert.Equal((0, ""), Run("finetune", trained.Path, "--from", Clip, "--shots", "4", "--out", folder.At("person.head"), "--json",
            folder.At("curve.json")));
        var curve = Json("curve.json").GetProperty("curve");
        Assert.True(curve.GetArrayLength() > 1);
        Assert.Equal(3 * 36 + 4, Picture.Load(folder.At("person.png")).Height); // sources, landmarks, results

        Assert.Equal((0, ""), Run("animate", folder.At("person.head"), "--driver", $"{trained.Data}#person1/clip", "--out",
            folder.At("out.mp4"), "--json", folder.At("a.json")));
        Assert.Equal(6, VideoInfo.Probe(folder.At("out.mp4")).FrameCount);
        Assert.True(Json("a.json").GetProperty("adapted").GetBoolean());

        Assert.Equal((0, ""), Run("inspect", folder.At("person.head"), "--sheet", folder.At("head.png"), "--json", folder.At("head.json")));
        Assert.Equal("person4/clip", Json("head.json").GetProperty("origin").GetProperty("source").GetProperty("name").GetString());
        Assert.Equal(["a.json", "curve.json", "head.json", "head.png", "out.mp4", "person.head", "person.png"], folder.Files);
    }

    [Fact]
    public void TheNewestCheckpointIsTakenOrTheOneAskedFor()
    {
        using (var newest = TrainedRun.Open(trained.Path, "cpu"))
        {
            Assert.Equal((4, true), (newest.Step, newest.CanFineTune));
            Assert.Contains("averaged weights", newest.Notes[1]);
        }

        using (var second = TrainedRun.Open(trained.Path, "cpu", "2", ["fine_tuning.epochs=3"]))
            Assert.Equal((2, 3), (second.Step, second.Configuration.FineTuning.Epochs));
        using var best = TrainedRun.Open(trained.Path, "cpu", "best");
        Assert.Contains("best in validation", best.Notes[1]);
        Assert.Contains("expected newest, best, or one of the steps 0, 2, 4",
            Assert.Throws<UserException>(() => TrainedRun.Open(trained.Path, "cpu", "3")).Message);
    }

    [Fact]
    public void ARunIsDescribed()
    {
        Assert.Equal((0, ""), Run("inspect", trained.Path, "--verify", "--json", folder.At("run.json")));
        Assert.Equal([0, 2, 4], Json("run.json").GetProperty("checkpoints").EnumerateArray()
            .Select(each => each.GetProperty("step").GetInt32()));
        Assert.True(Json("run.json").GetProperty("last").GetProperty("validation").TryGetProperty("feed_forward_ssim", out _));
    }

    [Fact]
    public void MistakesAreOneSentenceEachAndNothingIsLeft()
    {
        TestPictures.Waves(80, 60).Save(folder.At("waves.png"));
        TestPictures.Waves(80, 60, 1).Save(folder.At("more.png"));
        var head = folder.At("new/person.head");
        string[] Finetune(params string[] more) => ["finetune", trained.Path, "--out", head, .. more];

        Says(1, "no run: a run's directory holds config.yaml", "finetune", folder.At("none"), "--from", Clip, "--out", head);
        Says(1, "waves.png (without a face), " + folder.At("more.png") + " (without a face)",
            Finetune("--from", folder.At("waves.png"), folder.At("more.png")));
        Says(1, "no such file or folder", Finetune("--from", folder.At("nobody.png")));
        Says(2, $"is a dataset; name one of its clips, such as {trained.Data}#person0/clip", Finetune("--from", trained.Data));
        Says(1, "no clip \"person9/clip\"", Finetune("--from", $"{trained.Data}#person9/clip"));
        Says(2, "--shots 0: expected 1 to 1000", Finetune("--from", Clip, "--shots", "0"));
        Says(2, "give one of them", Finetune("--from", Clip, "--feed-forward", "--epochs", "3"));
        Says(1, "the head cannot be written", "finetune", trained.Path, "--from", Clip, "--out", folder.At("waves.png/person.head"));
        Says(1, "no such file", "animate", folder.At("none.head"), "--driver", Clip, "--out", folder.At("out.mp4"));
        Says(2, "--adapt maybe: expected on or off", "animate", head, "--driver", Clip, "--out", folder.At("out.mp4"), "--adapt", "maybe");
        Assert.Equal(["more.png", "waves.png"], folder.Files);
        Assert.Empty(Directory.GetFiles(folder.At("new")));
    }

    [Fact]
    public void MoreShotsThanThereAreFramesAreTakenForWhatIsThere()
    {
        using var run = TrainedRun.Open(trained.Path, "cpu");
        var said = new List<string>();
        var source = PersonFrames.Take([Clip], 40, run.Configuration, say: said.Add);
        Assert.Equal(6, source.Count);
        Assert.Contains("40 frames were asked for and 6 can be used", said.Single());
    }

    [Fact]
    public void FramesOfAnotherSizeArePaddedWhereTheTrainingPadded()
    {
        using var run = TrainedRun.Open(trained.Path, "cpu");
        using var small = new MadeDataset(1, 2, 24);
        using var dataset = Dataset.Open(small.Folder);
        var configuration = run.Configuration with { Data = run.Configuration.Data with { Resize = ResizeKind.Pad } };
        var (padded, scaled) = (SourceFrames.From(dataset, 0, [0], configuration), SourceFrames.From(dataset, 0, [0], run.Configuration));
        Assert.Equal((32, 32), (padded.Size, scaled.Size));
        Assert.All(padded.Pictures[0].Pixels[..(3 * 32 * 4)], value => Assert.Equal(0, value));
        Assert.Equal(dataset.ReadLandmarks(0)[0] + 4, padded.Landmarks[0].Values[0], 1e-4);
        Assert.NotEqual(padded.Landmarks[0].Values[0], scaled.Landmarks[0].Values[0]);
    }

    void Says(int code, string words, params string[] arguments)
    {
        var (found, error) = Run(arguments);
        Assert.Contains(words, error);
        Assert.Equal((code, 1), (found, error.TrimEnd().Split('\n').Length));
    }

    JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(folder.At(name))).RootElement;

    /// <summary>A smoke run of four steps.</summary>
    public sealed class Trained : IDisposable
    {
        readonly MadeRuns runs = new(clips: 5);

        public Trained() => runs.Train("run", ["training.steps=4", "training.checkpoint_every=2", "training.validate_every=2",
            "training.report_every=2", "fine_tuning.epochs=5"]);

        public string Data => runs.Data;

        public string Path => runs.At("run");

        public void Dispose() => runs.Dispose();
    }
}
