using TalkingHead.Synthetic;

namespace TalkingHead.Tests.Synthetic;

public class SyntheticLandmarkTests
{
    const int Size = 256;

    static readonly Vec3[] Colours = [new(1, 0, 0), new(0, 1, 0), new(0, 0, 1), new(1, 1, 0), new(0, 1, 1), new(1, 0, 1)];

    // Each landmark's vertex is painted on the mesh as a flat dot; where the dot is seen in the picture is measured there,
    // by nothing but the picture, and compared with the landmark.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 5)]
    [InlineData(11, 9)]
    [InlineData(17, 21)]
    public void LandmarksFallOnTheFeaturesPaintedOnTheMesh(int identity, int frame)
    {
        var clip = new SyntheticPopulation(1).Identity(identity).Clip(0);
        List<double> distances = [];
        // Six at a time, far apart from each other in the face, each in its own pure colour on grey.
        for (var pass = 0; pass < 12; pass++)
        {
            var markers = Enumerable.Range(0, 6).Where(k => pass + 12 * k < 68).ToDictionary(k => pass + 12 * k, k => Colours[k]);
            var painted = new FrameRenderer { Markers = markers }.Draw(clip.Identity.Model, clip.MomentOf(frame), Size);
            foreach (var (landmark, colour) in markers)
                if (CentreOf(painted, colour) is { } seen)
                    distances.Add(double.Hypot(seen.X - painted.Landmarks[2 * landmark], seen.Y - painted.Landmarks[2 * landmark + 1]));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{distances.Count} landmarks seen, mean {distances.Average():0.00}, largest {distances.Max():0.00} pixels");
        Assert.True(distances.Count >= 34, $"only {distances.Count} landmarks are seen");
        Assert.True(distances.Average() < 1, $"mean distance {distances.Average():0.00} pixels");
        Assert.True(distances.Max() < 3, $"largest distance {distances.Max():0.00} pixels");
    }

    [Fact]
    public void LandmarksAreThoseOfThePictureThatIsDrawn()
    {
        var clip = new SyntheticPopulation(1).Identity(3).Clip(0);
        var painted = new FrameRenderer { Markers = new Dictionary<int, Vec3>() }.Draw(clip.Identity.Model, clip.MomentOf(5), 128);
        Assert.Equal(painted.Landmarks, clip.Frame(5, 128).Landmarks);
    }

    [Fact]
    public void LandmarksScaleWithThePicture()
    {
        var clip = new SyntheticPopulation(1).Identity(2).Clip(0);
        float[] small = clip.Frame(4, 64).Landmarks, large = clip.Frame(4, 256).Landmarks;
        for (var i = 0; i < small.Length; i++) Assert.Equal(4 * (small[i] + 0.5) - 0.5, large[i], 1e-2);
    }

    [Fact]
    public void LandmarksStandInTheOrderOfIbug()
    {
        var points = new FrameRenderer().Draw(new SyntheticPopulation(1).Identity(0).Model, new Moment(), Size).Landmarks;
        float X(int i) => points[2 * i];
        float Y(int i) => points[2 * i + 1];
        for (var i = 1; i <= 16; i++) Assert.True(X(i) > X(i - 1), $"jaw {i}");
        for (var i = 18; i <= 26; i++) Assert.True(X(i) > X(i - 1), $"brows {i}");
        for (var i = 28; i <= 30; i++) Assert.True(Y(i) > Y(i - 1), $"nose {i}");
        for (var i = 32; i <= 35; i++) Assert.True(X(i) > X(i - 1), $"nostrils {i}");
        Assert.True(X(36) < X(37) && X(37) < X(38) && X(38) < X(39) && X(40) < X(39) && X(41) < X(40), "eye at the left");
        Assert.True(X(42) < X(43) && X(43) < X(44) && X(44) < X(45) && X(46) < X(45) && X(47) < X(46), "eye at the right");
        Assert.True(Y(37) < Y(41) && Y(38) < Y(40) && Y(43) < Y(47) && Y(44) < Y(46), "lids");
        for (var i = 49; i <= 54; i++) Assert.True(X(i) > X(i - 1), $"upper lip {i}");
        for (var i = 55; i <= 59; i++) Assert.True(X(i) < X(i - 1), $"lower lip {i}");
        Assert.True(X(60) > X(48) && X(64) < X(54) && X(60) < X(62) && X(62) < X(64) && X(66) < X(65) && X(67) < X(66), "inner lips");
        Assert.True(Y(51) < Y(57) && Y(57) < Y(8) && Y(19) < Y(37) && Y(41) < Y(33) && Y(33) < Y(51), "from brow to chin");
    }

    [Fact]
    public void LandmarksFollowTheExpression()
    {
        var model = new SyntheticPopulation(1).Identity(0).Model;
        var rest = Draw(new());
        var open = Draw(new() { [Muscle.Jaw] = 1 });
        Assert.True(open[2 * 66 + 1] - open[2 * 62 + 1] > 8 + rest[2 * 66 + 1] - rest[2 * 62 + 1], "an open mouth parts the lips");
        Assert.True(open[2 * 8 + 1] > rest[2 * 8 + 1] + 8, "and lowers the chin");
        var smile = Draw(new() { [Muscle.SmileLeft] = 1, [Muscle.SmileRight] = 1 });
        Assert.True(smile[2 * 54] - smile[2 * 48] > 5 + rest[2 * 54] - rest[2 * 48], "a smile widens the mouth");
        Assert.True(smile[2 * 48 + 1] < rest[2 * 48 + 1] - 2, "and lifts its corners");
        var closed = Draw(new() { BlinkLeft = 1, BlinkRight = 1 });
        Assert.True(closed[2 * 41 + 1] - closed[2 * 37 + 1] < 1.5, "a blink closes the lids");
        var brows = Draw(new() { [Muscle.BrowUpLeft] = 1, [Muscle.BrowUpRight] = 1 });
        Assert.True(brows[2 * 19 + 1] < rest[2 * 19 + 1] - 4, "brows rise");

        float[] Draw(Moment moment) => new FrameRenderer().Draw(model, moment, Size).Landmarks;
    }

    // The middle of a pure colour on grey, weighted by how much of a pixel it covers; null where less than four pixels show.
    static (double X, double Y)? CentreOf(SyntheticFrame frame, Vec3 colour)
    {
        double weight = 0, x = 0, y = 0;
        for (var i = 0; i < frame.Size * frame.Size; i++)
        {
            int r = frame.Rgb[3 * i], g = frame.Rgb[3 * i + 1], b = frame.Rgb[3 * i + 2];
            var low = Math.Min(r, Math.Min(g, b));
            var high = Math.Max(r, Math.Max(g, b));
            if (high - low < 40) continue;
            var half = (high + low) / 2;
            // A mixture of two dots has channels between high and low, or is brighter than the grey of 124: it is neither's.
            if (low > 130 || Math.Max(Between(r), Math.Max(Between(g), Between(b))) > 3) continue;
            int Between(int c) => Math.Min(high - c, c - low);
            if ((r > half) != (colour.X > 0) || (g > half) != (colour.Y > 0) || (b > half) != (colour.Z > 0)) continue;
            weight += high - low;
            x += (high - low) * (i % frame.Size);
            y += (high - low) * (i / frame.Size);
        }
        return weight < 4 * 200 ? null : (x / weight, y / weight);
    }
}
