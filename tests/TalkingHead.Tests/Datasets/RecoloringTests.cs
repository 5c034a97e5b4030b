using TalkingHead.Datasets;

namespace TalkingHead.Tests.Datasets;

public class RecoloringTests
{
    // Planes of random bytes with room to either side.
    static byte[] Planes(int seed) => [.. Enumerable.Range(0, 300).Select(i => (byte)(96 + new CounterRandom((ulong)seed, (ulong)i).Below(64)))];

    static double Luma(byte[] planes, int pixel) => 0.299 * planes[pixel] + 0.587 * planes[100 + pixel] + 0.114 * planes[200 + pixel];

    [Fact]
    public void NoTurnAndFactorsOfOneLeaveEveryByte()
    {
        var planes = Planes(1);
        Recoloring.Of(0, 1, 1, 0).Apply(planes);
        Assert.Equal(Planes(1), planes);
    }

    [Fact]
    public void ATurnOfTheHueKeepsLumaAndChangesColours()
    {
        var (before, after) = (Planes(2), Planes(2));
        Recoloring.Of(2, 1, 1, 0).Apply(after);
        Assert.NotEqual(before, after);
        var moved = 0;
        for (var pixel = 0; pixel < 100; pixel++)
        {
            if (after.Skip(pixel).Where((_, i) => i % 100 == 0).Any(value => value is 0 or 255))
                continue; // cut off
            moved++;
            Assert.Equal(Luma(before, pixel), Luma(after, pixel), 1.0);
        }

        Assert.InRange(moved, 90, 100);
    }

    [Fact]
    public void SaturationOfZeroMakesGrey()
    {
        var planes = Planes(3);
        Recoloring.Of(1, 0, 1, 0).Apply(planes);
        Assert.Equal(planes[..100], planes[100..200]);
        Assert.Equal(planes[..100], planes[200..]);
    }

    [Fact]
    public void TheSameDrawChangesEveryFrameAlike()
    {
        var first = new CounterRandom(4);
        var second = new CounterRandom(4);
        var (a, b) = (Planes(5), Planes(5));
        Recoloring.Draw(ref first).Apply(a);
        Recoloring.Draw(ref second).Apply(b);
        Assert.NotEqual(Planes(5), a);
        Assert.Equal(a, b);
    }
}
