using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Data;

/// <summary>B episodes: K source frames of a clip and a target frame of it, with their landmark images, in [-1,1].</summary>
public sealed class EpisodeBatch : IDisposable
{
    /// <param name="source">Source frames (B,K,3,S,S).</param>
    /// <param name="sourceLandmarks">Their landmark images (B,K,3,S,S).</param>
    /// <param name="target">Target frames (B,3,S,S).</param>
    /// <param name="targetLandmarks">Their landmark images (B,3,S,S).</param>
    /// <param name="clips">Stable ids of the B clips.</param>
    public EpisodeBatch(Tensor source, Tensor sourceLandmarks, Tensor target, Tensor targetLandmarks, IReadOnlyList<string> clips)
    {
        var (b, side) = (clips.Count, target.shape[^1]);
        Shapes.Expect(source, "source frames", b, Shapes.Any, 3, side, side);
        Shapes.Expect(sourceLandmarks, "source landmarks", source.shape);
        Shapes.Expect(target, "target frames", b, 3, side, side);
        Shapes.Expect(targetLandmarks, "target landmarks", target.shape);
        (Source, SourceLandmarks, Target, TargetLandmarks, Clips, StepClips) = (source, sourceLandmarks, target, targetLandmarks,
            clips, clips);
    }

    /// <summary>Source frames (B,K,3,S,S) in [-1,1].</summary>
    public Tensor Source { get; }

    /// <summary>Landmark images of the source frames (B,K,3,S,S) in [-1,1].</summary>
    public Tensor SourceLandmarks { get; }

    /// <summary>Target frames (B,3,S,S) in [-1,1].</summary>
    public Tensor Target { get; }

    /// <summary>Landmark images of the target frames (B,3,S,S) in [-1,1].</summary>
    public Tensor TargetLandmarks { get; }

    /// <summary>The id of each episode's clip: its row of W.</summary>
    public IReadOnlyList<string> Clips { get; }

    /// <summary>The clips of the whole step: with several ranks this batch is one rank's part of them.</summary>
    public IReadOnlyList<string> StepClips { get; init; }

    /// <summary>Where this batch's clips start among the step's.</summary>
    public int First { get; init; }

    /// <summary>The batch in <paramref name="count"/> parts of nearly one size, as views: what each needs of memory is less.</summary>
    internal IEnumerable<EpisodePart> Parts(int count) => Split(Clips.Count, count).Select(part =>
    {
        var (start, length, share) = part;
        return new EpisodePart(Source.narrow(0, start, length), SourceLandmarks.narrow(0, start, length),
            Target.narrow(0, start, length), TargetLandmarks.narrow(0, start, length), start, length, share);
    });

    /// <summary>The parts of a batch of that size, nearly equal ones: as many as it has rows, if it has fewer than
    /// <paramref name="count"/>.</summary>
    internal static IEnumerable<(int Start, int Length, double Share)> Split(int size, int count)
    {
        count = Math.Min(count, size);
        for (var part = 0; part < count; part++)
        {
            int start = part * size / count, length = (part + 1) * size / count - start;
            yield return (start, length, (double)length / size);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        SourceLandmarks.Dispose();
        Target.Dispose();
        TargetLandmarks.Dispose();
    }
}

/// <summary>Consecutive episodes of a batch: where they start, how many they are, and their share of it.</summary>
sealed record EpisodePart(Tensor Source, Tensor SourceLandmarks, Tensor Target, Tensor TargetLandmarks, int Start, int Length,
    double Share);
