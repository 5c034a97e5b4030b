using System.Diagnostics;
using TalkingHead.EndToEndTests.Media;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Faces;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.EndToEndTests.Faces;

public sealed class DlibTrackerTests
{
    public DlibTrackerTests()
    {
        Needs.Ffmpeg();
        Needs.Dlib();
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
    public void FaceThatTheDetectorMissesIsFollowed()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frames = reader.Frames().Take(30).ToArray();
        var random = new Random(1);
        foreach (var frame in frames[10..20])
        {
            for (var i = 0; i < frame.Pixels.Length; i++)
                frame.Pixels[i] = (byte)Math.Clamp(frame.Pixels[i] + random.Next(-120, 121), 0, 255);
        }

        using var tracker = new DlibTracker();
        var faces = tracker.Begin().Over(frames).Select(pair => pair.Face).ToArray();
        TestContext.Current.SendDiagnosticMessage($"under heavy noise: {faces[10..20].Count(f => f is { Detected: false })} of 10 frames followed");
        Assert.All(faces, Assert.NotNull);
        Assert.Contains(faces[10..20], face => !face!.Detected);
        Assert.All(faces, face => Assert.True(face!.Box.Distance(faces[0]!.Box) < 0.15 * face.Box.Width));
    }

    [Fact]
    public void DetectionLandmarksAndCropReachTwentyFramesASecond()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frames = reader.Frames().ToArray();
        using var tracker = new DlibTracker();
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
        Assert.True(best >= 20, $"{best:0.0} frames/s");
    }

    [Fact]
    public void SmoothingHalvesTheJitterOfAStillStretchAndKeepsTheBlink()
    {
        var raw = Track("head-pose-male.mp4", null).Select(face => face!.Landmarks).ToArray();
        var smoothing = new LandmarkSmoothing(12);
        var smooth = raw.Select(smoothing.Next).ToArray();

        // From frame 44 to 58 the man holds still; between 36 and 38 his eyes close.
        double before = TestFaces.Jitter(raw[44..58]), after = TestFaces.Jitter(smooth[44..58]);
        int shut = Array.FindIndex(raw, face => face.EyeOpening < 0.255 && face.EyeOpening > 0), late = Array.FindIndex(smooth, face => face.EyeOpening < 0.255);
        TestContext.Current.SendDiagnosticMessage($"jitter of the still stretch: {before:0.000} -> {after:0.000} pixels; eyes half shut in frame {shut}, smoothed in frame {late}");
        Assert.True(after <= before / 2, $"{before:0.000} -> {after:0.000}");
        Assert.InRange(shut, 36, 38);
        Assert.InRange(late - shut, 0, 1);
    }

    [Fact]
    public void CropOfARealHeadHoldsTheWholeHead()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        using var tracker = new DlibTracker();
        var frame = reader.Frames().First();
        var face = tracker.FindOne(frame)!;
        var square = FaceCrop.Around(face.Landmarks);
        var inside = face.Landmarks.Crop(square, 256, 256).Bounds;
        Assert.True(inside is { Left: > 30, Right: < 226, Top: > 40, Bottom: < 226 }, $"{inside}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(200_000)]
    public void DamagedModelIsRefused(int kept)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("model.dat");
        var whole = File.OpenRead(Needs.DlibModel);
        var bytes = new byte[kept];
        using (whole)
            whole.ReadExactly(bytes);
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<UserException>(() => FaceDoor.Shape.Load(path).Dispose());
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomBytesAreNoModelAndDoNoHarm()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var bytes = new byte[2000];
            random.NextBytes(bytes);
            (bytes[0], bytes[1]) = (1, 1); // version 1, so that what follows is read
            File.WriteAllBytes(folder.At("model.dat"), bytes);
            Assert.Throws<UserException>(() => FaceDoor.Shape.Load(folder.At("model.dat")).Dispose());
        }
    }

    static TrackedFace?[] Track(string name, FaceBox? near)
    {
        using var reader = VideoReader.Open(RealClips.Path(name));
        using var tracker = new DlibTracker();
        return [.. tracker.Begin(near).Over(reader.Frames()).Select(pair => pair.Face)];
    }
}
