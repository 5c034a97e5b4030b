using TalkingHead.Libtorch;
using TalkingHead.Tests.Models;
using TalkingHead.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Training;

public class MuonTests
{
    [Fact]
    public void FourStepsAreThoseOfPyTorch()
    {
        using var scope = NewDisposeScope();
        var expected = Fixtures.Load("muon.safetensors");
        Parameter[] weights = [.. Enumerable.Range(0, 4).Select(n =>
            new Parameter(Formula.Values($"weight.{n}", expected[$"{n}.0"].shape)))];
        var muon = new Muon([.. weights.Select(weight => (weight, zeros_like(weight)))], 0.9, null);
        for (var step = 0; step < 4; step++)
        {
            for (var n = 0; n < weights.Length; n++)
                weights[n].grad = Formula.Values($"gradient.{n}.{step}", weights[n].shape);
            muon.Step(0.02);
            for (var n = 0; n < weights.Length; n++)
                Fixtures.AssertClose(weights[n], expected[$"{n}.{step}"], $"weight {n} after step {step}");
        }
    }

    [Theory]
    [InlineData(16, 54)]
    [InlineData(128, 1152)]
    [InlineData(54, 16)]
    [InlineData(8, 8)]
    public void SingularValuesComeToAboutOneAndTheDirectionsStay(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        var matrix = Formula.Values("matrix", rows, columns).Add(3); // one direction holds nearly all
        var fast = Muon.Orthogonal(matrix);
        Fixtures.AssertClose(fast, Muon.OrthogonalInSteps(matrix), "of the two ways one", 1);
        var (u, s, vh) = linalg.svd(matrix, fullMatrices: false);
        var turned = u.t().mm(fast).mm(vh.t()); // in the matrix's own directions
        var (found, kept) = (turned.diagonal(), s > s[0].Mul(0.02));
        Assert.True(found[kept].min().item<float>() > 0.6 && found.max().item<float>() < 1.3);
        Assert.True((turned - found.diag()).abs().max().item<float>() < 0.01);
    }

    [Theory]
    [InlineData(new long[] { 5, 7 })]
    [InlineData(new long[] { 4, 3, 3, 3 })]
    public void TheMeanAndTheLookAheadAreTheirSteps(long[] shape)
    {
        using var scope = NewDisposeScope();
        var (mean, gradient) = (Laid("mean"), Laid("gradient"));
        var expectedMean = mean.clone();
        var expected = Muon.AheadInSteps(expectedMean, gradient, 0.9);
        var ahead = Muon.Ahead(mean, gradient, 0.9);
        Assert.True(ahead.allclose(expected, 1e-6, 1e-7) && mean.allclose(expectedMean, 1e-6, 1e-7));
        Assert.False(mean.allclose(Laid("mean"), 1e-3, 1e-3));

        // A kernel pixel by pixel, as optimisers have it.
        Tensor Laid(string name) => shape.Length == 4 ? Layout.PixelByPixel(Formula.Values(name, shape)) : Formula.Values(name, shape);
    }

    [Fact]
    public void WhatHasNoGradientStaysAndNoGradientAtAllMovesNothing()
    {
        using var scope = NewDisposeScope();
        Parameter still = new(randn(4, 3, 3, 3)), flat = new(randn(4, 3, 3, 3));
        var (before, level) = (still.detach().clone(), flat.detach().clone());
        flat.grad = zeros_like(flat);
        new Muon([(still, zeros_like(still)), (flat, zeros_like(flat))], 0.9, null).Step(0.1);
        Assert.True(still.allclose(before, 0, 0) && flat.allclose(level, 0, 0));
    }
}
