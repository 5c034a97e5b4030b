using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Datasets;

/// <summary>How episodes are loaded. Only <see cref="Batch"/>, <see cref="Ranks"/>, <see cref="Rank"/>, <see cref="Size"/>, <see cref="Resize"/> and <see cref="Drawing"/> change what comes out.</summary>
public sealed record EpisodeLoading
{
    /// <summary>Episodes in a batch.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Ranks that share each step's episodes: of <see cref="Batch"/> times as many that are drawn, this one loads its part.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Which of them this one is.</summary>
    public int Rank { get; init; }

    /// <summary>Side of the pictures wanted; 0 is the dataset's own.</summary>
    public int Size { get; init; }

    /// <summary>How frames of another side come to it.</summary>
    public ResizeKind Resize { get; init; } = ResizeKind.Resize;

    /// <summary>How landmark images are drawn.</summary>
    public LandmarkDrawing Drawing { get; init; } = new();

    /// <summary>Threads that decode and draw; 0 leaves it to <see cref="Threads"/>.</summary>
    public int Workers { get; init; }

    /// <summary>Batches that may be ready or in the making while one is used.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>How many threads decode and draw for a step on <paramref name="device"/>, and why.</summary>
    public static (int Count, string Reason) Threads(int asked, Device? device) =>
        asked > 0 ? (asked, "as asked")
        : device is { type: DeviceType.CUDA } ? (2, "auto: beside a GPU's step")
        : (1, "auto: on a CPU the step needs the processors, and one is enough for it");

    /// <summary>Goes the GPU's way on any device, for tests of it.</summary>
    internal bool Uploads { get; init; }
}

/// <summary>A batch, and how to get back behind it.</summary>
/// <param name="Number">Counted from the first batch of the training.</param>
/// <param name="Episodes">In [-1, 1] on the loader's device, until the next batch is asked for.</param>
/// <param name="After">Where the sampler is after this batch.</param>
public sealed record LoadedBatch(long Number, EpisodeBatch Episodes, EpisodeSamplerState After);
