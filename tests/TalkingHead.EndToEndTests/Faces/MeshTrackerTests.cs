using System.Collections.Concurrent;
using System.Diagnostics;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Faces;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Faces;

public sealed class MeshTrackerTests
{
    public MeshTrackerTests()
    {
        Needs.Ffmpeg();
    }

    [Theory]
    [InlineData("head-pose-male.mp4", 62, 62)]
    [InlineData("head-pose-female.mp4", 22, 23)]
    [InlineData("head-pose-female.gif", 22, 23)]
    [InlineData("wide-again.mkv", 77, 77)]
    [InlineData("wide-yes.mkv", 65, 65)]
    [InlineData("wide-thanks.mkv", 51, 51)]
    public void FaceIsFoundInEveryFrame(string name, int least, int frames)
    {
        var faces = Track(name, null);
        Assert.Equal(frames, faces.Length);
        var found = faces.OfType<TrackedFace>().ToArray();
        TestContext.Current.SendDiagnosticMessage($"{name}: {found.Length} of {frames}, {found.Count(f => f.Detected)} by the detector");
        Assert.True(found.Length >= least, $"{found.Length} of {frames}");

        // A track moves without leaps and keeps its size.
        foreach (var (a, b) in found.Zip(found.Skip(1)))
        {
            Assert.True(a.Box.Distance(b.Box) < 0.3 * a.Box.Width, "the track leaps");
            Assert.InRange(b.Box.Width / a.Box.Width, 0.8, 1.25);
        }
    }

    [Fact]
    public void TwoPeopleAreTrackedWithoutSwapping()
    {
        var left = Track("head-pose-female-and-male.mp4", new FaceBox(90, 90, 120, 130));
        var right = Track("head-pose-female-and-male.mp4", new FaceBox(345, 90, 375, 120));
        Assert.All(left, face => Assert.InRange(face!.Box.CentreX, 40, 150));
        Assert.All(right, face => Assert.InRange(face!.Box.CentreX, 300, 400));
        Assert.Equal((56, 56), (left.Length, right.Length));
    }

    [Fact]
    public void FaceUnderNoiseIsFollowed()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frames = reader.Frames().Take(30).ToArray();
        var random = new Random(1);
        foreach (var frame in frames[10..20])
        {
            for (var i = 0; i < frame.Pixels.Length; i++)
                frame.Pixels[i] = (byte)Math.Clamp(frame.Pixels[i] + random.Next(-60, 61), 0, 255);
        }

