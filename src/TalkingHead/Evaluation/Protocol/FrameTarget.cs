using TalkingHead.Faces;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>What frames of a person are measured against: computed once, for all rows.</summary>
sealed class FrameTarget : IDisposable
{
    /// <summary>The true frames (n,3,S,S) uint8; null where another person drives and there is no truth.</summary>
    internal Tensor? Truth { get; init; }

    /// <summary>The driver's faces, one a frame, null where none is found; empty where none was looked for.</summary>
    internal IReadOnlyList<TrackedFace?> Driver { get; init; } = [];

    /// <summary>
    /// Embeddings of the person's faces: of each true frame (n,512), or their mean (1,512) where another person drives; a
    /// frame without a face is a row of NaN.
    /// </summary>
    internal Tensor? Person { get; init; }

    /// <summary>Of the person's real frames themselves.</summary>
    internal required RowRecord Real { get; init; }

    internal required IReadOnlyDictionary<Metric, double[]> Floors { get; init; }

    public void Dispose()
    {
        Truth?.Dispose();
        Person?.Dispose();
    }
}
