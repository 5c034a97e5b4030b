using TalkingHead.Faces;

namespace TalkingHead.Tests.Faces;

public sealed class LandmarkSmoothingTests
{
    [Theory]
    [InlineData(12)]
    [InlineData(25)]
    [InlineData(60)]
    public void JitterOfAStillFaceHalvesAtEveryRate(double rate)
    {
        var random = new Random(1);
        var raw = Enumerable.Range(0, 100).Select(_ => TestFaces.Trembling(TestFaces.Face(200, 200, 100), 0.3, random)).ToArray();
        var smooth = Smoothed(raw, rate, 1);
        Assert.True(TestFaces.Jitter(smooth) < TestFaces.Jitter(raw) / 2,
            $"{TestFaces.Jitter(raw):0.000} -> {TestFaces.Jitter(smooth):0.000}");
    }

    [Theory]
    [InlineData(12, 2)]
    [InlineData(25, 4)]
    public void BlinkIsKeptAndComesAtMostOneFrameLate(double rate, int closed)
    {
        var random = new Random(2);
        var raw = Enumerable.Range(0, 40)
            .Select(i => TestFaces.Trembling(TestFaces.Face(200, 200, 100, i >= 20 && i < 20 + closed ? 0.08 : 0.3), 0.15,
                random)).ToArray();
        var smooth = Smoothed(raw, rate, 1);
        var shut = Array.FindIndex(smooth, face => face.EyeOpening < 0.19);
        Assert.InRange(shut, 20, 21);
        Assert.True(smooth.Min(face => face.EyeOpening) < 0.13);
        var open = Array.FindIndex(smooth, shut, face => face.EyeOpening > 0.19);
        Assert.InRange(open, 20 + closed, 21 + closed);
    }

    [Fact]
    public void FastHeadIsFollowedWithinAFewPercentOfItsStep()
    {
        var raw = Enumerable.Range(0, 20).Select(i => TestFaces.Face(200 + 10 * i, 200, 100)).ToArray();
        var smooth = Smoothed(raw, 25, 1);
        Assert.InRange(raw[^1][30].X - smooth[^1][30].X, -0.1, 1);
    }

    [Fact]
    public void StrengthZeroChangesNothingAndResetForgets()
    {
        var a = TestFaces.Face(100, 100, 80);
        var b = TestFaces.Face(103, 100, 80);
        Assert.Same(b, Last(new LandmarkSmoothing(25, 0), a, b));
        var smoothing = new LandmarkSmoothing(25, 1);
        smoothing.Next(a);
        smoothing.Reset();
        Assert.Same(b, smoothing.Next(b));
    }

    static Landmarks Last(LandmarkSmoothing smoothing, params Landmarks[] clip) => clip.Select(smoothing.Next).Last();

    static Landmarks[] Smoothed(Landmarks[] raw, double rate, double strength)
    {
        var smoothing = new LandmarkSmoothing(rate, strength);
        return [.. raw.Select(smoothing.Next)];
    }
}
