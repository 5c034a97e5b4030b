using TalkingHead.Data;
using TalkingHead.Faces;

namespace TalkingHead.Tests.Data;

public sealed class PlanarPixelsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(16, 1)]
    [InlineData(32, 33)]
    public void PlanesHoldEveryPixel(int width, int height)
    {
        var rgba = new byte[4 * width * height];
        new Random(1).NextBytes(rgba);
        byte[] rgb = [.. rgba.Where((_, i) => i % 4 != 3)];
        byte[] expected = [.. Enumerable.Range(0, 3).SelectMany(channel => rgb.Where((_, i) => i % 3 == channel))];
        var planes = new byte[3 * width * height];
        PlanarPixels.FromRgba(rgba, planes);
        Assert.Equal(expected, planes);
        planes.AsSpan().Clear();
        PlanarPixels.FromRgb(rgb, planes);
        Assert.Equal(expected, planes);
        PlanarPixels.Mirror(planes, width);
        Assert.Equal(expected.Chunk(width).SelectMany(row => row.Reverse()), planes);
    }

    [Fact]
    public void MirroredTwiceIsTheSameAndEveryPointHasItsOwnPartner()
    {
        Assert.Equal(Enumerable.Range(0, 68), LandmarkMirror.Partner.Order());
        Assert.All(Enumerable.Range(0, 68), point => Assert.Equal(point, LandmarkMirror.Partner[LandmarkMirror.Partner[point]]));
    }

    // Outer and inner corners of the eyes, chin, nose tip, corners of the mouth, lip middles.
    [Theory]
    [InlineData(36, 45)]
    [InlineData(37, 44)]
    [InlineData(39, 42)]
    [InlineData(40, 47)]
    [InlineData(8, 8)]
    [InlineData(0, 16)]
    [InlineData(17, 26)]
    [InlineData(21, 22)]
    [InlineData(30, 30)]
    [InlineData(31, 35)]
    [InlineData(48, 54)]
    [InlineData(51, 51)]
    [InlineData(57, 57)]
    [InlineData(59, 55)]
    [InlineData(60, 64)]
    [InlineData(61, 63)]
    [InlineData(67, 65)]
    public void PointsBecomeThoseOfTheOtherSide(int point, int partner) => Assert.Equal(partner, LandmarkMirror.Partner[point]);
}
