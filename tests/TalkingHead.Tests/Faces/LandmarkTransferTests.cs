using TalkingHead.Faces;

namespace TalkingHead.Tests.Faces;

public class LandmarkTransferTests
{
    static readonly Landmarks Wide = Stretched(TestFaces.Face(32, 32, 30), 1.25), Narrow = Stretched(TestFaces.Face(30, 34, 24), 0.9);

    [Fact]
    public void AtTheDriversNeutralShapeTheResultIsThePersons() =>
        AssertClose(Narrow, new LandmarkTransfer(Wide, Narrow).Apply(Wide), 1e-3);

    [Fact]
    public void PupilsKeepTheirPlaceWithinTheEyesOpenings()
    {
        // The right one in the eye's middle, the left one at its outer corner; the head is turned a little.
        var map = new Similarity(1.3 * Math.Cos(0.3), 1.3 * Math.Sin(0.3), 4, 7);
        float x = (Wide[36].X + Wide[39].X) / 2, y = (Wide[36].Y + Wide[39].Y) / 2;
        var driver = new Landmarks(Wide.Values, new Pupil(x, y, 1), new Pupil(Wide[45].X, Wide[45].Y, 1)).Map(map);
        var carried = new LandmarkTransfer(Wide, Narrow).Apply(driver);
        var (right, left) = carried.Pupils!.Value;
        Assert.Equal(((carried[36].X + carried[39].X) / 2, (carried[36].Y + carried[39].Y) / 2), ((double)right.X, (double)right.Y),
            new Within(1e-3));
        Assert.Equal((carried[45].X, carried[45].Y), ((double)left.X, (double)left.Y), new Within(1e-3));
        var scale = Eye(carried) / Eye(driver);
        Assert.Equal(1.3 * scale, right.Radius, 1e-3);
        Assert.Null(new LandmarkTransfer(driver, Narrow).Apply(Wide).Pupils);

        static double Eye(Landmarks face) => double.Hypot(face[39].X - face[36].X, face[39].Y - face[36].Y);
    }

    [Fact]
    public void APersonsOwnMotionStaysAsItIs()
    {
        var moved = Jaw(Wide, 3).Map(new Similarity(1.1 * Math.Cos(0.2), 1.1 * Math.Sin(0.2), 5, -3));
        AssertClose(moved, new LandmarkTransfer(Wide, Wide).Apply(moved), 0.05);
    }

    [Fact]
    public void TheHeadsTiltSizeAndPlaceAreCarriedOver()
    {
        // Twice as large, turned a quarter of a right angle about the face's own middle.
        var map = new Similarity(2 * Math.Cos(Math.PI / 8), 2 * Math.Sin(Math.PI / 8), 0, 0);
        var carried = new LandmarkTransfer(Wide, Narrow).Apply(Wide.Map(map));
        var fit = Similarity.Fit(Narrow.Values, carried.Values);
        Assert.Equal((map.A, map.B), (fit.A, fit.B), new Within(1e-3));
    }

    [Fact]
    public void AWideDriverLeavesANarrowFaceItsWidth()
    {
        var transfer = new LandmarkTransfer(Wide, Narrow);
        Assert.Equal(Width(Narrow), Width(transfer.Apply(Jaw(Wide, 4))), 0.05 * Width(Narrow));
        Assert.True(Width(Wide) > 1.3 * Width(Narrow));

        static double Width(Landmarks face) => face[16].X - face[0].X;
    }

    [Fact]
    public void ShutEyesAreShutWhoseverTheyAre()
    {
        var (open, shut) = (TestFaces.Face(32, 32, 30, eyes: 0.4), TestFaces.Face(32, 32, 30, eyes: 0));
        foreach (var own in new[] { 0.2, 0.35 })
            Assert.Equal(0, new LandmarkTransfer(open, TestFaces.Face(32, 32, 24, eyes: own)).Apply(shut).EyeOpening, 0.02);
    }

    [Fact]
    public void LidsAndLipsMeetAndDoNotCross()
    {
        // The driver closes a mouth that was open at rest; the person's was shut all along.
        var (open, shut) = (Lips(Wide, 4), Lips(Wide, -2));
        var carried = new LandmarkTransfer(open, Narrow).Apply(shut);
        foreach (var (upper, lower) in new[] { (61, 67), (62, 66), (63, 65), (37, 41), (44, 46) })
            Assert.True(carried[upper].Y <= carried[lower].Y + 1e-3, $"{upper} and {lower}");
    }

    [Fact]
    public void AFaceThatIsTurnedForAWhileIsNotTakenForANarrowOne()
    {
        // Turned: narrower, and its nose no longer in the middle.
        var turned = Each(Stretched(Wide, 0.6), (point, x, y) => (point is >= 27 and <= 35 ? x + 6 : x, y));
        var frontal = LandmarkShape.Frontal([turned, turned, turned, turned, Wide, Wide]);
        AssertClose(Wide.Map(Similarity.Fit(Wide.Values, frontal.Values)), frontal, 0.01);
    }

    [Fact]
    public void TheMeanShapeIsFreeOfSizePlaceAndTilt()
    {
        var faces = Enumerable.Range(0, 5).Select(k => Wide.Map(new Similarity((1 + 0.1 * k) * Math.Cos(0.1 * k), Math.Sin(0.1 * k), k,
            2 * k))).ToArray();
        var mean = LandmarkShape.Mean(faces);
        AssertClose(Wide.Map(Similarity.Fit(Wide.Values, mean.Values)), mean, 0.01);
    }

    static Landmarks Stretched(Landmarks face, double across) => Each(face, (_, x, y) => (32 + across * (x - 32), y));

    // Chin and lower lip go down.
    static Landmarks Jaw(Landmarks face, double by) => Each(face,
        (point, x, y) => (x, point is >= 5 and <= 11 or >= 55 and <= 59 or >= 65 and <= 67 ? y + by : y));

    static Landmarks Lips(Landmarks face, double by) => Each(face, (point, x, y) => (x, point is >= 65 and <= 67 ? y + by : y));

    static Landmarks Each(Landmarks face, Func<int, double, double, (double X, double Y)> map) => new(
        [.. Enumerable.Range(0, Landmarks.Count).Select(point => map(point, face[point].X, face[point].Y))
            .SelectMany(p => new[] { (float)p.X, (float)p.Y })]);

    static void AssertClose(Landmarks expected, Landmarks found, double bound)
    {
        for (var i = 0; i < 2 * Landmarks.Count; i++)
            Assert.Equal(expected.Values[i], found.Values[i], bound);
    }

    sealed class Within(double bound) : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) =>
            Math.Abs(a.Item1 - b.Item1) < bound && Math.Abs(a.Item2 - b.Item2) < bound;

        public int GetHashCode((double, double) pair) => 0;
    }
}
