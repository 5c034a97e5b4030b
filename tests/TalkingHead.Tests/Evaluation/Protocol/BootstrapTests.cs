using TalkingHead.Evaluation.Protocol;

namespace TalkingHead.Tests.Evaluation.Protocol;

public sealed class BootstrapTests
{
    [Fact]
    public void QuantilesAreThoseOfNumpy()
    {
        double[] sorted = [1, 2, 4, 8];
        Assert.Equal(1, Bootstrap.Quantile(sorted, 0));
        Assert.Equal(3, Bootstrap.Quantile(sorted, 0.5));
        Assert.Equal(1.075, Bootstrap.Quantile(sorted, 0.025), 12);
        Assert.Equal(8, Bootstrap.Quantile(sorted, 1));
    }

    [Fact]
    public void TheIntervalOfAMeanIsAboutThatOfTheNormalLaw()
    {
        var random = new Random(3);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
        var (low, high) = Bootstrap.Interval(values, [.. values.Select(_ => 1)], seed: 1)!.Value;
        var half = 1.96 * Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)) / values.Length);
        Assert.Equal(values.Average() - half, low, 0.1 * half);
        Assert.Equal(values.Average() + half, high, 0.1 * half);
    }

    [Fact]
    public void UnitsCountByTheirFrames()
    {
        // The mean of everything is 1 whichever units are drawn, though the means of units weighed alike would differ.
        Assert.Equal((1, 1), Bootstrap.Interval([10, 1, 2], [10, 1, 2], seed: 1));
    }

    [Fact]
    public void OneUnitHasNoInterval()
    {
        Assert.Null(Bootstrap.Interval([3], [1], seed: 1));
        Assert.Null(Bootstrap.Interval([3, 0], [1, 0], seed: 1));
    }

    [Fact]
    public void TheSeedDecides()
    {
        double[] sums = [1, 5, 2, 8];
        int[] counts = [1, 1, 1, 1];
        Assert.Equal(Bootstrap.Interval(sums, counts, 4), Bootstrap.Interval(sums, counts, 4));
    }
}
