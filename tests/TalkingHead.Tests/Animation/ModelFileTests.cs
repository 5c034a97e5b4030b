using System.Text.Json;
using System.Text.RegularExpressions;
using TalkingHead.Animation;
using TalkingHead.Serialization;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Animation;

public sealed class ModelFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Exported()
    {
        using var run = SmallPerson.Run(SmallPerson.Configuration("normal"));
        run.Export(folder.At("small.safetensors"));
        return folder.At("small.safetensors");
    }

    [Fact]
    public void AnExportedRunMakesTheSameHeadToHalfPrecision()
    {
        using var scope = NewDisposeScope();
        using var run = SmallPerson.Run(SmallPerson.Configuration("normal"));
        using var back = TrainedRun.Open(Exported(), "cpu");
        Assert.Equal((run.Name, run.Step, run.Configuration), (back.Name, back.Step, back.Configuration));
        var source = SmallPerson.Frames(2);
        var (frames, landmarks) = source.ToTensors(run.Configuration, CPU);
        var (expected, embedding) = (run.Embed(frames, landmarks), back.Embed(frames, landmarks));
        Assert.True((expected - embedding).abs().max().item<float>() < 5e-3 * expected.abs().max().item<float>());
        using var head = PersonFineTuner.Run(back, source, new() { Epochs = 1 }); // with D, too
        Assert.True(head.Generate(landmarks).isfinite().all().item<bool>());
    }

    [Fact]
    public void ChangesToItsNetworksAreRefused()
    {
        using var changed = TrainedRun.Open(Exported(), "cpu", changes: ["fine_tuning.epochs=3"]);
        Assert.Equal(3, changed.Configuration.FineTuning.Epochs);
        var mistake = Assert.Throws<UserException>(() => TrainedRun.Open(Exported(), "cpu", changes: ["network.row_deviation=0.1"]));
        Assert.Equal(2, mistake.ExitCode);
        Assert.Contains("--set changes network.*", mistake.Message);
    }

    [Fact]
    public void InspectDescribesIt()
    {
        Assert.Equal((0, ""), InProcess.Run("inspect", Exported(), "--json", folder.At("model.json")));
        using var figures = JsonDocument.Parse(File.ReadAllText(folder.At("model.json")));
        Assert.Equal(32, figures.RootElement.GetProperty("size").GetInt32());
        Assert.True(figures.RootElement.GetProperty("generator").GetInt64() > 10_000);
        Assert.Equal(2, InProcess.Run("inspect", Exported(), "--sheet", folder.At("model.png")).Code);
    }

    [Fact]
    public void ItIsHalfAsLarge()
    {
        using var file = SafeTensorsFile.Open(Exported());
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(ScalarType.Float16, tensor.Type));
    }

    [Fact]
    public void OtherFilesAndDamagedOnesAreRefusedInASentence()
    {
        File.WriteAllText(folder.At("text"), "no model");
        Assert.Throws<UserException>(() => TrainedRun.Open(folder.At("text"), "cpu"));
        using (NewDisposeScope())
            SafeTensors.Save(folder.At("other.safetensors"), [KeyValuePair.Create("a", zeros(3))]);
        Assert.Contains("talkinghead export makes models", Assert.Throws<UserException>(() =>
            TrainedRun.Open(folder.At("other.safetensors"), "cpu")).Message);

        // The same file with a configuration of larger networks: refused before they are built.
        foreach (var (key, size) in new[] { ("embedding", 4096), ("canvas_side", 32) })
        {
            using (NewDisposeScope())
            {
                using var file = SafeTensorsFile.Open(Exported());
                var texts = file.Metadata.ToDictionary();
                var configuration = texts["configuration"];
                texts["configuration"] = Regex.Replace(configuration, $@"(?m)^  {key}:\s+\d+", $"  {key}: {size}");
                Assert.NotEqual(configuration, texts["configuration"]);
                SafeTensors.Save(folder.At("larger.safetensors"),
                    file.Tensors.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToTensor())), texts);
            }
            Assert.Contains("networks larger than", Assert.Throws<UserException>(() =>
                TrainedRun.Open(folder.At("larger.safetensors"), "cpu")).Message);
        }
    }
}
