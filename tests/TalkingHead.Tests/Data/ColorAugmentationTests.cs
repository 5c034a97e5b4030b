using TalkingHead.Data;

namespace TalkingHead.Tests.Data;

public class ColorAugmentationTests
{
    const int Side = 10;

    // Planes of random bytes with room to either side.
    static byte[] Planes(int seed) => [.. Enumerable.Range(0,
        3 * Side * Side).Select(i => (byte)(96 + new CounterRandom((ulong)seed, (ulong)i).Below(64)))];

    static double Grey(byte[] planes, int pixel) => (planes[pixel] + planes[Side * Side + pixel] + planes[2 * Side * Side + pixel]) / 3.0;

    static ColorAugmentation Same(float[] matrix) => new(matrix, matrix);

    [Fact]
    public void NoTurnAndFactorsOfOneLeaveEveryByte()
    {
        var planes = Planes(1);
        Same(ColorAugmentation.Matrix(0, 1, 1, 0)).Apply(planes, Side);
        Assert.Equal(Planes(1), planes);
    }

    [Fact]
    public void ATurnOfTheHueKeepsTheMeanOfTheChannelsAndChangesColours()
    {
        var (before, after) = (Planes(2), Planes(2));
        Same(ColorAugmentation.Matrix(2, 1, 1, 0)).Apply(after, Side);
        Assert.NotEqual(before, after);
        var moved = 0;
        for (var pixel = 0; pixel < 100; pixel++)
        {
            if (after.Skip(pixel).Where((_, i) => i % 100 == 0).Any(value => value is 0 or 255))
                continue; // cut off
            moved++;
            Assert.Equal(Grey(before, pixel), Grey(after, pixel), 1.0);
        }

        Assert.InRange(moved, 90, 100);
    }

    [Fact]
    public void SaturationOfZeroMakesGrey()
    {
        var planes = Planes(3);
        Same(ColorAugmentation.Matrix(1, 0, 1, 0)).Apply(planes, Side);
        Assert.Equal(planes[..100], planes[100..200]);
        Assert.Equal(planes[..100], planes[200..]);
    }

    [Fact]
    public void TheSameDrawChangesEveryFrameAlike()
    {
        var first = new CounterRandom(4);
        var second = new CounterRandom(4);
        var (a, b) = (Planes(5), Planes(5));
        ColorAugmentation.Draw(ref first).Apply(a, Side);
        ColorAugmentation.Draw(ref second).Apply(b, Side);
        Assert.NotEqual(Planes(5), a);
        Assert.Equal(a, b);
    }

    [Fact]
    public void OneChangeBlendsIntoTheOtherAcrossTheFrame()
    {
        float[] none = ColorAugmentation.Matrix(0, 1, 1, 0), grey = ColorAugmentation.Matrix(0, 0, 1, 0);
        var planes = Planes(6);
        new ColorAugmentation(none, grey, across: 2, begin: 0.5f).Apply(planes, Side); // from a quarter to three quarters of the way
        var before = Planes(6);
        for (var y = 0; y < Side; y++)
        {
            Assert.Equal(before[y * Side], planes[y * Side]);
            int last = y * Side + Side - 1, middle = y * Side + Side / 2;
            Assert.Equal(planes[last], planes[Side * Side + last]);
            Assert.InRange(Math.Abs(planes[middle] - planes[Side * Side + middle]), 0,
                Math.Abs(before[middle] - before[Side * Side + middle]) / 2 + 2);
        }
    }
}
