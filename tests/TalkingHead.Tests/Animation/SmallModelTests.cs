using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Libtorch;
using TalkingHead.Synthetic;
using TalkingHead.Tests.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Animation;

/// <summary>The model in checkpoints/, feed-forward, on people of another population than it learned from.</summary>
public sealed class SmallModelTests : IDisposable
{
    const int People = 12, Frames = 16, Shots = 8;

    readonly TemporaryFolder folder = new();
    readonly Dataset dataset;
    readonly TrainedRun model;
    readonly SourceFrames[] shown, others; // of each person: frames that show who, and frames to be made

    public SmallModelTests()
    {
        SyntheticDataset.Write(folder.At("people"), new() { Identities = People, Frames = Frames, Seed = 7, TestShare = 1 }, workers: 1,
            _ => { }, default);
        dataset = Dataset.Open(folder.At("people"));
        model = TrainedRun.Open(Repository.At("checkpoints/synthetic-64.safetensors"), "cpu");
        shown = [.. Enumerable.Range(0, People).Select(person => Of(person, 0))];
        others = [.. Enumerable.Range(0, People).Select(person => Of(person, 1))];

        SourceFrames Of(int person, int first) => SourceFrames.From(dataset, person,
            [.. Enumerable.Range(0, Shots).Select(k => 2 * k + first)], model.Configuration);
    }

    public void Dispose()
    {
        model.Dispose();
        dataset.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void AnotherEmbeddingMakesAnotherPerson()
    {
        // Everybody with the landmarks of one frame: each picture is to be nearest to the mean frame of its own person.
        using var scope = NewDisposeScope();
        var means = stack(shown.Select(each => Frame(each).mean([0])));
        var landmarks = others[0].ToTensors(model.Configuration, CPU).Landmarks[..1];
        Assert.True(Right(stack(shown.Select(person => Made(person, landmarks)[0])), means) >= 11);
    }

    [Fact]
    public void OtherLandmarksMakeAnotherPose()
    {
        // Each person with the landmarks of eight frames: each picture is to be nearest to the frame that these are of.
        using var scope = NewDisposeScope();
        var right = shown.Zip(others, (who, wanted) => Right(Made(who, wanted.ToTensors(model.Configuration, CPU).Landmarks),
            Frame(wanted))).Sum();
        Assert.True(right >= 0.8 * People * Shots, $"{right} of {People * Shots}");
    }

    Tensor Made(SourceFrames who, Tensor landmarks)
    {
        using var head = PersonFineTuner.Run(model, who, new() { FeedForward = true });
        return head.Generate(landmarks);
    }

    Tensor Frame(SourceFrames person) => person.ToTensors(model.Configuration, CPU).Frames;

    // How many of the pictures (n,3,S,S) are nearest to the candidate (n,3,S,S) of their own place.
    static int Right(Tensor pictures, Tensor candidates)
    {
        using var scope = NewDisposeScope();
        var distances = (pictures.unsqueeze(1) - candidates.unsqueeze(0)).abs().mean([2, 3, 4]); // (n,n)
        return (int)distances.argmin(1).eq(Scalars.Arange(pictures.shape[0])).sum().item<long>();
    }
}
