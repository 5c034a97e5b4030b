using FsCheck;
using FsCheck.Fluent;
using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

namespace TalkingHead.Tests.Models;

public class SpectralNormTests
{
    [Fact]
    public void SigmaOfEveryNormalizedWeightIsOneAfterEnoughIterations()
    {
        using var scope = NewDisposeScope();
        using var networks = new NetworkSet(SmallSetting.Configuration("normal"));
        foreach (var network in new nn.Module[] { networks.Embedder, networks.Generator, networks.Discriminator })
        {
            SpectralNorm.Iterate(network, 200);
            var layers = SpectralNorm.Layers(network).ToList();
            Assert.Equal(network.state_dict().Keys.Count(key => key.EndsWith(".u")), layers.Count);
            Assert.All(layers, layer => Assert.InRange(SpectralNorm.ExactSigma(layer.NormalWeight()), 1 - 1e-3, 1 + 1e-3));
        }
    }

    [Fact]
    public void EveryConvolutionAndLinearLayerIsNormalized()
    {
        using var networks = new NetworkSet(SmallSetting.Configuration("normal"));
        foreach (var network in new nn.Module[] { networks.Embedder, networks.Generator, networks.Discriminator })
            Assert.All(network.modules().OfType<SpectralNormLayer>(), layer => Assert.True(layer.IsNormalized));
    }

    [Fact]
    public void SigmaIsTheLargestSingularValue() =>
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true), Prop.ForAll(Gen.Choose(1, 12).Two().ToArbitrary(), size =>
        {
            using var scope = NewDisposeScope();
            var weight = randn(size.Item1, size.Item2, 3, 3);
            double expected = linalg.svdvals(weight.flatten(1)).max().item<float>();
            return Math.Abs(SpectralNorm.ExactSigma(weight) - expected) < 1e-4 * expected;
        }));

    [Fact]
    public void TheFoldedNetworkComputesTheSame()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var configuration = SmallSetting.Configuration("normal");
        using var networks = SmallSetting.Networks(configuration);
        SpectralNorm.Iterate(networks.Generator, 2000);
        using var plain = new Generator(configuration.Network, configuration.Data.Size, SpectralMode.Off);
        plain.load_state_dict(SpectralNorm.Fold(networks.Generator), strict: true);
        var (landmarks, psi) = (SmallSetting.TargetLandmarks(0), randn(1, plain.StyleLength));
        Assert.True(Fixtures.Difference(plain.call(landmarks, psi), networks.Generator.call(landmarks, psi)) < 1e-4);
    }

    [Fact]
    public void AForwardIteratesOnlyWhereTheSettingSaysSoAndTheNetworkIsThawed()
    {
        using var scope = NewDisposeScope();
        Assert.False(ForwardChangesU(SpectralMode.EachStep, thawed: true, training: true));
        Assert.True(ForwardChangesU(SpectralMode.EachForward, thawed: true, training: true));
        Assert.False(ForwardChangesU(SpectralMode.EachForward, thawed: false, training: true));
        Assert.False(ForwardChangesU(SpectralMode.EachForward, thawed: true, training: false));
    }

    static bool ForwardChangesU(SpectralMode mode, bool thawed, bool training)
    {
        var layer = new SpectralNormLinear(6, 5, mode);
        layer.train(training);
        layer.weight.requires_grad_(thawed);
        using (no_grad())
            layer.u!.copy_(nn.functional.normalize(ones(5), dim: 0)); // what the first iterations found may be exact already
        var before = layer.u!.clone();
        layer.call(randn(2, 6));
        return !layer.u.allclose(before, 0, 0);
    }

    [Fact]
    public void TwoForwardsOfOneGraphCanBeDifferentiated()
    {
        using var scope = NewDisposeScope();
        var layer = new SpectralNormLinear(6, 5, SpectralMode.EachForward);
        layer.train();
        var x = randn(2, 6);
        layer.call(x).Add(layer.call(x)).sum().backward();
        Assert.True(layer.weight.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void TheGradientThroughSigmaIsOrthogonalToTheWeight()
    {
        // W / σ(W) does not change when W is scaled.
        using var scope = NewDisposeScope();
        var layer = new SpectralNormLinear(6, 5, SpectralMode.EachStep);
        SpectralNorm.Iterate(layer, 500);
        layer.call(randn(3, 6)).Pow(2).sum().backward();
        double along = (layer.weight.grad! * layer.weight).sum().item<float>();
        Assert.True(Math.Abs(along) < 1e-4 * layer.weight.grad!.norm().item<float>() * layer.weight.norm().item<float>());
    }
}
