using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Synthetic;

namespace TalkingHead.Tests.Faces;

/// <summary>The mesh tracker against the exact landmarks and pupils of synthetic people.</summary>
public sealed class MeshOnSyntheticPeopleTests
{
    const int People = 16, Frames = 8;

    [Theory]
    [InlineData(64, 0.95, 0.2, 0.1)]
    [InlineData(128, 0.95, 0.15, 0.1)]
    [InlineData(256, 0.95, 0.15, 0.1)]
    public void FacesAreFoundWhereTheyAre(int size, double least, double mostPoints, double mostPupils)
    {
        var population = new SyntheticPopulation(1);
        using var tracker = new MeshTracker();
        var (points, pupils, each) = (new List<double>(), new List<double>(), new double[68]);
        foreach (var frame in Enumerable.Range(0, People).SelectMany(person => population.Identity(person).Clip(0).Frames(Frames, size, 2)))
        {
            if (tracker.FindOne(new Picture(size, size, frame.Rgb)) is not { } face)
                continue;
            var truth = new Landmarks([.. frame.Landmarks, .. frame.Pupils]);
            var eyes = double.Hypot(truth[45].X - truth[36].X, truth[45].Y - truth[36].Y);
            double Error((float X, float Y) a, (float X, float Y) b) => double.Hypot(a.X - b.X, a.Y - b.Y) / eyes;
            for (var i = 0; i < 68; i++)
                each[i] += Error(face.Landmarks[i], truth[i]);
            points.Add(Enumerable.Range(0, 68).Average(i => Error(face.Landmarks[i], truth[i])));
            var (found, exact) = (face.Landmarks.Pupils!.Value, truth.Pupils!.Value);
            pupils.Add(Error((found.Right.X, found.Right.Y), (exact.Right.X, exact.Right.Y)));
            pupils.Add(Error((found.Left.X, found.Left.Y), (exact.Left.X, exact.Left.Y)));
        }

        var share = (double)points.Count / (People * Frames);
        TestContext.Current.SendDiagnosticMessage($"{size} px: found {share:P1}, points {points.Average():0.000}, pupils {pupils.Average():0.000} of the eye distance");
        TestContext.Current.SendDiagnosticMessage(string.Join(" ", each.Select((sum, i) => $"{i}:{sum / points.Count:0.000}")));
        Assert.True(share >= least, $"found {share:P1}");
        Assert.True(points.Average() <= mostPoints, $"points {points.Average():0.000}");
        Assert.True(pupils.Average() <= mostPupils, $"pupils {pupils.Average():0.000}");
    }
}
