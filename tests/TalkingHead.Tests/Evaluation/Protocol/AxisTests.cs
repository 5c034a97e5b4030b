using TalkingHead.Evaluation.Report;

namespace TalkingHead.Tests.Evaluation.Protocol;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0.42, 0.79, "0.4 0.5 0.6 0.7 0.8")]
    [InlineData(17.2, 25.9, "15.0 17.5 20.0 22.5 25.0 27.5")]
    [InlineData(-0.0021, 0.0018, "−0.003 −0.002 −0.001 0.000 0.001 0.002")]
    [InlineData(3, 3, "1 2 3 4 5")]
    public void ItBeginsAndEndsAtRoundNumbers(double low, double high, string labels)
    {
        var axis = new Axis([low, high], 0, 100, 4);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(axis.Label)));
        Assert.InRange(axis.At(low), 0, 100);
        Assert.InRange(axis.At(high), axis.At(low), 100);
        Assert.Equal((0, 100), (axis.At(axis.Low), axis.At(axis.High)));
    }

    [Theory]
    [InlineData(-0.0004, 3, "0.000")]
    [InlineData(-0.5, 1, "−0.5")]
    [InlineData(12.346, 2, "12.35")]
    public void NumbersHaveATrueMinusAndNoNegativeZero(double value, int decimals, string text) =>
        Assert.Equal(text, ReportText.Number(value, decimals));
}
