using TalkingHead.Datasets;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Training;

/// <summary>A clip of a person whom training never sees: source frames that show who, and other frames as targets.</summary>
sealed class HeldOutClip
{
    const int MostSources = 8, MostTargets = 8;

    /// <param name="dataset">Where the clip is; its frames are read here, once.</param>
    /// <param name="clip">Its number, of a clip with two frames or more.</param>
    /// <param name="drawing">How landmarks are drawn in training.</param>
    public HeldOutClip(Dataset dataset, int clip, LandmarkDrawing drawing)
    {
        Identity = dataset[clip].Identity;
        int frames = dataset.FrameCountOf(clip), sources = Math.Min(MostSources, frames / 2);
        float[] points = dataset.ReadLandmarks(clip);
        var source = Spread(frames, sources);
        var target = Spread(frames - sources, Math.Min(MostTargets, frames - sources)).Select(place => Enumerable.Range(0, frames).Except(source).ElementAt(place)).ToArray();
        Sources = [.. source.Select(Picture)];
        SourceLandmarks = [.. source.Select(Drawn)];
        Targets = [.. target.Select(Picture)];
        TargetLandmarks = [.. target.Select(Drawn)];
        Landmarks[] shown = [.. source.Select(Face)];
        Nearest = [.. target.Select(frame => Face(frame).Nearest(shown))];

        Picture Picture(int frame) => dataset.ReadPicture(clip, frame);

        Picture Drawn(int frame) => LandmarkImage.Draw(Face(frame), dataset.Size, dataset.Size, drawing);

        Landmarks Face(int frame) => Landmarks.OfFrame(points, frame);
    }

    public string Identity { get; }

    public IReadOnlyList<Picture> Sources { get; }

    public IReadOnlyList<Picture> SourceLandmarks { get; }

    public IReadOnlyList<Picture> Targets { get; }

    public IReadOnlyList<Picture> TargetLandmarks { get; }

    /// <summary>For each target the source frame whose landmarks are closest: what copying it would show.</summary>
    public IReadOnlyList<int> Nearest { get; }

    /// <summary>One clip of each of the first <paramref name="most"/> held-out identities.</summary>
    public static IReadOnlyList<HeldOutClip> Of(Dataset dataset, int most, LandmarkDrawing drawing) =>
    [
        .. Enumerable.Range(0, dataset.Count)
            .Where(clip => dataset.SplitOf(clip) == Split.Test && dataset.FrameCountOf(clip) >= 2)
            .DistinctBy(clip => dataset[clip].Identity)
            .Take(most)
            .Select(clip => new HeldOutClip(dataset, clip, drawing)),
    ];

    // Numbers below count, evenly apart.
    static int[] Spread(int count, int wanted) => [.. Enumerable.Range(0, wanted).Select(k => (int)((k + 0.5) * count / wanted))];
}
