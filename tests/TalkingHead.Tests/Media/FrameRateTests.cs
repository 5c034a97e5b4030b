using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class FrameRateTests
{
    [Theory]
    [InlineData("25", 25, 1)]
    [InlineData("50/2", 25, 1)]
    [InlineData("30000/1001", 30000, 1001)]
    [InlineData("12.5", 25, 2)]
    public void FractionsAreExact(string text, int numerator, int denominator)
    {
        Assert.True(FrameRate.TryParse(text, out var rate));
        Assert.Equal(new FrameRate(numerator, denominator), rate);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0/0")]
    [InlineData("-25")]
    [InlineData("1/2/3")]
    [InlineData("99999999")]
    [InlineData("fast")]
    public void NonsenseIsRefused(string text) => Assert.False(FrameRate.TryParse(text, out _));
}
