using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Tests.Faces;

public class VtLandmarkImageTests
{
    // Point p lies at (10 p mod 240, 20 + 30 · (10 p div 240)): rows of points from left to right.
    static readonly Landmarks Rows = new([.. Enumerable.Range(0,
        Landmarks.Count).SelectMany(p => new float[] { 10 * p % 240, 20 + 30 * (10 * p / 240) })]);

    [Theory]
    [InlineData(5, 20, 0, 128, 0)]     // jaw, between points 0 and 1
    [InlineData(175, 20, 255, 165, 0)] // a brow, between 17 and 18
    [InlineData(165, 20, 255, 255, 255)] // nothing between jaw and brow
    [InlineData(35, 50, 0, 0, 255)]    // nose, between 27 and 28
    [InlineData(5, 80, 128, 0, 128)]   // outer lips, between 48 and 49
    [InlineData(125, 80, 255, 192, 203)] // inner lips, between 60 and 61
    [InlineData(5, 22, 255, 255, 255)] // two pixels beside a line that is 2.8 wide
    public void ItsColoursAreOnWhite(int x, int y, int red, int green, int blue)
    {
        var picture = LandmarkImage.Draw(Rows, 240, 240, LandmarkDrawing.From(new LandmarkSettings { Style = LandmarkStyle.Vt }));
        Assert.Equal([(byte)red, (byte)green, (byte)blue], picture.Pixels.AsSpan(3 * (y * 240 + x), 3).ToArray());
    }

    [Fact]
    public void ALineIsTwoAndEightTenthsWide()
    {
        // Down a column in the middle of a level line, the ink adds up to its width.
        var picture = LandmarkImage.Draw(Rows, 240, 240, new LandmarkDrawing { Style = LandmarkStyle.Vt });
        var ink = Enumerable.Range(10, 21).Sum(y => (255 - picture.Pixels[3 * (y * 240 + 5)]) / 255.0);
        Assert.Equal(2.8, ink, 0.05);
    }

    [Fact]
    public void LinesOutsideThePictureOrWithoutAPlaceAreLeftOut()
    {
        var far = new Landmarks([.. Rows.Values.ToArray().Select((value, i) => i == 0 ? float.NaN : value - 5000)]);
        Assert.All(LandmarkImage.Draw(far, 32, 32, new LandmarkDrawing { Style = LandmarkStyle.Vt }).Pixels,
            value => Assert.Equal(255, value));
    }
}
