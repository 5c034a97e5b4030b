using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class SheetTests
{
    [Fact]
    public void ContactSheetShowsEveryPictureUnchanged()
    {
        Picture[] pictures = [TestPictures.Noise(20, 30, seed: 1), TestPictures.Noise(20, 30, seed: 2), TestPictures.Noise(20, 30, seed: 3)];
        var sheet = ContactSheet.Draw([[pictures[0], pictures[1]], [null, pictures[2]]], ["source", "a caption wider than its column"], ["one", "two"]);
        foreach (var picture in pictures)
            Assert.True(sheet.Pixels.AsSpan().IndexOf(picture.Pixels.AsSpan(0, 60)) >= 0);
    }

    [Fact]
    public void LinesAndBarsAreDrawnInTheirColours()
    {
        var lines = Plot.Lines("loss", "step", "L1", [new("train", [0, 1, 2, 3], [4, 2, double.NaN, 1]), new("test", [0, 3], [4, 2])]);
        var bars = Plot.Bars("SSIM", "", [("T = 1", [new("mean frame", 0.6, 0.02), new("this model", 0.7, 0.01)]), ("T = 8", [new("this model", 0.74)])]);
        foreach (var plot in new[] { lines, bars })
        {
            Assert.Equal((640, 400), (plot.Width, plot.Height));
            Assert.True(Count(plot, 0, 114, 178) > 50);
            Assert.True(Count(plot, 213, 94, 0) > 50);
        }
    }

    [Fact]
    public void EmptyAndFlatDataDraw()
    {
        Assert.NotNull(Plot.Lines("nothing", "x", "y", []));
        Assert.NotNull(Plot.Lines("flat", "x", "y", [new("a", [1, 2], [5, 5])]));
        Assert.NotNull(Plot.Bars("nothing", "y", []));
    }

    static int Count(Picture picture, byte red, byte green, byte blue)
    {
        var count = 0;
        for (var i = 0; i < picture.Pixels.Length; i += 3)
            count += (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]) == (red, green, blue) ? 1 : 0;
        return count;
    }
}
