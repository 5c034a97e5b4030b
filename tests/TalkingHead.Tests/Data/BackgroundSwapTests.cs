using TalkingHead.Data;
using TalkingHead.Faces;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Data;

public class BackgroundSwapTests
{
    const int Side = 64;

    // A round face of 24 by 26 pixels about the middle.
    static readonly Landmarks Head = new([.. Enumerable.Range(0,
        68).SelectMany(i => new[] { 32 + 12 * MathF.Sin(i), 37 + 13 * MathF.Cos(i) })]);

    [Fact]
    public void TheHeadStaysAndAllElseIsTheOther()
    {
        byte[] planes = [.. Enumerable.Repeat((byte)10, 3 * Side * Side)], other = [.. Enumerable.Repeat((byte)200, 3 * Side * Side)];
        BackgroundSwap.Blend(other, Head, planes, Side);
        for (var channel = 0; channel < 3; channel++)
        {
            byte At(int x, int y) => planes[(channel * Side + y) * Side + x];
            for (var point = 0; point < Landmarks.Count; point++)
                Assert.Equal(10, At((int)Head[point].X, (int)Head[point].Y));
            Assert.All(new[] { At(0, 0), At(63, 0), At(0, 63), At(63, 63), At(4, 30), At(60, 30), At(10, 62) },
                value => Assert.Equal(200, value));
        }

        Assert.Contains(planes, value => value is > 10 and < 200); // a soft rim
        Assert.InRange(planes.Average(value => (double)value), 90, 150);
    }

    [Fact]
    public void AShareOfTheEpisodesStandsInFramesOfTrainingClips()
    {
        using var folder = new TemporaryFolder();
        using var dataset = Dataset.Open(MadeClips.Write(folder, "set", 40));
        var sampler = new EpisodeSampler(dataset, new() { Shots = 3, BackgroundSwap = 0.5 });
        var drawn = Enumerable.Range(0, 400).Select(_ => sampler.Next().Background).OfType<BackgroundSwap>().ToList();
        Assert.InRange(drawn.Count, 160, 240); // 200, with a deviation of 10
        Assert.All(drawn, each =>
        {
            Assert.Equal(Split.Train, dataset.SplitOf(each.Clip));
            Assert.InRange(each.Frame, 0, dataset.FrameCountOf(each.Clip) - 1);
        });
        Assert.True(drawn.Select(each => each.Clip).Distinct().Count() > 10);
    }
}
