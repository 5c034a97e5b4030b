using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Tests.Faces;

public sealed class FaceTrackTests
{
    [Fact]
    public void LargestFaceIsTakenUnlessABoxSaysWhich()
    {
        using var tracker = new ScriptedTracker(_ => [Face(50, 30), Face(200, 60), Face(350, 40)]);
        Assert.Equal(200, Middle(tracker.Begin().Next(new Picture(1, 1))));
        Assert.Equal(350, Middle(tracker.Begin(new FaceBox(330, 0, 340, 10)).Next(new Picture(1, 1))));
    }

    [Fact]
    public void LostTrackComesBackToItsOwnFaceNotToTheLargest()
    {
        using var tracker = new ScriptedTracker(frame => frame == 3 ? [] : [Face(100, 40), Face(400, 80)])
        {
            LosesAt = frame =>
            frame is 3 or 4
        };
        var track = tracker.Begin(new FaceBox(90, 90, 110, 110));
        Assert.Equal([100, 100, 100, null, 100], Enumerable.Range(0, 5).Select(i => Middle(track.Next(Frame(i)))));
    }

    [Fact]
    public void StrangerFarAwayIsNotTakenForALostFace()
    {
        using var tracker = new ScriptedTracker(frame => frame == 0 ? [Face(100, 40)] : [Face(900, 80)]) { LosesAt = _ => true };
        var track = tracker.Begin();
        Assert.NotNull(track.Next(Frame(0)));
        Assert.Null(track.Next(Frame(1)));
    }

    [Fact]
    public void FramesBeforeTheFirstDetectionAreSearchedBackward()
    {
        using var tracker = new ScriptedTracker(frame => frame < 5 ? [] : [Face(100 + frame, 40)]) { LosesAt = frame => frame == 1 };
        var found = tracker.Begin().Over(Enumerable.Range(0, 8).Select(Frame)).Select(pair => pair.Face is not null);
        Assert.Equal([false, false, true, true, true, true, true, true], found);
    }

    [Fact]
    public void NoMoreThan32FramesAreHeld()
    {
        using var tracker = new ScriptedTracker(frame => frame < 500 ? [] : [Face(100, 40)]);
        int read = 0, given = 0, most = 0;
        foreach (var _ in tracker.Begin().Over(Enumerable.Range(0, 600).Select(i =>
        {
            most = Math.Max(most,
            ++read - given); return Frame(i);
        })))
            given++;
        Assert.Equal(600, given);
        Assert.InRange(most, 2, 34);
    }

    static Picture Frame(int number) => new(number + 1, 1); // its width says which frame it is

    static TrackedFace Face(double x, double size)
    {
        var landmarks = TestFaces.Face(x, 100, size);
        return new(landmarks, landmarks.Bounds, 1, true);
    }

    static double? Middle(TrackedFace? face) => face is null ? null : Math.Round(face.Box.CentreX);

    /// <summary>A tracker that finds what the test says and follows a face to where it is.</summary>
    sealed class ScriptedTracker(Func<int, TrackedFace[]> faces) : FaceTracker
    {
        public Func<int, bool> LosesAt { get; init; } = _ => false;

        public override IReadOnlyList<TrackedFace> Find(Picture picture) =>
            [.. faces(picture.Width - 1).OrderByDescending(f => f.Box.Area)];

        internal override TrackedFace? Follow(Picture picture, Picture before, TrackedFace face) =>
            LosesAt(picture.Width - 1) ? null : face with { Detected = false };

        protected override void Dispose(bool disposing)
        {
        }
    }
}
