using System.Diagnostics;
using TalkingHead.Data;
using TalkingHead.Data.Preparation;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Animation;

/// <summary>A frame of a driver: its landmarks, or none where it shows no face.</summary>
/// <param name="Landmarks">In pixels of the driver's own frames.</param>
/// <param name="Seconds">When it is shown, on the clock of <see cref="FrameTimes"/>.</param>
/// <param name="Decoded">When its picture was there (<see cref="Stopwatch.GetTimestamp"/>), for latency.</param>
public readonly record struct DriverFrame(Landmarks? Landmarks, double Seconds, long Decoded);

/// <summary>A clip whose landmarks animate a head: a video, or a clip of a dataset (DATASET#CLIP). Read once, as a stream.</summary>
public sealed class Driver : IDisposable
{
    /// <summary>Frames a second of a dataset's clip that does not say.</summary>
    static readonly FrameRate Otherwise = new(25, 1);

    readonly VideoReader? video;
    readonly FaceTracker? tracker;
    readonly Dataset? dataset;
    readonly int clip;

    Driver(string name, FrameTimes times, VideoReader? video, FaceTracker? tracker, Dataset? dataset, int clip, SourceName source)
    {
        (Name, Times, Source) = (name, times, source);
        (this.video, this.tracker, this.dataset, this.clip) = (video, tracker, dataset, clip);
    }

    /// <summary>As it was asked for.</summary>
    public string Name { get; }

    /// <summary>When its frames are shown.</summary>
    public FrameTimes Times { get; }

    /// <summary>Frames a second; the average where the spacing varies.</summary>
    public FrameRate Rate => Times.Rate;

    /// <summary>How many frames to expect.</summary>
    public long FrameCount => Times.Count;

    /// <summary>What could not be read of it so far; null for a dataset's clip, which is checked by checksums.</summary>
    public VideoDamage? Damage => video?.Damage;

    /// <summary>One sentence where its colours are converted in a way that one should know of; null elsewhere.</summary>
    public string? ColorNote => video?.Info.ColorNote;

    /// <summary>Who it shows, as far as names tell.</summary>
    public SourceName Source { get; }

    /// <summary>The file whose sound belongs to it; null without sound.</summary>
    public string? SoundFrom => video is { Info.AudioCodec: not null } ? Name : null;

    /// <summary>Side of a dataset's frames, which are cropped already; null for a video's.</summary>
    internal int? CroppedSide => dataset?.Size;

    /// <summary>Opens a video or DATASET#CLIP.</summary>
    /// <param name="what">Which.</param>
    /// <param name="detector">mesh or fan, for a video.</param>
    /// <exception cref="UserException">Neither can be opened, or the tracker's files are missing.</exception>
    public static Driver Open(string what, string detector = "mesh")
    {
        if (DatasetClip.Parse(what) is var (folder, id))
        {
            var dataset = Dataset.Open(folder);
            try
            {
                var clip = dataset.Get(id).Index;
                var record = dataset.ReadRecord(clip);
                var rate = record.Rate is { } given && FrameRate.TryParse(FormattableString.Invariant($"{given}"), out var known) ? known
                    : Otherwise;
                var count = dataset.FrameCountOf(clip);
                var times = record.Seconds is { } seconds && seconds.Count == count
                    && seconds.Max() - seconds.Min() < FrameTimes.MostSeconds ? FrameTimes.From(seconds, 0, [rate])
                    : FrameTimes.Even(count, rate);
                return new Driver(what, times, null, null, dataset, clip, SourceName.From(dataset, clip));
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
            return new Driver(what, video.Times, video, FaceTracker.Open(detector), null, 0, SourceName.From(what));
        }
        catch
        {
            video.Dispose();
            throw;
        }
    }

    /// <summary>Its frames in order, decoded and tracked on threads of their own.</summary>
    internal IEnumerable<DriverFrame> Frames(PipelineStage decode, PipelineStage track, double smoothing, CancellationToken stop) =>
        dataset is not null ? decode.Run(OfDataset(stop)) : track.Run(Tracked(decode.Run(Decoded(stop)), smoothing));

    IEnumerable<DriverFrame> OfDataset(CancellationToken stop)
    {
        var faces = dataset!.ReadFaces(clip);
        for (var frame = 0; frame < FrameCount && !stop.IsCancellationRequested; frame++)
            yield return new(faces[frame], Times[frame], Stopwatch.GetTimestamp());
    }

    // A stop ends the stream: what was read so far is animated and kept.
    IEnumerable<TimedPicture> Decoded(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var frame = new Picture(video!.Width, video.Height);
            if (!video.Read(frame))
                yield break;
            yield return new(frame, video.Number, video.Seconds);
        }
    }

