using System.Diagnostics;
using TalkingHead.Datasets;
using TalkingHead.Datasets.Preparation;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>A frame of a driver: its landmarks, or none where it shows no face.</summary>
/// <param name="Landmarks">In pixels of the driver's own frames.</param>
/// <param name="Decoded">When its picture was there (<see cref="Stopwatch.GetTimestamp"/>), for latency.</param>
public readonly record struct DriverFrame(Landmarks? Landmarks, long Decoded);

/// <summary>A clip whose landmarks animate a head: a video, or a clip of a dataset (DATASET#CLIP). Read once, as a stream.</summary>
public sealed class Driver : IDisposable
{
    /// <summary>Frames a second of a dataset's clip that does not say.</summary>
    static readonly FrameRate Otherwise = new(25, 1);

    readonly VideoReader? video;
    readonly FaceTracker? tracker;
    readonly Dataset? dataset;
    readonly int clip;

    Driver(string name, FrameRate rate, long frames, VideoReader? video, FaceTracker? tracker, Dataset? dataset, int clip, SourceName source)
    {
        (Name, Rate, FrameCount, Source) = (name, rate, frames, source);
        (this.video, this.tracker, this.dataset, this.clip) = (video, tracker, dataset, clip);
    }

    /// <summary>As it was asked for.</summary>
    public string Name { get; }

    public FrameRate Rate { get; }

    /// <summary>How many frames to expect.</summary>
    public long FrameCount { get; }

    /// <summary>Who it shows, as far as names tell.</summary>
    public SourceName Source { get; }

    /// <summary>The file whose sound belongs to it; null without sound.</summary>
    public string? SoundFrom => video is { Info.AudioCodec: not null } ? Name : null;

    /// <summary>Side of a dataset's frames, which are cropped already; null for a video's.</summary>
    internal int? CroppedSide => dataset?.Size;

    /// <summary>Opens a video or DATASET#CLIP.</summary>
    /// <param name="what">Which.</param>
    /// <param name="detector">dlib or fan, for a video.</param>
    /// <exception cref="UserException">Neither can be opened, or the tracker's files are missing.</exception>
    public static Driver Open(string what, string detector = "dlib")
    {
        if (DatasetClip.Parse(what) is var (folder, id))
        {
            var dataset = Dataset.Open(folder);
            try
            {
                int clip = dataset.Get(id).Index;
                var rate = dataset.ReadRecord(clip).Rate is { } given && FrameRate.TryParse(FormattableString.Invariant($"{given}"), out var known) ? known : Otherwise;
                return new Driver(what, rate, dataset.FrameCountOf(clip), null, null, dataset, clip, SourceName.Of(dataset, clip));
            }
            catch
            {
                dataset.Dispose();
                throw;
            }
        }

        if (Directory.Exists(what))
            throw UserException.Usage($"{what}: is a folder; a driver is a video, or a dataset's clip as {what}#CLIP.");
        var video = VideoTake.Reader(what);
        try
        {
            return new Driver(what, video.Rate, video.FrameCount, video, FaceTracker.Open(detector), null, 0, SourceName.Of(what));
        }
        catch
        {
            video.Dispose();
            throw;
        }
    }

    /// <summary>Its frames in order, decoded and tracked on threads of their own.</summary>
    internal IEnumerable<DriverFrame> Frames(Ahead decode, Ahead track, double smoothing, CancellationToken stop) =>
        dataset is not null ? decode.Run(OfDataset(stop)) : track.Run(Tracked(decode.Run(Decoded(stop)), smoothing));

    IEnumerable<DriverFrame> OfDataset(CancellationToken stop)
    {
        var points = dataset!.ReadLandmarks(clip);
        for (var frame = 0; frame < FrameCount && !stop.IsCancellationRequested; frame++)
            yield return new(Landmarks.OfFrame(points, frame), Stopwatch.GetTimestamp());
    }

    // A stop ends the stream: what was read so far is animated and kept.
    IEnumerable<Picture> Decoded(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var frame = new Picture(video!.Width, video.Height);
            if (!video.Read(frame))
                yield break;
            yield return frame;
        }
    }

    IEnumerable<DriverFrame> Tracked(IEnumerable<Picture> pictures, double strength)
    {
        var smoothing = new LandmarkSmoothing(Rate.PerSecond, strength);
        var times = new Queue<long>();
        foreach (var (_, face) in tracker!.Begin().Over(Noted()))
        {
            if (face is not { Landmarks.AreFinite: true })
                smoothing.Reset();
            yield return new(face is { Landmarks.AreFinite: true } ? smoothing.Next(face.Landmarks) : null, times.Dequeue());
        }

        IEnumerable<Picture> Noted()
        {
            foreach (var picture in pictures)
            {
                times.Enqueue(Stopwatch.GetTimestamp());
                yield return picture;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        video?.Dispose();
        tracker?.Dispose();
        dataset?.Dispose();
    }
}
