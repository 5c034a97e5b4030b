using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Serialization;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.EndToEndTests.Onnx;

/// <summary>export --onnx, animate and inspect on a run of a few steps.</summary>
public sealed class OnnxVerbTests(HeadVerbTests.Trained trained) : IClassFixture<HeadVerbTests.Trained>, IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Driver => $"{trained.Data}#person1/clip";

    string Head()
    {
        using var run = TrainedRun.Open(trained.Path, "cpu");
        var source = PersonFrames.Take([$"{trained.Data}#person4/clip"], 4, run.Configuration);
        using var head = PersonFineTuner.Run(run, source, new() { FeedForward = true });
        head.Save(folder.At("person.head"));
        return folder.At("person.head");
    }

    [Fact]
    public void AnOnnxHeadIsAnimatedAndDescribedAsAHeadIs()
    {
        string head = Head(), onnx = folder.At("new/person.onnx");
        Assert.Equal((0, ""), Run("export", head, "--onnx", onnx));
        Assert.Equal((0, ""), Run("export", head, "--onnx", folder.At("half.onnx"), "--half"));
        Assert.InRange(new FileInfo(folder.At("half.onnx")).Length, 1, 0.8 * new FileInfo(onnx).Length);

        Assert.Equal(0, Run("animate", head, "--driver", Driver, "--out", folder.At("torch"), "--engine", "torch").Code);
        Assert.Equal(0, Run("animate", head, "--driver", Driver, "--out", folder.At("runtime"), "--engine", "onnx").Code);
        Assert.Equal(0, Run("animate", onnx, "--driver", Driver, "--out", folder.At("file"), "--side-by-side").Code);
        Assert.Equal(0, Run("animate", head, "--driver", Driver, "--out", folder.At("faster")).Code);
        string[] frames = [.. Directory.GetFiles(folder.At("torch")).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(6, frames.Length);
        foreach (var frame in frames)
        {
            var expected = Picture.Load(folder.At($"torch/{frame}")).Pixels;
            foreach (var other in new[] { "runtime", "faster" })
            {
                var found = Picture.Load(folder.At($"{other}/{frame}")).Pixels;
                Assert.All(expected.Zip(found), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
            }
            Assert.Equal(3 * 32, Picture.Load(folder.At($"file/{frame}")).Width);
        }

        Assert.Equal((0, ""), Run("inspect", onnx, "--sheet", folder.At("head.png"), "--json", folder.At("head.json")));
        Assert.Equal("person4/clip", Json("head.json").GetProperty("origin").GetProperty("source").GetProperty("name").GetString());
        OnnxOracle.Accepts(onnx, folder.At("half.onnx"));
    }

    [Fact]
    public void ARunIsTwoFiles()
    {
        Assert.Equal((0, ""), Run("export", trained.Path, "--onnx", folder.At("run.onnx")));
        Assert.Equal(["run.embedder.onnx", "run.onnx"], folder.Files);
        Assert.Equal((0, ""), Run("inspect", folder.At("run.onnx"), "--json", folder.At("run.json")));
        Assert.Equal(["landmarks", "psi"], Inputs("run.json"));
        Assert.Equal((0, ""), Run("inspect", folder.At("run.embedder.onnx"), "--json", folder.At("run.json")));
        Assert.Equal(["frames", "landmarks"], Inputs("run.json"));
        OnnxOracle.Accepts(folder.At("run.onnx"), folder.At("run.embedder.onnx"));

        IEnumerable<string?> Inputs(string json) => Json(json).GetProperty("inputs").EnumerateArray()
            .Select(input => input.GetProperty("name").GetString());
    }

    [Fact]
    public void MistakesAreOneSentenceEachAndNothingIsLeft()
    {
        string head = Head(), onnx = folder.At("person.onnx"), run = folder.At("run.onnx");
        Says(2, "give either --out FILE for a model of this program or --onnx FILE", "export", head);
        Says(2, "give either --out FILE for a model of this program or --onnx FILE", "export", head, "--out", "a", "--onnx", "b.onnx");
        Says(2, "--half is for --onnx", "export", head, "--out", folder.At("a"), "--half");
        Says(2, "expected a name that ends in .onnx", "export", head, "--onnx", folder.At("person.head2"));
        Says(1, "the ONNX file cannot be written", "export", head, "--onnx", folder.At("person.head/x.onnx"));
        Says(1, "no model, but another safetensors file", "export", head, "--out", folder.At("a"));
        Assert.Equal(["person.head"], folder.Files);

        Assert.Equal((0, ""), Run("export", head, "--onnx", onnx));
        Assert.Equal((0, ""), Run("export", trained.Path, "--onnx", run));
        string[] to = ["--driver", Driver, "--out", folder.At("out")];
        Says(2, "--engine gpu: expected torch or onnx", ["animate", head, .. to, "--engine", "gpu"]);
        Says(2, "an ONNX file is computed by ONNX Runtime only", ["animate", onnx, .. to, "--engine", "torch"]);
        Says(1, "no head, but another ONNX file", ["animate", run, .. to]);
        Says(1, "no such file", ["animate", folder.At("none.onnx"), .. to]);
        Says(2, "--sheet is for a dataset or a head", "inspect", run, "--sheet", folder.At("a.png"));
        Assert.False(Directory.Exists(folder.At("out")));
    }

    void Says(int code, string words, params string[] arguments)
    {
        var (found, error) = Run(arguments);
        Assert.Contains(words, error);
        Assert.Equal((code, 1), (found, error.TrimEnd().Split('\n').Length));
    }

    JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(folder.At(name))).RootElement;
}
