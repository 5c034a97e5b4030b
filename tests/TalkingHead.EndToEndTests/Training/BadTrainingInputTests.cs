using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Training;
using TalkingHead.Training;

namespace TalkingHead.EndToEndTests.Training;

/// <summary>Mistakes of the user's at train: one sentence each, the exit code that fits, and nothing changed.</summary>
public sealed class BadTrainingInputTests : IDisposable
{
    readonly MadeRuns runs = new();

    public void Dispose() => runs.Dispose();

    [Theory]
    [InlineData("  shots: 2", "  shotz: 2", "{0}: unknown key \"shotz\" under \"episodes\". Did you mean \"shots\"?")]
    [InlineData("  shots: 2", "  shots: two", "{0}:20: episodes.shots is \"two\"; expected a whole number from 1 to 64.")]
    [InlineData("  batch: 2", "  batch: 1.5", "{0}:35: training.batch is \"1.5\"; expected a whole number from 1 to 4096.")]
    [InlineData("  embedder: false", "  embedder: 7", "{0}:15: spectral_norm.embedder is \"7\"; expected true or false.")]
    public void AKeyThatIsWrongIsNamedWithWhatWasExpected(string right, string wrong, string sentence)
    {
        var text = File.ReadAllText(MadeRuns.Smoke);
        Assert.Contains(right, text);
        File.WriteAllText(runs.At("wrong.yaml"), text.Replace(right, wrong));
        Assert.Equal((2, $"talkinghead: {string.Format(sentence, runs.At("wrong.yaml"))}\n"), Train(runs.At("wrong.yaml"), runs.Data));
        Assert.False(Directory.Exists(runs.At("run")));
    }

    [Fact]
    public void AChangedKeyThatIsUnknownIsNamed()
    {
        Assert.Equal((2, "talkinghead: --set training.stesp=3: unknown key \"stesp\" under \"training\". Did you mean \"steps\"?\n"),
            Train(MadeRuns.Smoke, runs.Data, "--set", "training.stesp=3"));
        Assert.False(Directory.Exists(runs.At("run")));
    }

    [Fact]
    public void ADatasetThatIsNotThereIsNamed()
    {
        Assert.Equal((1, $"talkinghead: {runs.At("none")}: no such folder; expected a dataset (talkinghead synth or prepare makes one).\n"),
            Train(MadeRuns.Smoke, runs.At("none")));
        Directory.CreateDirectory(runs.At("empty"));
        Assert.Equal((1, $"talkinghead: {runs.At("empty")}: holds no dataset: there is no part1of1.index; talkinghead synth or prepare "
            + $"makes one.\n"), Train(MadeRuns.Smoke, runs.At("empty")));
        Assert.False(Directory.Exists(runs.At("run")));
    }

    [Fact]
    public void ADatasetOfAnotherSizeIsNamedWithBothSizes()
    {
        using var large = new MadeDataset(clips: 3, frames: 4, size: 64);
        Assert.Equal((2, $"talkinghead: {large.Folder}: its frames are 64 pixels a side, the configuration's are 32. Add --set "
            + $"data.size=64, or prepare the dataset with --size 32.\n"), Train(MadeRuns.Smoke, large.Folder));
        Assert.False(Directory.Exists(runs.At("run")));
    }

    [Fact]
    public void ARunThatIsThereStaysAsItIs()
    {
        Assert.Equal(0, Train(MadeRuns.Smoke, runs.Data, "--set", "training.steps=2").Code);
        var before = Bytes();

        Assert.Equal((1, $"talkinghead: {runs.At("run")}: holds a run at step 2 already. Add --resume to go on with it, or choose "
            + $"another --out.\n"), Train(MadeRuns.Smoke, runs.Data));

        var (code, said) = Train(MadeRuns.Smoke, runs.Data, "--resume", "--set", "network.base_channels=16");
        Assert.Equal(1, code);
        Assert.Equal(
            $"talkinghead: {runs.At("run/checkpoints/step-0000002/networks.safetensors")}: tensor \"embedder.path.blocks.0.conv1.weight\" "
            + $"is (8,6,3,3) in the checkpoint, (16,6,3,3) in the model. Use the configuration that the run was started with.\n", said);

        using (RunDirectory.Open(runs.At("run"), resume: true))
            Assert.Equal((1, $"talkinghead: {runs.At("run")}: another process is training here. Wait for it, stop it, or choose "
                + $"another --out.\n"), Train(MadeRuns.Smoke, runs.Data, "--resume"));

        Assert.Equal(before, Bytes());
    }

    // The program's last words: what it says of a training that starts comes before them.
    (int Code, string Said) Train(string configuration, string data, params string[] more)
    {
        var (code, _, said) = ProgramProcess.Run(["train", configuration, "--data", data, "--out", runs.At("run"), "--device",
            "cpu", .. more]);
        return (code, said[Math.Max(0, said.IndexOf("talkinghead:", StringComparison.Ordinal))..]);
    }

    Dictionary<string, string> Bytes() => Directory.GetFiles(runs.At("run"), "*", SearchOption.AllDirectories).ToDictionary(path => path,
        path => Convert.ToHexString(File.ReadAllBytes(path)));
}
