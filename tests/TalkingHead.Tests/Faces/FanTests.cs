using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Serialization;
using TalkingHead.Tests.Models;
using TalkingHead.Tests.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Faces;

public sealed class FanTests
{
    [Fact]
    public void HeatmapPeaksAreFoundToFractionsOfACell()
    {
        var random = new Random(1);
        var maps = new float[68 * 64 * 64];
        var expected = new (double X, double Y)[68];
        for (var i = 0; i < 68; i++)
        {
            expected[i] = (4 + 55 * random.NextDouble(), 4 + 55 * random.NextDouble());
            for (var cell = 0; cell < 64 * 64; cell++)
            {
                double dx = cell % 64 - expected[i].X, dy = cell / 64 - expected[i].Y;
                maps[i * 4096 + cell] = (float)Math.Exp(-(dx * dx + dy * dy) / 2);
            }
        }

        var (points, confidence) = FaceHeatmaps.Decode(maps, 64, 64);
        for (var i = 0; i < 68; i++)
            Assert.True(double.Hypot(points[2 * i] - expected[i].X, points[2 * i + 1] - expected[i].Y) < 0.15, $"point {i}");
        Assert.InRange(confidence, 0.8, 1);
    }

    [Fact]
    public void EmptyAndNonsenseHeatmapsGiveNoConfidence()
    {
        var (points, confidence) = FaceHeatmaps.Decode(new float[68 * 16], 4, 4);
        Assert.Equal(0, confidence);
        Assert.All(points, p => Assert.InRange(p, 0, 3));
        FaceHeatmaps.Decode([.. Enumerable.Repeat(float.NaN, 68 * 16)], 4, 4);
        Assert.Throws<ArgumentException>(() => FaceHeatmaps.Decode(new float[10], 4, 4));
    }

    [Fact]
    public void AnchorsDecodeByTheirFormula()
    {
        // A 3x2 map at stride 8: anchors of 32 pixels around (i + 0.5) * 8. One cell is sure of a face.
        var scores = new float[12];
        var offsets = new float[24];
        Array.Fill(scores, 5f, 0, 6);
        (scores[4], scores[6 + 4]) = (0, 2);
        (offsets[4], offsets[6 + 4], offsets[12 + 4], offsets[18 + 4]) = (1, -2, (float)(Math.Log(2) / 0.2), 0);
        var found = new List<(FaceBox Box, double Score)>();
        FaceAnchors.Decode(scores, offsets, 3, 8, 0.5, found);
        var (box, score) = Assert.Single(found);
        Assert.Equal(1 / (1 + Math.Exp(-2)), score, 1e-9);
        Assert.Equal(12 + 0.1 * 32, box.CentreX, 1e-5); // cell 4 is column 1, row 1
        Assert.Equal(12 - 0.2 * 32, box.CentreY, 1e-5);
        Assert.Equal((64, 32), (Math.Round(box.Width, 3), Math.Round(box.Height, 3)));
    }

    [Fact]
    public void OverlappingBoxesGiveWayToTheLikeliest()
    {
        var kept = FaceAnchors.Suppress([(new(0, 0, 10, 10), 0.7), (new(1, 0, 11, 10), 0.9), (new(20, 0, 30, 10), 0.6)], 0.3);
        Assert.Equal([0.9, 0.6], kept.Select(k => k.Score));
    }

    [Fact]
    public void DetectorAgreesWithPyTorch()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = new S3fd();
        Formula.Fill(network);
        var maps = network.call(Formula.Values("picture", 1, 3, 64, 96).Mul(100));
        var expected = SafeTensors.Load(Fixture("s3fd.safetensors"));
        Assert.Equal(expected.Count, 2 * maps.Length);
        for (var level = 0; level < maps.Length; level++)
        {
            Close(expected[$"scores.{level}"], maps[level].Scores);
            Close(expected[$"offsets.{level}"], maps[level].Offsets);
        }
    }

    [Fact]
    public void LandmarksFollowABrightSpotThroughTheWholePath()
    {
        // The stand-in network puts its peaks around the brightest part, 256 / 64 of its input's pixels apart.
        using var scope = NewDisposeScope();
        using var network = new S3fd();
        using var tracker = new FanTracker(network, FanTracker.LoadLandmarker(Fixture("heatmaps.pt"), CPU), CPU);
        var before = Spot(150, 110);
        var start = TestFaces.Face(150, 110, 100);
        var face = tracker.Follow(Spot(154, 113), before, new(start, start.Bounds, 1, true))!;
        Assert.False(face.Detected);
        Assert.True(face.Score > 0.5);

        // Point 36 is the one at (0, 0), 37 lies three cells to the right, 44 three below.
        Assert.Equal((154, 113), (Math.Round(face.Landmarks[36].X), Math.Round(face.Landmarks[36].Y)));
        double step = face.Landmarks[37].X - face.Landmarks[36].X, side = 64 / 3.0 * step;
        var bounds = start.Bounds;
        Assert.Equal(200 * (bounds.Width + 1.25 * bounds.Height) / 195, side, 3.0);
        Assert.Equal(step, face.Landmarks[44].Y - face.Landmarks[36].Y, 0.05);
        Assert.Null(tracker.Follow(new Picture(300, 220), before, new(start, start.Bounds, 1, true))); // nothing there
    }

    [Fact]
    public void FilesThatAreNotTheNetworksAreRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("a.zip"), "no network");
        Assert.StartsWith(folder.At("a.zip"), Assert.Throws<UserException>(() => FanTracker.LoadLandmarker(folder.At("a.zip"), CPU))
            .Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => FanTracker.LoadDetector(folder.At("a.zip")));
    }

    [Fact]
    public void MissingWeightsNameTheCommandThatGetsThem()
    {
        Assert.SkipWhen(Directory.Exists("weights"), "the weights are here.");
        var error = Assert.Throws<UserException>(() => new FanTracker());
        Assert.Contains("scripts/download-weights.sh", error.Message, StringComparison.Ordinal);
        Assert.Contains("s3fd", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownDetectorIsWrongUsage() =>
        Assert.Equal(2, Assert.Throws<UserException>(() => FaceTracker.Open("magic")).ExitCode);

    static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "Faces", name);

    static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var off = (expected - actual).abs().max().item<float>() / expected.abs().max().item<float>();
        Assert.True(off < 1e-4, $"off by {off}");
    }

    static Picture Spot(int x, int y)
    {
        var picture = new Picture(300, 220);
        for (var i = 0; i < picture.Width * picture.Height; i++)
        {
            var far = double.Hypot(i % 300 - x, i / 300 - y);
            picture.Pixels.AsSpan(3 * i, 3).Fill((byte)(255 * Math.Clamp(8 - far, 0, 1)));
        }

        return picture;
    }
}
