using TalkingHead.Pretrained;
using TalkingHead.Serialization;
using TorchSharp;
using static TalkingHead.Tests.Pretrained.PerceptionFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Pretrained;

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
        var weights = new LpipsWeights(Trunk(name));
        Load(weights, Trunk(name).File);
        return new Lpips(weights, trunk);
    }

    static void Load(LpipsWeights weights, string name)
    {
        using var file = PyTorchCheckpoint.Open(Path.Combine(Folder, name));
        StateDict.Load(weights, file.StateDict(), name, LpipsWeights.NameInFile);
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
        using var weights = new LpipsWeights(LpipsTrunk.Alex);
        Assert.Equal(
            "lpips_vgg.pth: tensor \"lin1.model.1.weight\" is (1,128,1,1) in the file, (1,192,1,1) in LPIPS v0.1 (alex).",
            Assert.Throws<UserException>(() => Load(weights, "lpips_vgg.pth")).Message);
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
