using TalkingHead.Cli;

namespace TalkingHead.Tests.Cli;

public sealed class ProgressTests
{
    [Theory, InlineData(12.34, "frames", "12.3 frames/s"), InlineData(0.5, "", "0.5/s"), InlineData(0.04, "people", "25 s each")]
    public void APaceIsSaidInTheUnitThatIsEasyToRead(double rate, string unit, string said) =>
        Assert.Equal(said, Progress.Pace(rate, unit));
}
