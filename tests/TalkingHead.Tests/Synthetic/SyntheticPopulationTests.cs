using TalkingHead.Synthetic;

namespace TalkingHead.Tests.Synthetic;

public class SyntheticPopulationTests
{
    [Fact]
    public void SameSeedGivesTheSameBytesOnOneThreadAndOnTwo()
    {
        var one = new SyntheticPopulation(7).Identity(4).Clip(1).Frames(6, 96, threads: 1);
        var two = new SyntheticPopulation(7).Identity(4).Clip(1).Frames(6, 96, threads: 2);
        for (var i = 0; i < one.Length; i++)
        {
            Assert.Equal(one[i].Rgb, two[i].Rgb);
            Assert.Equal(one[i].Landmarks, two[i].Landmarks);
        }
    }

    // The JIT compiles a method anew once it is hot: the first frame and the hundredth must not differ by that.
    [Fact]
    public void AFrameIsTheSameAfterManyOthers()
    {
        var clip = new SyntheticPopulation(7).Identity(2).Clip(0);
        var first = clip.Frame(0, 64).Rgb;
        for (var i = 1; i < 60; i++) clip.Frame(i, 64);
        Assert.Equal(first, clip.Frame(0, 64).Rgb);
    }

    [Fact]
    public void AnIdentityDoesNotDependOnWhoWasAskedForBefore()
    {
        var population = new SyntheticPopulation(3);
        population.Identity(0);
        Assert.Equal(new SyntheticPopulation(3).Identity(9).Clip(0).Frame(0, 64).Rgb, population.Identity(9).Clip(0).Frame(0, 64).Rgb);
    }

    [Fact]
    public void IdentitiesSeedsAndClipsDiffer()
    {
        var identity = new SyntheticPopulation(3).Identity(0);
        var frame = identity.Clip(0).Frame(0, 64).Rgb;
        Assert.NotEqual(frame, identity.Clip(1).Frame(0, 64).Rgb);
        Assert.NotEqual(frame, new SyntheticPopulation(3).Identity(1).Clip(0).Frame(0, 64).Rgb);
        Assert.NotEqual(frame, new SyntheticPopulation(4).Identity(0).Clip(0).Frame(0, 64).Rgb);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AClipMovesWithoutJumpsAndStaysWithinItsRanges(int clip)
    {
        var performance = new Performance(1, 5, clip, Vec3.One * 0.5f);
        const float step = 0.04f;
        var before = performance.At(0);
        float low = 0, high = 0;
        for (var i = 1; i < 1000; i++)
        {
            var now = performance.At(i * step);
            Assert.InRange(now.Yaw, -MathF.PI / 3, MathF.PI / 3);
            Assert.InRange(now.Pitch, -MathF.PI / 6, MathF.PI / 6);
            Assert.InRange(now.Roll, -MathF.PI / 9, MathF.PI / 9);
            Assert.InRange(now[Muscle.Jaw], 0, 1);
            Assert.True(MathF.Abs(now.Yaw - before.Yaw) < 0.16f, "at most 4 radians a second");
            Assert.True(MathF.Abs(now.Pitch - before.Pitch) < 0.1f);
            Assert.True(MathF.Abs(now[Muscle.Jaw] - before[Muscle.Jaw]) < 0.6f);
            (low, high, before) = (MathF.Min(low, now.Yaw), MathF.Max(high, now.Yaw), now);
        }
        Assert.True(high - low > 0.4f, "a head that turns");
    }

    [Fact]
    public void SizesAndNumbersOutOfRangeAreRefused()
    {
        var population = new SyntheticPopulation(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => population.Identity(-1));
        var clip = population.Identity(0).Clip(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => clip.Frame(0, 63));
        Assert.Throws<ArgumentOutOfRangeException>(() => clip.Frame(0, 513));
    }
}
