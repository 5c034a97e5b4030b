using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests.Faces;

namespace TalkingHead.Tests.Animation;

public class FrameChoiceTests
{
    // Mostly one pose, a few turned to the left and to the right, two blinks, two blurred.
    static readonly List<Candidate> Frames =
    [
        .. Enumerable.Range(0, 20).Select(k => new Candidate(Turned(0.002 * k), 100)),
        new(Turned(0.1), 100), new(Turned(0.2), 100), new(Turned(-0.1), 100), new(Turned(-0.2), 100),
        new(TestFaces.Face(100, 100, 80, eyes: 0.02), 100), new(TestFaces.Face(100, 100, 80, eyes: 0.05), 100),
        new(Turned(0.15), 3), new(Turned(-0.15), 4),
    ];

    static Landmarks Turned(double by) => TestFaces.Face(100, 100, 80).Map(new Similarity(Math.Cos(by), Math.Sin(by), 0, 0));

    [Fact]
    public void FarApartPosesAreChosenAndBlinksAndBlurAreNot()
    {
        var chosen = FrameChoice.Spread(Frames, 5);
        Assert.Equal(5, chosen.Distinct().Count());
        Assert.Contains(21, chosen);
        Assert.Contains(23, chosen);
        Assert.DoesNotContain(chosen, frame => frame >= 24);
    }

    [Fact]
    public void WhereGoodOnesAreTooFewTheLeastBadAreTaken()
    {
        Assert.Equal(27, FrameChoice.Spread(Frames, 27).Count);
        Assert.Equal(Enumerable.Range(0, 28), FrameChoice.Spread(Frames, 28));
        Assert.Equal(Enumerable.Range(0, 28), FrameChoice.Spread(Frames, 40));
    }

    [Fact]
    public void OneFrameIsTheOneNearestToTheMean() => Assert.InRange(FrameChoice.Spread(Frames, 1).Single(), 0, 19);

    [Fact]
    public void ABlurredPictureIsLessSharp()
    {
        var picture = new Picture(64, 64);
        new Random(1).NextBytes(picture.Pixels);
        var blurred = picture.Resize(16, 16).Resize(64, 64);
        var face = new FaceBox(10, 10, 50, 50);
        Assert.True(FrameChoice.Sharpness(blurred, face) < 0.5 * FrameChoice.Sharpness(picture, face));
    }
}
