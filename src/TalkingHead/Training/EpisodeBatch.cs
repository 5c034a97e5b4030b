using TalkingHead.Networks;
using static TorchSharp.torch;

namespace TalkingHead.Training;

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
        (Source, SourceLandmarks, Target, TargetLandmarks, Clips) = (source, sourceLandmarks, target, targetLandmarks, clips);
    }

    public Tensor Source { get; }

    public Tensor SourceLandmarks { get; }

    public Tensor Target { get; }

    public Tensor TargetLandmarks { get; }

    public IReadOnlyList<string> Clips { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        SourceLandmarks.Dispose();
        Target.Dispose();
        TargetLandmarks.Dispose();
    }
}
