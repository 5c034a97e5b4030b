using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests.Media;

namespace TalkingHead.Tests.Faces;

public sealed class FaceCropTests
{
    [Fact]
    public void SquareHoldsTheFaceAboveItsMiddle()
    {
        var face = TestFaces.Face(200, 200, 100);
        var square = FaceCrop.Around(face);
        Assert.Equal(square.Width, square.Height, 1e-9);
        Assert.Equal(2.2 * Math.Max(face.Bounds.Width, face.Bounds.Height), square.Width, 1e-3);
        Assert.True(square.CentreY < face.Bounds.CentreY);
        var inside = face.Crop(square, 256, 256).Bounds;
        Assert.True(inside is { Left: > 30, Right: < 226, Top: > 30, Bottom: < 226 });
    }

    [Fact]
    public void SmallMotionKeepsOneSquareForTheClip()
    {
        var clip = Enumerable.Range(0, 50).Select(i => TestFaces.Face(200 + 8 * Math.Sin(i / 5.0), 200, 100)).ToArray();
        Assert.Single(FaceCrop.Over(clip, 25).Distinct());
    }

    [Fact]
    public void WalkingHeadIsFollowedSmoothlyInOneSize()
    {
        var clip = Enumerable.Range(0, 100).Select(i => (Landmarks?)TestFaces.Face(100 + 6 * i, 200, 100)).ToArray();
        var squares = FaceCrop.Over(clip, 25);
        Assert.Single(squares.Select(s => Math.Round(s.Width, 6)).Distinct());
        for (var i = 40; i < 60; i++) // away from the ends
            Assert.Equal(6, squares[i].CentreX - squares[i - 1].CentreX, 0.1);
        Assert.All(clip.Zip(squares), pair => Assert.True(pair.First!.Bounds.Overlap(pair.Second) > 0.1));
    }

    [Fact]
    public void FramesWithoutAFaceTakeTheirNeighbours()
    {
        Landmarks?[] clip = [null, TestFaces.Face(100, 100, 50), null, TestFaces.Face(500, 100, 50), null];
        var squares = FaceCrop.Over(clip, 1000); // so high a rate follows at once
        Assert.Equal(5, squares.Length);
        Assert.Throws<ArgumentException>(() => FaceCrop.Over([null, null], 25));
        Assert.Equal(2, FaceCrop.Over([null, TestFaces.Face(100, 100, 50)], 25).Length);
    }

    [Theory]
    [InlineData(0, 0, 300)]
    [InlineData(-500, -500, 100)]
    [InlineData(10, 90, 4000)]
    public void CropsBeyondTheEdgeNeverFail(double x, double y, double size)
    {
        var picture = TestPictures.Noise(100, 80, seed: 1);
        var crop = FaceCrop.Take(picture, FaceCrop.Around(TestFaces.Face(x, y, size)), 64);
        Assert.Equal((64, 64), (crop.Width, crop.Height));
    }
}
