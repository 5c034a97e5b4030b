using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Evaluation.MetricFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Evaluation;

public sealed class DistributionTests : IDisposable
{
    readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    // Rows held, covariances alone, and one of each.
    [Theory]
    [InlineData("full", 300, 280, 48)]
    [InlineData("large", 2500, 5000, 48)]
    [InlineData("mixed", 300, 2500, 48)]
    [InlineData("few", 24, 20, 256)]
    public void FidEqualsScipys(string name, int first, int second, int dimensions)
    {
        var a = Statistics(Features($"first.{name}", first, dimensions));
        var b = Statistics(Features($"second.{name}", second, dimensions));
        var expected = Expected("fid", name).GetDouble();
        Assert.Equal(expected, Fid.Between(a, b), 1e-6 * expected);
        Assert.Equal(expected, Fid.Between(b, a), 1e-6 * expected);
    }

    [Theory]
    [InlineData(20, 512)]
    [InlineData(2500, 16)]
    public void FidOfEqualAndOfMovedFeaturesIsTheirDistance(int count, int dimensions)
    {
        var rows = Features("first", count, dimensions);
        var a = Statistics(rows);
        var b = Statistics(rows.Add(0.5f));
        Assert.Equal(0, Fid.Between(a, a), 1e-9);
        Assert.Equal(0.25 * dimensions, Fid.Between(a, b), 1e-5 * dimensions); // the shift rounds in float32
    }

    [Fact]
    public void FidIsExactWhereNoColumnIsShared()
    {
        var (first, second) = (Features("first", 12, 40), Features("second", 9, 40));
        var a = Statistics(cat([first, zeros(12, 40)], 1));
        var b = Statistics(cat([zeros(9, 40), second], 1));
        var expected = first.to(ScalarType.Float64).mean([0]).Square().sum().Add(second.to(ScalarType.Float64).mean([0]).Square().sum())
            .item<double>()
            + a.Covariance().diagonal().sum().item<double>() + b.Covariance().diagonal().sum().item<double>();
        Assert.Equal(expected, Fid.Between(a, b), 1e-9 * expected);
    }

    [Theory]
    [InlineData(1500)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(7000)]
    public void MomentsOfBlocksEqualThoseOfAllRows(int count)
    {
        var rows = Features("first", count, 8).Add(100); // far from zero: sums of squares would lose their digits
        var statistics = Statistics(rows);
        var all = rows.to(ScalarType.Float64);
        Assert.Equal(count, statistics.Count);
        Assert.True((statistics.Mean() - all.mean([0])).abs().max().item<double>() < 1e-10);
        Assert.True((statistics.Covariance() - all.t().cov()).abs().max().item<double>() < 1e-10);
    }

    [Fact]
    public void KidOfFewPicturesIsTheUnbiasedDiscrepancyOfAll()
    {
        var a = Statistics(Features("first.full", 300, 48));
        var b = Statistics(Features("second.full", 280, 48));
        var found = Kid.Between(a, b);
        Assert.Equal(Expected("kid", "full").GetDouble(), found.Mean, 1e-9);
        Assert.Equal((null, 1, 280), (found.Deviation, found.Subsets, found.SubsetSize));
    }

    [Fact]
    public void KidOfManyPicturesIsTheirMeanOverSubsetsTheSameEachTime()
    {
        var a = Statistics(Features("first.mixed", 300, 48));
        var b = Statistics(Features("second.mixed", 2500, 48));
        var found = Kid.Between(a, b);
        Assert.Equal((100, 300), (found.Subsets, found.SubsetSize));
        Assert.Equal(Expected("kid", "mixed").GetDouble(), found.Mean, 4 * found.Deviation!.Value / Math.Sqrt(found.Subsets));
        Assert.Equal(found, Kid.Between(a, b));
        Assert.NotEqual(found, Kid.Between(a, b, seed: 2));
    }

    [Fact]
    public void KidOfOneDistributionIsNothingWithinItsSpread()
    {
        var rows = Features("first", 2400, 16);
        var a = Statistics(rows[..1200]);
        var b = Statistics(rows[1200..]);
        var found = Kid.Between(a, b);
        Assert.Equal((100, 1000), (found.Subsets, found.SubsetSize));
        Assert.InRange(Math.Abs(found.Mean), 0, 5e-3);
    }

    // Against itself a set shares its N pictures with the other side: the unbiased estimate falls below zero by 2/N of the
    // kernel's spread, which is the mean on the diagonal less that off it.
    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public void KidOfASetAgainstItselfShrinksAsOneOverN(int count)
    {
        var rows = Features("first", count, 48).to(ScalarType.Float64);
        var kernel = rows.mm(rows.t()).Div(48).Add(1).Pow(3);
        var diagonal = kernel.diagonal().mean().item<double>();
        var off = (kernel.sum().item<double>() - count * diagonal) / (count * (count - 1.0));
        var statistics = Statistics(Features("first", count, 48));
        var found = Kid.Between(statistics, statistics).Mean;
        Assert.Equal(-2.0 / count * (diagonal - off), found, 1e-9);
        Assert.InRange(found, -20.0 / count, 0);
    }

    [Theory]
    [InlineData(FidVariant.PytorchFid)]
    [InlineData(FidVariant.CleanFid)]
    public void InceptionsInputAndFeaturesEqualTheVariants(FidVariant variant)
    {
        var name = InceptionFeatures.NameOf(variant);
        using var guard = no_grad();
        var input = InceptionFeatures.Input(Stacked("truth"), variant);
        PerceptionFixtures.AssertClose(InceptionValues($"{name}.input"), PerceptionFixtures.Sample(input), 1e-5);
        using var features = new InceptionFeatures(FormulaWeights.Fill(new Inception()), variant, CPU);
        PerceptionFixtures.AssertClose(InceptionValues($"{name}.features"), PerceptionFixtures.Values(features.Compute(Stacked("truth"))));
    }

    [Fact]
    public void OnePictureHasNoDistribution()
    {
        var one = Statistics(Features("first", 1, 8));
        var two = Statistics(Features("first", 2, 8));
        Assert.StartsWith("got 1 rows of 8 and 2 of 8", Assert.Throws<ArgumentException>(() => Fid.Between(one, two)).Message);
        Assert.Throws<ArgumentException>(() => Kid.Between(one, two));
    }
}
