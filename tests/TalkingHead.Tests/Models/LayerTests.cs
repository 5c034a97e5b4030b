using TalkingHead.Libtorch;
using TalkingHead.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using InstanceNorm = TalkingHead.Models.InstanceNorm;

namespace TalkingHead.Tests.Models;

public class LayerTests
{
    [Fact]
    public void AdaptiveInstanceNormOfAConstantMapHasFiniteGradients()
    {
        using var scope = NewDisposeScope();
        var x = Scalars.Full([2, 3, 4, 4], 0.7).requires_grad_(true);
        var (scale, shift) = (ones(2, 3, requires_grad: true), zeros(2, 3, requires_grad: true));
        var y = new AdaptiveInstanceNorm().call(x, new Style(scale, shift));
        (y * randn(2, 3, 4, 4)).sum().backward();
        foreach (var gradient in new[] { x.grad, scale.grad, shift.grad })
            Assert.True(gradient!.isfinite().all().item<bool>());
    }

    [Fact]
    public void AdaptiveInstanceNormGivesEachSampleItsOwnScaleAndShift()
    {
        using var scope = NewDisposeScope();
        var (scale, shift) = (randn(2, 3).abs().Add(0.5), randn(2, 3));
        var y = new AdaptiveInstanceNorm().call(randn(2, 3, 16, 16), new Style(scale, shift));
        Assert.True(y.mean([2, 3]).allclose(shift, rtol: 1e-3, atol: 1e-3));
        Assert.True(y.std([2, 3], unbiased: false).allclose(scale, rtol: 1e-3, atol: 1e-3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void BothWaysOfInstanceNormAreItInValueAndGradientWhateverTheMean(double mean)
    {
        using var scope = NewDisposeScope();
        var x = Formula.Values("x", 2, 5, 12, 9).Add(mean).permute(0, 1, 3, 2).requires_grad_(true); // rows and columns in no usual order
        var (scale, shift) = (Formula.Values("scale", 2, 5).requires_grad_(true), Formula.Values("shift", 2, 5).requires_grad_(true));
        var slope = Formula.Values("slope", x.shape);
        Tensor[] exact = [.. new[] { x, scale, shift }.Select(tensor => tensor.to(ScalarType.Float64).detach().requires_grad_(true))];
        var reference = (nn.functional.instance_norm(exact[0],
            eps: InstanceNorm.Epsilon) * exact[1].unsqueeze(2).unsqueeze(3)).Add(exact[2].unsqueeze(2).unsqueeze(3));
        var expected = autograd.grad([(reference * slope).sum()], exact);
        foreach (var y in new[] { InstanceNorm.Apply(x, scale, shift), InstanceNorm.ApplyInSteps(x, scale, shift) })
        {
            Assert.True(y.allclose(reference.to(ScalarType.Float32), rtol: 1e-4, atol: 1e-5));
            foreach (var (found, gradient) in autograd.grad([(y * slope).sum()], [x, scale, shift]).Zip(expected))
                Assert.True(found.allclose(gradient.to(ScalarType.Float32), rtol: 1e-4, atol: 1e-5));
        }
    }

    [Fact]
    public void AttentionInOneOperatorIsTheStepsInValueAndGradient()
    {
        using var scope = NewDisposeScope();
        var (ofSteps, ofOne) = (Run(SelfAttention.AttendInSteps), Run(SelfAttention.AttendInOne));
        Assert.All(ofSteps.Zip(ofOne), pair => Assert.True(pair.Second.allclose(pair.First, rtol: 1e-4, atol: 1e-5)));

        static Tensor[] Run(Func<Tensor, Tensor, Tensor, Tensor> attend)
        {
            Tensor[] leaves = [Formula.Values("q", 2, 30, 4).Mul(2), Formula.Values("k", 2, 30, 4).Mul(2), Formula.Values("v", 2, 30, 16)];
            foreach (var leaf in leaves)
                leaf.requires_grad_(true);
            var y = attend(leaves[0], leaves[1], leaves[2]);
            return [y, .. autograd.grad([y], leaves, [Formula.Values("slope", y.shape)])];
        }
    }

    [Fact]
    public void AttentionWithoutGradientsIsTheSame()
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (Formula.Values("q", 2, 256, 32), Formula.Values("k", 2, 256, 32), Formula.Values("v", 2, 256, 64));
        var expected = SelfAttention.AttendInSteps(q, k, v); // of 256 places: large enough for oneDNN's products
        using var _ = no_grad();
        Assert.True(SelfAttention.AttendInSteps(q, k, v).allclose(expected, rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void AttentionStartsAsTheIdentityAndItsGammaLearns()
    {
        using var scope = NewDisposeScope();
        var attention = new SelfAttention(16, SpectralMode.EachStep);
        var x = randn(2, 16, 4, 4);
        var y = attention.call(x);
        Assert.True(y.allclose(x, 0, 0));
        (y * randn(2, 16, 4, 4)).sum().backward();
        Assert.NotEqual(0, attention.get_parameter("gamma")!.grad!.item<float>());
    }

    [Fact]
    public void TheSecondNormOfABlockHasItsOwnStyle()
    {
        using var scope = NewDisposeScope();
        var block = new AdaptiveBlock(8, SpectralMode.Off);
        var x = randn(1, 8, 4, 4);
        Style Random() => new(randn(1, 8), randn(1, 8));
        var (one, two, other) = (Random(), Random(), Random());
        var y = block.call(x, one, two);
        Assert.False(y.allclose(block.call(x, one, other)));
        Assert.False(y.allclose(block.call(x, other, two)));
    }

    [Fact]
    public void PsiIsUsedWholeAndOnlyOnce()
    {
        // Every number of ψ changes the picture; a slice that two norms shared, or none used, would not.
        using var scope = NewDisposeScope();
        using var networks = SmallSetting.Networks(SmallSetting.Configuration("plain"));
        var psi = new Parameter(Formula.Values("psi", 1, networks.Generator.StyleLength).Mul(0.25).Add(0.5));
        var picture = networks.Generator.call(SmallSetting.TargetLandmarks(0), psi);
        (picture * Formula.Values("weights", picture.shape)).sum().backward();
        Assert.DoesNotContain(0f, psi.grad!.data<float>().ToArray());
    }

    [Fact]
    public void OnePsiServesAWholeBatch()
    {
        using var scope = NewDisposeScope();
        using var networks = SmallSetting.Networks(SmallSetting.Configuration("plain"));
        var psi = Formula.Values("psi", 1, networks.Generator.StyleLength);
        var (landmarks, picture) = (SmallSetting.TargetLandmarks(0), networks.Generator.call(SmallSetting.TargetLandmarks(0), psi));
        Assert.True(picture.allclose(networks.Generator.call(landmarks, psi.expand(2, -1)), rtol: 1e-5, atol: 1e-6));
    }

    [Fact]
    public void TheEmbeddingIsTheMeanOverTheSourceFrames()
    {
        using var scope = NewDisposeScope();
        using var networks = SmallSetting.Networks(SmallSetting.Configuration("normal"));
        var (frames, landmarks) = (SmallSetting.Source(0), SmallSetting.SourceLandmarks(0));
        var each = Enumerable.Range(0, SmallSetting.Shots).Select(k =>
            networks.Embedder.call(frames.narrow(1, k, 1), landmarks.narrow(1, k, 1)));
        Assert.True(networks.Embedder.call(frames, landmarks).allclose(stack(each).mean([0]), rtol: 1e-4, atol: 1e-5));
    }
}
