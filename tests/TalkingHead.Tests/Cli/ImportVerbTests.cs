using TalkingHead.Configuration;
using TalkingHead.Tests.Models;
using TalkingHead.Tests.Serialization;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Cli;

public sealed class ImportVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    static string Checkpoint(string kind) => Path.Combine(AppContext.BaseDirectory, $"Fixtures/Networks/{kind}.pth");

    (int Code, string Error) Run(params string[] arguments) => InProcess.Run(["import", .. arguments, "--out", folder.At("run")]);

    [Fact]
    public void ACheckpointBecomesARunWithEveryNumberOfItsEmbedderAndGenerator()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Assert.Equal((0, ""), Run(Checkpoint("vt-save-disc"), "--kind", "vt-save-disc"));
        var configuration = RunConfiguration.Load(folder.At("run/config.yaml"));
        Assert.Equal((NetworkLayout.VtSaveDisc, ResizeKind.Pad, LandmarkStyle.Vt),
            (configuration.Network.Layout, configuration.Data.Resize, configuration.Landmarks.Style));

        using var networks = PersonNetworks.Build(configuration);
        networks.Load(folder.At("run/checkpoints/step-0000000"));
        // The made-up checkpoint repeats one formula-made number in each tensor, in half precision.
        foreach (var (name, value) in networks.Embedder.state_dict().Concat(networks.Generator.state_dict()))
        {
            var expected = Formula.Values(name, 1).to(ScalarType.Float16).to(ScalarType.Float32).item<float>();
            Assert.Equal((expected, expected), (value.min().item<float>(), value.max().item<float>()));
        }
    }

    [Fact]
    public void ACheckpointOfTheOtherKindIsRefused()
    {
        var (code, error) = Run(Checkpoint("vt-save-disc"), "--kind", "vt-master");
        Assert.Equal(1, code);
        Assert.Contains("vt-save-disc.pth: G_state_dict: ", error);
        Assert.False(Directory.Exists(folder.At("run")));
    }

    [Fact]
    public void AnUnknownKindIsAMistakeOfUsage() =>
        Assert.Equal((2, "talkinghead: --kind is \"vt\"; expected vt-master or vt-save-disc." + Environment.NewLine),
            Run(Checkpoint("vt-master"), "--kind", "vt"));

    public void Dispose() => folder.Dispose();
}
