using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Faces;

namespace TalkingHead.EndToEndTests.Faces;

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
        TestContext.Current.SendDiagnosticMessage(
            $"{size} px: found {share:P1}, points {points.Average():0.000}, pupils {pupils.Average():0.000} of the eye distance");
        TestContext.Current.SendDiagnosticMessage(string.Join(" ", each.Select((sum, i) => $"{i}:{sum / points.Count:0.000}")));
        Assert.True(share >= least, $"found {share:P1}");
        Assert.True(points.Average() <= mostPoints, $"points {points.Average():0.000}");
        Assert.True(pupils.Average() <= mostPupils, $"pupils {pupils.Average():0.000}");
    }
}

/// <summary>What happens to a face in a clip: synthetic people on a plain canvas of 480x270.</summary>
public sealed class MeshTrackScenesTests
{
    const int Side = 128;

    readonly SyntheticPopulation population = new(1);

    [Fact]
    public void AFaceThatLeavesAndReturnsIsFoundAgain()
    {
        var person = population.Identity(2).Clip(0).Frames(18, Side, 2);
        using var tracker = new MeshTracker();
        var track = tracker.Begin();
        var found = Enumerable.Range(0, 18).Select(i => track.Next(i is >= 6 and < 12 ? Canvas()
            : Canvas((person[i], 180 + 2 * i, 70))) is not null);
        Assert.Equal(Enumerable.Range(0, 18).Select(i => i is < 6 or >= 12), found);
    }

    [Fact]
    public void TwoFacesThatPassEachOtherAreNotSwapped()
    {
        const int count = 24;
        var (first, second) = (population.Identity(2).Clip(0).Frames(count, Side, 2),
            population.Identity(5).Clip(0).Frames(count, Side, 2));
        (int X, int Y) First(int i) => (20 + 14 * i, 5);
        (int X, int Y) Second(int i) => (340 - 14 * i, 135);
        var frames = Enumerable.Range(0, count).Select(i => Canvas((first[i], First(i).X, First(i).Y),
            (second[i], Second(i).X, Second(i).Y))).ToArray();
        Follows(first, First, second, Second);
        Follows(second, Second, first, First);

        void Follows(SyntheticFrame[] person, Func<int, (int X, int Y)> place, SyntheticFrame[] other, Func<int, (int X, int Y)> elsewhere)
        {
            using var tracker = new MeshTracker();
            var near = new FaceBox(place(0).X, place(0).Y, place(0).X + Side, place(0).Y + Side);
            var track = tracker.Begin(near);
            for (var i = 0; i < count; i++)
            {
                var face = track.Next(frames[i]);
                Assert.True(face is not null, $"lost in frame {i}");
                var own = Error(face.Landmarks, new Landmarks(person[i].Landmarks).Map(new(1, 0, place(i).X, place(i).Y)));
                var others = Error(face.Landmarks, new Landmarks(other[i].Landmarks).Map(new(1, 0, elsewhere(i).X, elsewhere(i).Y)));
                Assert.True(own < others / 3, $"frame {i}: {own:0.00} from the face followed, {others:0.00} from the other");
            }
        }
    }

    [Fact]
    public void WhereThereIsNoFaceNoneIsFound()
    {
        using var tracker = new MeshTracker();
        Assert.Empty(tracker.Find(Canvas()));
        Assert.Empty(tracker.Find(new Picture(1, 1)));
        var noise = new Picture(480, 270);
        new Random(1).NextBytes(noise.Pixels);
        Assert.Empty(tracker.Find(noise));
    }

    [Theory]
    [InlineData(-30, 60)]
    [InlineData(480 - 98, 60)]
    [InlineData(180, -25)]
    public void AFaceAtTheEdgeIsFoundWhereItIs(int x, int y)
    {
        var frame = population.Identity(2).Clip(0).Frame(0, Side);
        using var tracker = new MeshTracker();
        var face = tracker.FindOne(Canvas((frame, x, y)));
        Assert.NotNull(face);
        Assert.True(Error(face.Landmarks, new Landmarks(frame.Landmarks).Map(new(1, 0, x, y))) < 0.25);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-30)]
    [InlineData(30)]
    [InlineData(60)]
    public void ATiltedHeadIsFound(double degrees)
    {
        using var tracker = new MeshTracker();
        foreach (var person in new[] { 1, 2, 5 })
        {
            var frame = population.Identity(person).Clip(0).Frame(0, 256);
            // The square that is taken is turned one way, so the head in it is turned the other way.
            var square = new FaceSquare(127.5, 127.5, 300, -degrees * Math.PI / 180);
            var face = tracker.FindOne(square.Take(new Picture(256, 256, frame.Rgb), 300));
            Assert.True(face is not null, $"person {person}");
            var back = new Landmarks([.. Enumerable.Range(0, 68).SelectMany(i =>
            {
                var (x, y) = square.ToPicture((face.Landmarks[i].X + 0.5) / 300, (face.Landmarks[i].Y + 0.5) / 300);
                return new[] { (float)x, (float)y };
            })]);
            var error = Error(back, new Landmarks(frame.Landmarks));
            Assert.True(error < 0.2, $"person {person}: {error:0.000}");
        }
    }

    [Fact]
    public void GlassesDoNotHideEyes()
    {
        using var tracker = new MeshTracker();
        var people = Enumerable.Range(0, 40).Select(population.Identity)
            .Where(person => person.Model.Traits.Glasses.Style != GlassesStyle.None).Take(6).ToArray();
        Assert.NotEmpty(people);
        var errors = new List<double>();
        foreach (var frame in people.Select(person => person.Clip(0).Frame(0, 256)))
        {
            var face = tracker.FindOne(new Picture(256, 256, frame.Rgb));
            Assert.NotNull(face);
            var truth = new Landmarks([.. frame.Landmarks, .. frame.Pupils]);
            Assert.True(Error(face.Landmarks, truth) < 0.2);
            var eyes = double.Hypot(truth[45].X - truth[36].X, truth[45].Y - truth[36].Y);
            errors.Add(double.Hypot(face.Landmarks.Pupils!.Value.Right.X - truth.Pupils!.Value.Right.X,
                face.Landmarks.Pupils.Value.Right.Y - truth.Pupils.Value.Right.Y) / eyes);
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{people.Length} people with glasses: pupils {errors.Average():0.000} of the eye distance off");
        Assert.True(errors.Average() < 0.06, $"{errors.Average():0.000}");
    }

    // Mean over the points, in distances of the eyes' outer corners.
    static double Error(Landmarks found, Landmarks truth) =>
        Enumerable.Range(0, 68).Average(i => double.Hypot(found[i].X - truth[i].X, found[i].Y - truth[i].Y)) / double.Hypot(truth[45].X
            - truth[36].X, truth[45].Y - truth[36].Y);

    static Picture Canvas(params (SyntheticFrame Frame, int X, int Y)[] people)
    {
        var canvas = new Picture(480, 270);
        canvas.Fill(110, 120, 130);
        foreach (var (frame, x, y) in people)
            canvas.Paste(new Picture(Side, Side, frame.Rgb), x, y);

        return canvas;
    }
}
