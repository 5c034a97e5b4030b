using FsCheck;
using FsCheck.Fluent;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Losses;

public class ObjectiveTests
{
    [Fact]
    public void TheHingeIsZeroPastTheMargin()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, AdversarialLoss.Discriminator(tensor(new[] { 1f, 5f }), tensor(new[] { -1f, -9f })).item<float>());
        Assert.Equal(2, AdversarialLoss.Discriminator(zeros(3), zeros(3)).item<float>());
        Assert.Equal(-1.5f, AdversarialLoss.Generator(tensor(new[] { 1f, 2f })).item<float>());
    }

    [Fact]
    public void TheHingePushesScoresApartInsideTheMarginAlone() =>
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true), Prop.ForAll(Gen.Choose(-30, 30).ToArbitrary(), tenths =>
        {
            using var scope = NewDisposeScope();
            var (real, fake) = (tensor(tenths / 10f, requires_grad: true), tensor(tenths / 10f, requires_grad: true));
            AdversarialLoss.Discriminator(real.unsqueeze(0), fake.unsqueeze(0)).backward();
            return real.grad!.item<float>() == (tenths < 10 ? -1 : 0) && fake.grad!.item<float>() == (tenths > -10 ? 1 : 0);
        }));

    [Fact]
    public void FeatureMatchingSumsTheMeansOfTheMapsAndLeavesTheRealSideAlone()
    {
        using var scope = NewDisposeScope();
        Tensor[] fake = [ones(2, 4, 8, 8, requires_grad: true), ones(2, 16, 2, 2, requires_grad: true)];
        Tensor[] real = [zeros(2, 4, 8, 8, requires_grad: true), Scalars.Full([2, 16, 2, 2], 3).requires_grad_()];
        var loss = FeatureMatching.Loss(fake, real);
        Assert.Equal(3, loss.item<float>(), 1e-6f);
        loss.backward();
        Assert.All(fake, map => Assert.NotNull(map.grad));
        Assert.All(real, map => Assert.Null(map.grad));
    }

    [Fact]
    public void TheEmbeddingMatchMovesTheEmbeddingAndNotTheRow()
    {
        using var scope = NewDisposeScope();
        var (embedding, row) = (zeros(2, 4, requires_grad: true), Scalars.Full([2, 4], 0.5).requires_grad_());
        var loss = EmbeddingMatch.Loss(embedding, row);
        Assert.Equal(0.5f, loss.item<float>());
        loss.backward();
        Assert.NotNull(embedding.grad);
        Assert.Null(row.grad);
    }

    [Fact]
    public void EveryLevelOfThePyramidCounts()
    {
        // A difference that only the first level sees, and one that every level sees.
        using var scope = NewDisposeScope();
        var checkers = Scalars.Arange(16).unsqueeze(0).Add(Scalars.Arange(16).unsqueeze(1)).remainder(tensor(2L)).Mul(2).Sub(1)
            .to(ScalarType.Float32).expand(1, 3, 16, 16);
        Assert.Equal(1, Content.Pyramid(checkers, zeros(1, 3, 16, 16), 4).item<float>(), 1e-6f);
        Assert.Equal(4, Content.Pyramid(ones(1, 3, 16, 16), zeros(1, 3, 16, 16), 4).item<float>(), 1e-6f);
    }

    [Fact]
    public void SquaredIsTheMeanOfTheSquares()
    {
        using var scope = NewDisposeScope();
        var (fake, real) = (Formula.Values("fake", 2, 3, 9, 8), Formula.Values("real", 2, 3, 9, 8));
        var expected = fake.data<float>().Zip(real.data<float>(), (x, y) => Math.Pow((double)x - y, 2)).Average();
        Assert.Equal(expected, Content.Squared(fake, real).item<float>(), 1e-6);
    }

    [Fact]
    public void StructureIsTheMeanOverWindowsAndChannelsAndLeavesBrightnessAndTheRealSideAlone()
    {
        using var scope = NewDisposeScope();
        var (fake, real) = (Formula.Values("fake", 2, 3, 9, 8).Mul(0.3).requires_grad_(true),
            Formula.Values("real", 2, 3, 9, 8).Mul(0.3).requires_grad_(true));
        Assert.Equal(0, Content.Structure(fake, fake).item<float>(), 1e-6f);
        Assert.Equal(0, Content.Structure(fake.Add(0.2), fake).item<float>(), 1e-5f);
        var loss = Content.Structure(fake, real);
        Assert.Equal(Reference(fake.data<float>().ToArray(), real.data<float>().ToArray(), 6, 9, 8), loss.item<float>(), 1e-5f);
        loss.backward();
        Assert.True(fake.grad!.abs().max().item<float>() > 0);
        Assert.Null(real.grad);

        // Window by window, in double precision.
        static float Reference(float[] x, float[] y, int planes, int height, int width)
        {
            var (sum, windows) = (0.0, 0);
            for (var plane = 0; plane < planes; plane++)
                for (var top = 0; top + 7 <= height; top++)
                    for (var left = 0; left + 7 <= width; left++, windows++)
                    {
                        var at = Enumerable.Range(0, 49).Select(i => (plane * height + top + i / 7) * width + left + i % 7).ToArray();
                        var (meanX, meanY) = (at.Average(i => (double)x[i]), at.Average(i => (double)y[i]));
                        var covariance = at.Average(i => (x[i] - meanX) * (y[i] - meanY));
                        var variances = at.Average(i => Math.Pow(x[i] - meanX, 2) + Math.Pow(y[i] - meanY, 2));
                        sum += (2 * covariance + 0.0036) / (variances + 0.0036);
                    }
            return (float)(1 - sum / windows);
        }
    }

    [Fact]
    public void TermsAreWeightedAndSummedByName()
    {
        using var scope = NewDisposeScope();
        var terms = new LossSum();
        terms.Add("a", 2, tensor(3f));
        terms.Add("b", 0, tensor(float.NaN)); // shown, not summed
        terms.Add("c", 0.5, tensor(4f));
        Assert.Equal(8, terms.Total().item<float>());
        Assert.Equal(["a", "b", "c"], terms.Values.Select(term => term.Key));
        Assert.Equal(3, terms["a"].item<float>());
        Assert.Throws<ArgumentException>(() => terms.Add("a", 1, tensor(1f)));
    }
}
