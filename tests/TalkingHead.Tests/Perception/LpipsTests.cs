using TalkingHead.Formats;
using TalkingHead.Perception;
using TorchSharp;
using static TalkingHead.Tests.Perception.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Perception;

public sealed class LpipsTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    static LpipsTrunk Trunk(string name) => name switch
    {
        "alex" => LpipsTrunk.Alex,
        "vgg" => LpipsTrunk.Vgg,
        _ => LpipsTrunk.Squeeze,
    };

    static Lpips Filled(string name)
    {
        var trunk = FormulaWeights.Fill(Trunk(name).Empty(), name == "vgg" ? VggKind.Torchvision16.NameInFile : null);
        var lpips = new Lpips(Trunk(name), trunk);
        var path = Path.Combine(Folder, Trunk(name).File);
        using var file = PyTorchCheckpoint.Open(path);
        lpips.LoadWeights(file.StateDict(), path);
        return lpips;
    }

    [Theory]
    [InlineData("alex")]
    [InlineData("vgg")]
    [InlineData("squeeze")]
    public void DistancesEqualPyTorchs(string name)
    {
        using var lpips = Filled(name);
        var distance = lpips.call(FormulaWeights.Values("first", 2, 3, 64, 64), FormulaWeights.Values("second", 2, 3, 64, 64));
        AssertClose(Expected($"lpips.{name}"), Values(distance));
    }

    [Fact]
    public void APictureIsAtNoDistanceFromItselfAndTheOrderDoesNotMatter()
    {
        using var lpips = Filled("alex");
        var (a, b) = (FormulaWeights.Values("first", 1, 3, 64, 64), FormulaWeights.Values("second", 1, 3, 64, 64));
        Assert.Equal(0, lpips.call(a, a).item<float>());
        Assert.Equal(lpips.call(a, b).item<float>(), lpips.call(b, a).item<float>(), 1e-6f);
    }

    [Fact]
    public void AnotherTrunksWeightsAreRefused()
    {
        using var lpips = new Lpips(LpipsTrunk.Alex, LpipsTrunk.Alex.Empty());
        using var file = PyTorchCheckpoint.Open(Path.Combine(Folder, "lpips_vgg.pth"));
        var error = Assert.Throws<UserException>(() => lpips.LoadWeights(file.StateDict(), "lpips_vgg.pth"));
        Assert.Contains("does not hold the weights of LPIPS v0.1 (alex): expected exactly lin0.model.1.weight", error.Message);
    }

    [Theory]
    [InlineData("alex", "alexnet")]
    [InlineData("squeeze", "squeezenet1_1")]
    public void ThePublishedTrunkHasWhatTheNetworkNeeds(string name, string file)
    {
        using var trunk = Trunk(name).Empty();
        AssertFits(file, trunk, unused: key => key.StartsWith("classifier.", StringComparison.Ordinal));
    }

    [Fact]
    public void ThePublishedVggTrunkHasWhatTheNetworkNeeds()
    {
        using var trunk = LpipsTrunk.Vgg.Empty();
        AssertFits("vgg16", trunk, VggKind.Torchvision16.NameInFile, VggKind.Torchvision16.IsUnused);
    }
}
