using TalkingHead.Faces;
using TalkingHead.Studio;
using TalkingHead.Synthetic;

namespace TalkingHead.Tests.Studio;

/// <summary>What the sliders do to landmarks, on the exact ones of a synthetic person.</summary>
public sealed class MotionControlsTests
{
    const float Near = 0.01f;

    static readonly SyntheticClip Clip = new SyntheticPopulation(3).Identity(1).Clip(0);

    static readonly Landmarks Rest = Face(0), Now = Face(20);

    static Landmarks Face(int frame)
    {
        var drawn = Clip.Frame(frame, 128);
        return new([.. drawn.Landmarks, .. drawn.Pupils]);
    }

    static void Same(Landmarks expected, Landmarks found, Func<int, bool>? points = null) => Assert.All(
        Enumerable.Range(0, Landmarks.Count).Where(points ?? (_ => true)), i =>
        {
            Assert.InRange(found[i].X - expected[i].X, -Near, Near);
            Assert.InRange(found[i].Y - expected[i].Y, -Near, Near);
        });

    static double Gap(Landmarks face) => double.Hypot(face[66].X - face[62].X, face[66].Y - face[62].Y);

    static bool InMouth(int point) => point >= 48;

    static bool InEye(int point) => point is >= 36 and <= 47;

    [Fact]
    public void AsFilmedNothingChanges() => Assert.Same(Now, new MotionControls().Apply(Now, Rest));

    [Fact]
    public void WithoutMotionTheFaceRests() => Same(Rest, new MotionControls(Motion: 0).Apply(Now, Rest));

    [Fact]
    public void HalfTheMotionIsHalfTheWay()
    {
        var half = new MotionControls(Motion: 0.5).Apply(Now, Rest);
        Same(MotionControls.Blend(Rest, Now, 0.5), half);
        Assert.NotNull(half.Pupils);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void TheMouthAloneFollowsItsSlider(double amount)
    {
        var face = new MotionControls(Mouth: amount).Apply(Now, Rest);
        Same(Now, face, point => !InMouth(point));
        Assert.Contains(Enumerable.Range(48, 20), i => Math.Abs(face[i].Y - Now[i].Y) > Near);
        var atRest = Gap(Rest) * Similarity.Fit(Rest.Values, Now.Values).Scale; // about: the head has turned, too
        Assert.InRange(Gap(face) - Math.Max(0, atRest + amount * (Gap(Now) - atRest)), -2, 2);
    }

    [Fact]
    public void TheEyesAloneFollowTheirSlider()
    {
        var face = new MotionControls(Eyes: 0).Apply(Now, Rest);
        Same(Now, face, point => !InEye(point));
        var size = Similarity.Fit(Rest.Values, Now.Values).Scale;
        Assert.Equal(Rest.EyeOpening, face.EyeOpening, 0.05 * size);
    }

    [Fact]
    public void TheGazeMovesThePupilsAlone()
    {
        var face = new MotionControls(Gaze: 0).Apply(Now, Rest);
        Same(Now, face);
        Assert.NotEqual(Now.Pupils!.Value.Right.X, face.Pupils!.Value.Right.X);
        Assert.Equal(Now.Pupils.Value.Right.Radius, face.Pupils.Value.Right.Radius, 0.01);
    }

    [Fact]
    public void LipsThatWouldCrossMeet()
    {
        Landmarks[] faces = [.. Enumerable.Range(0, 60).Select(Face)];
        var (open, closed) = (faces.MaxBy(Gap)!, faces.MinBy(Gap)!);
        var face = new MotionControls(Mouth: 2).Apply(closed, open);
        var upright = face.Map(Similarity.Fit(face.Values, open.Values));
        foreach (var (upper, lower) in new[] { (61, 67), (62, 66), (63, 65) })
            Assert.True(upright[upper].Y <= upright[lower].Y + 0.5, $"{upper}: {upright[upper].Y} {upright[lower].Y}");
    }

    [Fact]
    public void ValuesStayWithinTheirSliders()
    {
        Assert.Equal(new MotionControls(1.5, 0, 1, 2, 2, 0), new MotionControls(9, -1, 9, 9, 9, -9).Bounded());
        Assert.Null(new MotionControls(Mouth: double.NaN).Bounded());
    }
}
