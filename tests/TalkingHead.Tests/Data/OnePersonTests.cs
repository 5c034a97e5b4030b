using TalkingHead.Data.Preparation;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Tests.Data;

public sealed class OnePersonTests
{
    [Fact]
    public void AFaceThatMovesAsHeadsDoRaisesNoDoubt()
    {
        using var tracker = new Told();
        var person = new OnePerson(findsCuts: true);
        for (var i = 0; i < 50; i++)
            person.See(Grey((byte)(100 + i)), tracker.Face = Face(100 + 30 * Math.Sin(0.5 * i), 60), 0.1 * i, tracker);
        Assert.Null(person.Jump);
        Assert.Null(person.Rival);
    }

    [Fact]
    public void ACutIsFoundByThePictureUnlessItFollowsTheFace()
    {
        using var tracker = new Told();
        var (still, cropped) = (new OnePerson(findsCuts: true), new OnePerson(findsCuts: false));
        for (var i = 0; i < 10; i++)
        {
            var face = tracker.Face = Face(100, 60);
            still.See(Grey((byte)(i < 5 ? 60 : 140)), face, 0.1 * i, tracker);
            cropped.See(Grey((byte)(i < 5 ? 60 : 140)), face, 0.1 * i, tracker);
        }

        Assert.Equal("the picture changes at 0.5 s as at a cut", still.Jump);
        Assert.Null(cropped.Jump);
    }

    [Theory]
    [InlineData(190, 60, "the face jumps at 0.1 s (1.5 of its widths, 1.0 times the size)")]
    [InlineData(100, 120, "the face jumps at 0.1 s (0.0 of its widths, 2.0 times the size)")]
    public void AFaceThatJumpsIsDoubtful(double x, double width, string because)
    {
        using var tracker = new Told();
        var person = new OnePerson(findsCuts: true);
        person.See(Grey(90), tracker.Face = Face(100, 60), 0, tracker);
        person.See(Grey(90), tracker.Face = Face(x, width), 0.1, tracker);
        Assert.Equal(because, person.Jump);
    }

    [Fact]
    public void ASecondFaceThatStaysIsDoubtfulAndOneThatPassesIsNot()
    {
        using var tracker = new Told();
        var (stays, passes) = (new OnePerson(findsCuts: true), new OnePerson(findsCuts: true));
        for (var i = 0; i < 8; i++)
        {
            tracker.Face = Face(100, 60);
            tracker.Other = Face(250, 50);
            stays.See(Grey(90), tracker.Face, i, tracker);
            tracker.Other = i == 3 ? tracker.Other : null;
            passes.See(Grey(90), tracker.Face, i, tracker);
        }

        Assert.Equal("a second face of similar size is there in 8 of 8 frames looked at", stays.Rival);
        Assert.Null(passes.Rival);
    }

    static Picture Grey(byte value)
    {
        var picture = new Picture(320, 200);
        picture.Fill(value, value, value);
        return picture;
    }

    static TrackedFace Face(double x, double width)
    {
        var box = new FaceBox(x - width / 2, 100 - width / 2, x + width / 2, 100 + width / 2);
        return new(new Landmarks(new float[2 * Landmarks.Count]), box, 1, true);
    }

    /// <summary>Finds what it is told.</summary>
    sealed class Told : FaceTracker
    {
        internal TrackedFace? Face, Other;

        public override IReadOnlyList<TrackedFace> Find(Picture picture) => [.. new[] { Face, Other }.OfType<TrackedFace>()];

        internal override TrackedFace? Follow(Picture picture, Picture before, TrackedFace face) => Face;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
