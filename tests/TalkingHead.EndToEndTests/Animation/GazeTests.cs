using TalkingHead.Animation;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Synthetic;
using TalkingHead.Tests;
using Xunit;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Animation;

/// <summary>The committed model looks where the driver's pupils look: synthetic people, who are also filmed doing it themselves.</summary>
public class GazeTests(ITestOutputHelper output)
{
    const int People = 6, Shots = 8;

    /// <summary>Only the pupils turn, from one side to the other; all else of the driving landmarks stays as it is.</summary>
    [Theory]
    [InlineData(null, 0.55)]
    [InlineData(10, 0.6)]
    public void TurningOnlyThePupilsTurnsTheEyes(int? epochs, double least)
    {
        using var run = TrainedRun.Open(Repository.At("checkpoints/synthetic-64.safetensors"), "cpu");
        var population = new SyntheticPopulation(9);
        double[] shares = [.. Enumerable.Range(0, People).Select(person => Following(run, population.Identity(person), epochs))];
        output.WriteLine($"{(epochs is null ? "feed-forward" : $"{epochs} epochs")}: the eyes go {shares.Average():P0} of their way "
            + $"({string.Join(", ", shares.Select(share => $"{share:P0}"))}).");
        Assert.True(shares.Average() > least, $"the eyes go {shares.Average():P0} of their way, expected more than {least:P0}.");
    }

    // How much of the true change of the eyes' pixels the head makes: its change, projected on the true one.
    static double Following(TrainedRun run, SyntheticIdentity person, int? epochs)
    {
        using var scope = NewDisposeScope();
        var size = run.Configuration.Data.Size;
        var clip = person.Clip(0);
        var film = Enumerable.Range(0, Shots).Select(shot => clip.Frame(4 * shot, size)).ToArray();
        using var head = PersonFineTuner.Run(run, new SourceFrames([.. film.Select(Shown)], [.. film.Select(Face)], new(person.Name, "")),
            new() { FeedForward = epochs is null, Epochs = epochs });
        var renderer = new FrameRenderer();
        var (way, went) = (0.0, 0.0);
        foreach (var at in new[] { 6, 14, 22 }) // moments that the head has not seen
        {
            var moment = clip.MomentOf(at) with { BlinkLeft = 0, BlinkRight = 0 };
            var ends = new[] { -0.8f, 0.8f }.Select(gaze => renderer.Draw(person.Model, moment with { GazeX = gaze }, size)).ToArray();
            var truth = PictureTensor.ToTensor([.. ends.Select(Shown)], CPU);
            var made = head.Generate(PictureTensor.ToTensor([.. ends.Select(end =>
                LandmarkImage.Draw(Face(end), size, size, LandmarkDrawing.From(run.Configuration.Landmarks)))], CPU));
            var real = truth[1] - truth[0];
            (way, went) = (way + real.Square().sum().item<float>(), went + (real * (made[1] - made[0])).sum().item<float>());
        }
        return went / way;
    }

    static Picture Shown(SyntheticFrame frame) => new(frame.Size, frame.Size, frame.Rgb);

    static Landmarks Face(SyntheticFrame frame) => new([.. frame.Landmarks, .. frame.Pupils]);
}
