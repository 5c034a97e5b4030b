using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Tests.Media;

namespace TalkingHead.Tests.Evaluation;

/// <summary>Metrics of what a person's frames show one after another, on faces and pictures whose answer is known.</summary>
public sealed class SeriesMetricTests
{
    // A frontal face in a picture of 256x256; its mouth opens by `open` pixels.
    static Landmarks Face(double x = 0, double y = 0, double open = 0, double scale = 1)
    {
        (double X, double Y)[] known = [.. Enumerable.Repeat((128.0, 128.0), Landmarks.Count)];
        (known[27], known[30], known[33]) = ((128, 90), (128, 128), (128, 140));
        (known[36], known[39], known[42], known[45]) = ((83, 95), (111, 97), (145, 97), (173, 95));
        foreach (var eye in (int[])[36, 42])
            (known[eye + 1], known[eye + 2], known[eye + 4], known[eye + 5]) = ((known[eye].X + 9, 90), (known[eye].X + 19, 90),
                (known[eye].X + 19, 101), (known[eye].X + 9, 101));
        (known[48], known[54], known[62], known[66], known[51], known[57]) = ((103, 166), (153, 166), (128, 164), (128, 168 + open),
            (128, 158), (128, 174 + open));
        for (var point = 48; point < Landmarks.Count; point++)
            if (known[point] == (128, 128))
                known[point] = (128, 166);
        return new([.. known.SelectMany(point => new[] { (float)(scale * point.X + x), (float)(scale * point.Y + y) })]);
    }

    static FrameSeries Series(IReadOnlyList<Landmarks?> real, IReadOnlyList<Landmarks?> fake, IReadOnlyList<Picture>? truth = null,
        IReadOnlyList<Picture>? frames = null, IReadOnlyList<bool>? follows = null)
    {
        Picture[] blank = [.. real.Select(_ => TestPictures.Waves(256, 256))];
        return new(truth ?? blank, frames ?? blank, real, fake, follows ?? [false, .. Enumerable.Repeat(true, real.Count - 1)]);
    }

    static Picture Brighter(Picture picture, int by, int left = 0, int top = 0, int right = int.MaxValue, int bottom = int.MaxValue)
    {
        var result = picture.Clone();
        for (var y = top; y < Math.Min(bottom, picture.Height); y++)
            for (var i = 3 * (y * picture.Width + left); i < 3 * (y * picture.Width + Math.Min(right, picture.Width)); i++)
                result.Pixels[i] = (byte)(result.Pixels[i] / 2 + by);
        return result;
    }

    [Fact]
    public void AConstantErrorDoesNotFlickerAndAChangingOneDoes()
    {
        var truth = new Picture(16, 16);
        truth.Fill(100, 100, 100);
        Picture Lighter(int by)
        {
            var picture = new Picture(16, 16);
            picture.Fill((byte)(100 + by), (byte)(100 + by), (byte)(100 + by));
            return picture;
        }

        Landmarks?[] none = [null, null, null, null];
        var values = TemporalError.Compute(Series(none, none, [truth, truth, truth, truth],
            [Lighter(20), Lighter(20), Lighter(71), Lighter(71)], [false, true, true, false]));
        Assert.Equal([double.NaN, 0, 51 / 255.0, double.NaN], values);
    }

    [Fact]
    public void JitterIsTheSecondDifferenceOfTheErrorAndNothingElse()
    {
        Landmarks[] real = [Face(), Face(x: 3), Face(x: 5), Face(x: 4), Face(x: 8)];
        Landmarks?[] steady = [.. real.Select((face, i) => face.Map(new(1, 0, 2 + 1.5 * i, 7)))]; // away at an even pace
        Assert.Equal([double.NaN, 0, 0, 0, double.NaN], LandmarkJitter.Compute(Series(real, steady)).Select(value => Math.Round(value, 4)));
        Landmarks?[] trembling = [.. real.Select((face, i) => i == 2 ? face.Map(new(1, 0, 0, 1)) : face)];
        Assert.Equal([double.NaN, 1, 2, 1, double.NaN], LandmarkJitter.Compute(Series(real, trembling))
            .Select(value => Math.Round(value, 4)));
        trembling[3] = null;
        Assert.Equal([double.NaN, 1, double.NaN, double.NaN, double.NaN],
            LandmarkJitter.Compute(Series(real, trembling)).Select(value => Math.Round(value, 4)));
    }

