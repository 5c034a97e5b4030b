using System.Text.Json;
using static TalkingHead.Tests.Cli.InProcess;

namespace TalkingHead.Tests.Cli;

public class InspectVerbTests
{
    [Fact]
    public void ThePapersNetworksHaveThePapersParameterCounts()
    {
        var file = Path.GetTempFileName();
        var (code, error) = Run("inspect", Repository.At("configs/paper-voxceleb2-256.yaml"), "--json", file);
        Assert.Equal((0, ""), (code, error));
        var figures = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        File.Delete(file);
        Assert.Equal(14_907_265, figures.GetProperty("embedder").GetInt64());
        Assert.Equal(19_626_881, figures.GetProperty("v").GetInt64());
        Assert.Equal(38_073_925, figures.GetProperty("generator").GetInt64());
        Assert.Equal(513, figures.GetProperty("w0_and_b").GetInt64());
        Assert.Equal(512, figures.GetProperty("row_of_w").GetInt64());
        Assert.All(figures.GetProperty("networks").EnumerateArray(),
            network => Assert.NotEmpty(network.GetProperty("layers").EnumerateArray()));
    }

    [Fact]
    public void ChangesReachTheNetworks()
    {
        var file = Path.GetTempFileName();
        Assert.Equal(0, Run("inspect", Repository.At("configs/smoke.yaml"), "--set", "network.embedding=24", "--json", file).Code);
        Assert.Equal(25, JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("w0_and_b").GetInt64());
        File.Delete(file);
    }

    [Fact]
    public void ChangesAreGivenAfterOneSetOrAfterSeveral()
    {
        string smoke = Repository.At("configs/smoke.yaml"), file = Path.GetTempFileName();
        Assert.Equal((0, ""), Run("inspect", smoke, "--set", "network.embedding=24", "--json", file, "--set=data.size=64", "--set",
            "training.steps=5", "training.seed=2"));
        Assert.Equal(25, JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("w0_and_b").GetInt64());
        Assert.StartsWith("talkinghead: --set data.sise=64:",
            Run("inspect", smoke, "--set", "data.sise=64", "--set", "data.size=64").Error);
        Assert.StartsWith("talkinghead: --set data.sise=64:",
            Run("inspect", smoke, "--set", "data.size=64", "--set", "data.sise=64").Error);
        File.Delete(file);
    }

    [Fact]
    public void AMisspeltKeyIsOneLineAndExitCodeTwo()
    {
        var (code, error) = Run("inspect", Repository.At("configs/smoke.yaml"), "--set", "data.sise=64");
        Assert.Equal(2, code);
        Assert.Equal("talkinghead: --set data.sise=64: unknown key \"sise\" under \"data\". Did you mean \"size\"?"
            + Environment.NewLine, error);
    }
}