        using var tracker = new MeshTracker();
        var faces = tracker.Begin().Over(frames).Select(pair => pair.Face).ToArray();
        TestContext.Current.SendDiagnosticMessage(
            $"under noise: {faces[10..20].Count(f => f is { Detected: false })} of 10 frames followed");
        Assert.All(faces, Assert.NotNull);
        Assert.Contains(faces[10..20], face => !face!.Detected);
        Assert.All(faces, face => Assert.True(face!.Box.Distance(faces[0]!.Box) < 0.15 * face.Box.Width));
    }

    [Fact]
    public void DetectionLandmarksAndCropKeepUpWithAVideo()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frames = reader.Frames().ToArray();
        using var tracker = new MeshTracker();
        double best = 0;
        for (var round = 0; round < 3; round++)
        {
            var clock = Stopwatch.StartNew();
            var faces = tracker.Begin().Over(frames).Select(pair => pair.Face?.Landmarks).ToArray();
            var squares = FaceCrop.Over(faces, 12);
            for (var i = 0; i < frames.Length; i++)
                FaceCrop.Take(frames[i], squares[i], 256);
            best = Math.Max(best, frames.Length / clock.Elapsed.TotalSeconds);
        }

        TestContext.Current.SendDiagnosticMessage($"detection, landmarks and crop at 480x270: {best:0.0} frames/s");
        Assert.True(best >= 20, $"{best:0.0} frames/s"); // that it is not broken; how fast it is, a quiet machine says
    }

    [Fact]
    public void SmoothingHalvesTheJitterOfAStillStretchAndKeepsTheBlink()
    {
        var raw = Track("head-pose-male.mp4", null).Select(face => face!.Landmarks).ToArray();
        var smoothing = new LandmarkSmoothing(12);
        var smooth = raw.Select(smoothing.Next).ToArray();

        // From frame 44 to 58 the man holds still; between 36 and 38 his eyes close by a quarter.
        double before = TestFaces.Jitter(raw[44..58]), after = TestFaces.Jitter(smooth[44..58]);
        var half = 0.85 * raw[..30].Average(face => face.EyeOpening);
        int shut = Array.FindIndex(raw, face => face.EyeOpening < half), late = Array.FindIndex(smooth, face => face.EyeOpening < half);
        TestContext.Current.SendDiagnosticMessage($"jitter of the still stretch: {before:0.000} -> {after:0.000} pixels; eyes half shut "
            + $"in frame {shut}, smoothed in frame {late}");
        Assert.True(after <= before / 2, $"{before:0.000} -> {after:0.000}");
        Assert.InRange(shut, 36, 38);
        Assert.InRange(late - shut, 0, 1);
    }

    [Fact]
    public void CropOfARealHeadHoldsTheWholeHead()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        using var tracker = new MeshTracker();
        var frame = reader.Frames().First();
        var face = tracker.FindOne(frame)!;
        var square = FaceCrop.Around(face.Landmarks);
        var inside = face.Landmarks.Crop(square, 256, 256).Bounds;
        Assert.True(inside is { Left: > 30, Right: < 226, Top: > 40, Bottom: < 226 }, $"{inside}");
    }

    [Theory]
    [InlineData("head-pose-male.mp4", 0.40)]
    [InlineData("head-pose-female.mp4", 2.4)]
    [InlineData("wide-again.mkv", 0.50)]
    public void PointsTrembleLittleBeforeSmoothing(string name, double most)
    {
        int[] inner = [30, 36, 39, 42, 45, 48, 54]; // tip of the nose, corners of eyes and mouth
        var faces = Track(name, null).Select(face => face!.Landmarks).ToArray();
        var moved = from i in Enumerable.Range(1, faces.Length - 2)
                    from k in inner
                    let x = faces[i - 1][k].X - 2 * faces[i][k].X + faces[i + 1][k].X
                    let y = faces[i - 1][k].Y - 2 * faces[i][k].Y + faces[i + 1][k].Y
                    select double.Hypot(x, y);
        var mean = moved.Average();
        TestContext.Current.SendDiagnosticMessage($"{name}: mean second difference {mean:0.000} pixels");
        Assert.True(mean <= most, $"{mean:0.000}");
    }

    [Theory]
    [InlineData("head-pose-male.mp4")]
    [InlineData("head-pose-female.mp4")]
    [InlineData("wide-again.mkv")]
    [InlineData("wide-yes.mkv")]
    [InlineData("wide-thanks.mkv")]
    public void PupilsLieOnTheEyes(string name)
    {
        foreach (var face in Track(name, null))
        {
            var (right, left) = face!.Landmarks.Pupils!.Value;
            Within(face.Landmarks, right, 36);
            Within(face.Landmarks, left, 42);
        }

        static void Within(Landmarks face, Pupil pupil, int eye)
        {
            var ring = Enumerable.Range(eye, 6).Select(i => face[i]).ToArray();
            var width = double.Hypot(ring[3].X - ring[0].X, ring[3].Y - ring[0].Y);
            Assert.InRange(pupil.X, ring.Min(p => p.X) - 0.1 * width, ring.Max(p => p.X) + 0.1 * width);
            Assert.InRange(double.Hypot(pupil.X - ring.Average(p => p.X), pupil.Y - ring.Average(p => p.Y)), 0, 0.5 * width + 1);
            Assert.InRange(pupil.Radius, 0.1 * width, 0.6 * width + 1);
        }
    }

    // Several tests look at one clip's track: it is made once.
    static readonly ConcurrentDictionary<(string Clip, FaceBox? Near), TrackedFace?[]> Tracks = new();

    static TrackedFace?[] Track(string name, FaceBox? near) => Tracks.GetOrAdd((name, near), _ =>
    {
        using var reader = VideoReader.Open(RealClips.Path(name));
        using var tracker = new MeshTracker();
        return [.. tracker.Begin(near).Over(reader.Frames()).Select(pair => pair.Face)];
    });
}