    [Fact]
    public void ARegionSeesItsOwnPartAlone()
    {
        var truth = TestPictures.Waves(256, 256);
        var mouth = Brighter(truth, 60, 80, 150, 180, 190);
        var series = Series([Face()], [Face()], [truth], [mouth]);
        Assert.Equal((0, 1), (FaceRegion.L1(series, FaceRegion.Eyes)[0], Math.Round(FaceRegion.Ssim(series, FaceRegion.Eyes)[0], 12)));
        Assert.True(FaceRegion.L1(series, FaceRegion.Mouth)[0] > 0.05);
        Assert.InRange(FaceRegion.Ssim(series, FaceRegion.Mouth)[0], -1, 0.95);

        // A face that is not found, or is outside the picture, has no region.
        Assert.Equal([double.NaN], FaceRegion.L1(Series([Face()], [null], [truth], [mouth]), FaceRegion.Eyes));
        Assert.Equal([double.NaN], FaceRegion.Ssim(Series([Face(x: 1000)], [Face()], [truth], [mouth]), FaceRegion.Mouth));
    }

    [Fact]
    public void FollowingForgivesAnotherShapeAndAnotherRestAndNotAnotherMotion()
    {
        double[] opening = [0, 4, 9, 3, 12];
        Landmarks?[] driver = [.. opening.Select(open => Face(open: open))];
        Landmarks?[] follower = [.. opening.Select(open => Face(open: open + 5, scale: 0.5, x: 60))];
        Assert.All(MotionFollowing.Correlation(Series(driver, follower), MotionFollowing.Expression), value => Assert.Equal(1, value, 4));
        Assert.All(MotionFollowing.Error(Series(driver, follower), MotionFollowing.Expression), value => Assert.Equal(0, value, 4));

        Landmarks?[] still = [.. opening.Select(_ => Face())], against = [.. opening.Select(open => Face(open: 20 - open))];
        Assert.All(MotionFollowing.Correlation(Series(driver, still), MotionFollowing.Expression), value => Assert.Equal(0, value, 6));
        Assert.All(MotionFollowing.Correlation(Series(driver, against), MotionFollowing.Expression), value => Assert.Equal(-1, value, 4));
        Assert.Equal((12 - opening.Average()) / 90 / 3, MotionFollowing.Error(Series(driver, still), MotionFollowing.Expression)[4], 4);

        follower[1] = null;
        Assert.Equal([false, true, false, false, false], MotionFollowing.Correlation(Series(driver, follower),
            MotionFollowing.Expression).Select(double.IsNaN));
    }

    [Fact]
    public void AnglesOfPoseAreThoseOfTheTurn()
    {
        var rest = MotionFollowing.Pose(Face())!;
        double angle = double.DegreesToRadians(12), cos = Math.Cos(angle), sin = Math.Sin(angle);
        var rolled = MotionFollowing.Pose(Face().Map(new(cos, sin, 0, 0)))!;
        Assert.Equal((0, 0, 12), (Math.Round(rolled[0] - rest[0], 3), Math.Round(rolled[1] - rest[1], 3),
            Math.Round(Math.Abs(rolled[2] - rest[2]), 3)));
    }

    [Fact]
    public void FramesFollowByTheirNumbers() =>
        Assert.Equal([false, true, false, false, true, false],
            PictureSet.Follows(["a/000001", "a/000002", "a/000004", "b/000005", "b/000006", "face"]));
}
