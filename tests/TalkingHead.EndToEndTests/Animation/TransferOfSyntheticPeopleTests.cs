using TalkingHead.Faces;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using TalkingHead.Tests.Animation;

namespace TalkingHead.EndToEndTests.Animation;

/// <summary>People with exact landmarks: a wide face drives a narrow one, who is also filmed doing the same itself.</summary>
public class TransferOfSyntheticPeopleTests
{
    const int Size = 64, People = 8, Ahead = 120; // ten seconds

    [Fact]
    public void ANarrowHeadDrivenByAWideOneKeepsItsWidthAndUnadaptedItDoesNot()
    {
        var population = new SyntheticPopulation(3);
        var shapes = Enumerable.Range(0, People).Select(person =>
            (Person: population.Identity(person), Shape: Frontal(population.Identity(person)))).ToArray();
        var (narrow, own) = shapes.MinBy(each => Proportion(each.Shape));
        var wide = shapes.MaxBy(each => Proportion(each.Shape)).Person;
        var clip = new SyntheticClip(wide, 1) { FramesPerSecond = 12 };
        var driver = Film(wide, clip, Ahead);
        var truth = Film(narrow, clip, Ahead);

        var transfer = new LandmarkTransfer(LandmarkShape.Frontal(driver), own);
        var adapted = driver.Select(transfer.Apply).ToArray();
        var width = Median(adapted.Zip(truth, (made, real) => Proportion(made) / Proportion(real)));
        var unadapted = Median(driver.Zip(truth, (made, real) => Proportion(made) / Proportion(real)));
        Assert.InRange(width, 0.95, 1.05);
        Assert.True(unadapted > 1.15, $"unadapted, the face is {unadapted:0.000} times as wide as its own; adapted {width:0.000}.");
    }

    // From moments of several seconds, as source frames are.
    static Landmarks Frontal(SyntheticIdentity person) => LandmarkShape.Frontal(Film(person,
        new SyntheticClip(person, 0) { FramesPerSecond = 1 }, 16));

    // A person doing what is done in a clip, be it one of their own or another person's.
    static Landmarks[] Film(SyntheticIdentity person, SyntheticClip clip, int count)
    {
        var renderer = new FrameRenderer();
        return [.. Enumerable.Range(0, count).Select(frame =>
            new Landmarks(renderer.Draw(person.Model, clip.MomentOf(frame), Size).Landmarks))];
    }

    // From ear to ear, in heights of the face.
    static double Proportion(Landmarks face) => double.Hypot(face[16].X - face[0].X,
        face[16].Y - face[0].Y) / double.Hypot(face[8].X - face[27].X, face[8].Y - face[27].Y);

    static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