    IEnumerable<DriverFrame> Tracked(IEnumerable<TimedPicture> pictures, double strength)
    {
        var smoothing = new LandmarkSmoothing(Rate.PerSecond, strength);
        var times = new Queue<(double Shown, long Decoded)>();
        foreach (var (_, face) in tracker!.Begin().Over(Noted()))
        {
            var (shown, decoded) = times.Dequeue();
            if (face is not { Landmarks.AreFinite: true })
                smoothing.Reset();
            yield return new(face is { Landmarks.AreFinite: true } ? smoothing.NextAt(shown, face.Landmarks) : null, shown, decoded);
        }

        IEnumerable<Picture> Noted()
        {
            foreach (var picture in pictures)
            {
                times.Enqueue((picture.Seconds, Stopwatch.GetTimestamp()));
                yield return picture.Picture;
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

/// <summary>A dataset's clip as it is named on a command line: DATASET#CLIP.</summary>
static class DatasetClip
{
    /// <summary>Folder and clip id; null where the text names none: no #, or a file that is there has it in its name.</summary>
    public static (string Folder, string Id)? Parse(string what)
    {
        var mark = what.LastIndexOf('#'); // clip ids hold none
        return mark > 0 && !File.Exists(what) && !Directory.Exists(what) ? (what[..mark], what[(mark + 1)..]) : null;
    }

    /// <summary>An example of how to name one of a dataset's clips.</summary>
    public static string Example(string folder)
    {
        using var dataset = Dataset.Open(folder);
        return $"{folder}#{dataset[0].Id}";
    }
}

/// <summary>Landmarks as the head is to have them, drawn; no landmarks, and black, where there is no face.</summary>
readonly record struct DrawnFrame(Picture Image, Landmarks? Landmarks, FrameState State, double Seconds, long Decoded);

/// <summary>
/// A driver's landmarks brought to a head's frames: cut as in training, carried to the head's face where it is adapted,
/// held where a face is missing for a moment, drawn. It sees a little ahead, and holds no more than that.
/// </summary>
/// <param name="head">Whose frames.</param>
/// <param name="croppedSide">Side of the driver's frames where these are cropped already; null for whole pictures.</param>
/// <param name="rate">The driver's frames a second, on average.</param>
/// <param name="adapt">Whether motion alone is carried over.</param>
/// <param name="lookAhead">Seconds.</param>
sealed class DrivingSignal(Head head, int? croppedSide, double rate, bool adapt, double lookAhead)
{
    /// <summary>Seconds that the last landmarks stand in for missing ones.</summary>
    const double HoldSeconds = 1, Rounding = 1e-6;

    FollowingCrop? crop;
    LandmarkTransfer? transfer;
    Landmarks? last;
    double lastFound;

    public IEnumerable<DrawnFrame> Over(IEnumerable<DriverFrame> frames)
    {
        int wanted = Math.Max(1, (int)Math.Round(lookAhead * rate)), faces = 0;
        var ahead = new Queue<DriverFrame>();
        foreach (var frame in frames)
        {
            if (crop is not null || croppedSide is not null && !adapt)
            {
                yield return Draw(frame);
                continue;
            }

            ahead.Enqueue(frame);
            faces += frame.Landmarks is null ? 0 : 1;
            if (faces < wanted)
            {
                // A face that is long in coming is not waited for with all that came before it.
                if (faces == 0 && ahead.Count > wanted)
                    yield return Draw(ahead.Dequeue());
                continue;
            }

            foreach (var drawn in Begin(ahead))
                yield return drawn;
        }

        foreach (var drawn in Begin(ahead))
            yield return drawn;
    }

    // The end of looking ahead: the driver's square and neutral shape are known.
    IEnumerable<DrawnFrame> Begin(Queue<DriverFrame> ahead)
    {
        Landmarks[] faces = [.. ahead.Select(frame => frame.Landmarks).OfType<Landmarks>()];
        if (faces.Length > 0)
        {
            crop = new(faces, rate);
            var measuring = new FollowingCrop(faces, rate); // of its own: measuring moves it
            if (adapt)
                transfer = new(LandmarkShape.Frontal([.. faces.Select(face => Cropped(face, measuring))]), head.MeanShape);
        }

        while (ahead.TryDequeue(out var frame))
            yield return Draw(frame);
    }

    Landmarks Cropped(Landmarks landmarks, FollowingCrop square) => croppedSide is { } side
        ? FrameFit.Fit(landmarks, side, head.Size, head.Configuration.Data.Resize)
        : landmarks.Crop(square.Next(landmarks), head.Size, head.Size);

    DrawnFrame Draw(DriverFrame frame)
    {
        var state = FrameState.Found;
        if (frame.Landmarks is { } found)
        {
            var cropped = Cropped(found, crop!); // known by now, or not needed
            last = transfer?.Apply(cropped) ?? cropped;
            lastFound = frame.Seconds;
        }
        else
        {
            state = last is not null && frame.Seconds - lastFound < HoldSeconds + Rounding ? FrameState.Held : FrameState.Lost;
        }

        return state == FrameState.Lost
            ? new(new Picture(head.Size, head.Size), null, state, frame.Seconds, frame.Decoded)
            : new(LandmarkImage.Draw(last!, head.Size, head.Size, head.Drawing), last, state, frame.Seconds, frame.Decoded);
    }
}
