using TalkingHead.Configuration;
using TalkingHead.Datasets;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Heads;

/// <summary>Frames of one person, cropped as in training and of the run's size, each with its landmarks in its pixels.</summary>
public sealed class SourceFrames
{
    /// <param name="pictures">Square, of one size.</param>
    /// <param name="landmarks">One for each picture.</param>
    /// <param name="source">Where they come from, for the head's provenance: names, no paths.</param>
    public SourceFrames(IReadOnlyList<Picture> pictures, IReadOnlyList<Landmarks> landmarks, SourceName source)
    {
        if (pictures.Count == 0 || pictures.Count != landmarks.Count)
            throw new ArgumentException($"got {pictures.Count} pictures and {landmarks.Count} landmarks; expected as many, and at least one.", nameof(pictures));
        int side = pictures[0].Width;
        if (pictures.Any(picture => picture.Width != side || picture.Height != side))
            throw new ArgumentException($"got pictures of several sizes; expected all {side}x{side}.", nameof(pictures));
        (Pictures, Landmarks, Source) = (pictures, landmarks, source);
    }

    public IReadOnlyList<Picture> Pictures { get; }

    public IReadOnlyList<Landmarks> Landmarks { get; }

    public SourceName Source { get; }

    public int Count => Pictures.Count;

    /// <summary>Pixels of a side.</summary>
    public int Size => Pictures[0].Width;

    /// <summary>Frames of a dataset's clip, brought to the configuration's size.</summary>
    /// <exception cref="UserException">A frame is damaged.</exception>
    public static SourceFrames Of(Dataset dataset, int clip, IReadOnlyList<int> frames, RunConfiguration configuration)
    {
        float[] points = dataset.ReadLandmarks(clip);
        var (size, kind) = (configuration.Data.Size, configuration.Data.Resize);
        return new SourceFrames(
            [.. frames.Select(frame => FrameFit.Fit(dataset.ReadPicture(clip, frame), size, kind))],
            [.. frames.Select(frame => FrameFit.Fit(Faces.Landmarks.OfFrame(points, frame), dataset.Size, size, kind))],
            SourceName.Of(dataset, clip));
    }

    /// <summary>Their landmark images.</summary>
    public IReadOnlyList<Picture> Drawn(RunConfiguration configuration) =>
        [.. Landmarks.Select(each => LandmarkImage.Draw(each, Size, Size, LandmarkDrawing.Of(configuration.Landmarks)))];

    /// <summary>Frames and landmark images (T,3,S,S) in [-1,1], in the caller's dispose scope.</summary>
    internal (Tensor Frames, Tensor Landmarks) ToTensors(RunConfiguration configuration, Device device) =>
        (PictureTensor.ToTensor(Pictures, device), PictureTensor.ToTensor(Drawn(configuration), device));
}

/// <summary>Where frames come from, in names that tell nothing of the machine.</summary>
/// <param name="Name">A clip's id, or a file's or folder's name.</param>
/// <param name="Key">The same for every clip of one person, as far as is known: what tells whether a driver is another person.</param>
public sealed record SourceName(string Name, string Key)
{
    internal static SourceName Of(Dataset dataset, int clip)
    {
        var (id, identity) = (dataset[clip].Id, dataset[clip].Identity);
        // Names of people are a dataset's own: person "1" of another one is somebody else.
        return new(id, $"{Checksum.Hex(Checksum.Of(dataset.Recipe))}:{identity}");
    }

    /// <summary>A file's, by its content: under another name it is the same person still.</summary>
    internal static SourceName Of(string file)
    {
        using var stream = File.OpenRead(file);
        var sum = new System.IO.Hashing.XxHash3();
        sum.Append(stream);
        return new(Path.GetFileName(file), Checksum.Hex(sum.GetCurrentHashAsUInt64()));
    }
}
