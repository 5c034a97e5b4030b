using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets;

/// <summary>Decodes and draws the pictures of an episode into planes of bytes (3, S, S). One thread's own: its buffers are used again.</summary>
sealed class EpisodeReader(Dataset dataset, EpisodeLoading loading)
{
    readonly int side = loading.Size == 0 ? dataset.Size : loading.Size;
    readonly byte[] rgba = new byte[4 * dataset.Size * dataset.Size];
    readonly Picture drawn = new(loading.Size == 0 ? dataset.Size : loading.Size, loading.Size == 0 ? dataset.Size : loading.Size);
    byte[] surroundings = [];
    byte[] encoded = new byte[1 << 16];

    /// <param name="episode">What to read.</param>
    /// <param name="sources">(K, 3, S, S).</param>
    /// <param name="sourceLandmarks">(K, 3, S, S).</param>
    /// <param name="target">(3, S, S).</param>
    /// <param name="targetLandmarks">(3, S, S).</param>
    /// <exception cref="UserException">A frame is damaged; names clip and shard.</exception>
    internal void Read(Episode episode, Span<byte> sources, Span<byte> sourceLandmarks, Span<byte> target, Span<byte> targetLandmarks)
    {
        var points = dataset.ReadLandmarks(episode.Clip);
        var size = target.Length;
        if (episode.Surroundings is { } other)
        {
            if (surroundings.Length != size)
                surroundings = new byte[size];
            ReadPicture(other.Clip, other.Frame, surroundings);
        }

        for (var k = 0; k < episode.Sources.Count; k++)
            Read(episode, episode.Sources[k], points, sources.Slice(k * size, size), sourceLandmarks.Slice(k * size, size));
        Read(episode, episode.Target, points, target, targetLandmarks);
    }

    void Read(Episode episode, int frame, float[] points, Span<byte> picture, Span<byte> landmarkImage)
    {
        ReadPicture(episode.Clip, frame, picture);
        var landmarks = FrameFit.Fit(Landmarks.OfFrame(points, frame), dataset.Size, side, loading.Resize);
        if (episode.Surroundings is not null)
            Surroundings.Blend(surroundings, landmarks, picture, side);
        episode.Recoloring?.Apply(picture, side);
        if (episode.Mirrored)
        {
            PlanarPixels.Mirror(picture, side);
            landmarks = landmarks.Mirror(side);
        }

        Array.Clear(drawn.Pixels);
        LandmarkImage.Over(drawn, landmarks, loading.Drawing);
        PlanarPixels.FromRgb(drawn.Pixels, landmarkImage);
    }

    void ReadPicture(int clip, int frame, Span<byte> planes)
    {
        dataset.ReadPixels(clip, frame, ref encoded, rgba);
        if (side == dataset.Size)
            PlanarPixels.FromRgba(rgba, planes);
        else
            PlanarPixels.FromRgb(FrameFit.Fit(rgba, dataset.Size, side, loading.Resize).Pixels, planes);
    }
}
