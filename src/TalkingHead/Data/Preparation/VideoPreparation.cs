using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data.Preparation;

/// <summary>Clips from videos. For one thread at a time, with a tracker of its own.</summary>
sealed class VideoPreparation(PrepareSettings settings, FaceTracker tracker)
{
    static readonly string[] TakeEndings = [".mp4"];

    /// <summary>
    /// One video, or, where it is long, pieces of it that are clips of their own. Frames are cut out when the squares are known that
    /// all landmarks call for; where they are too many to be kept until then, the video is read again.
    /// </summary>
    internal IEnumerable<Outcome> Video(PrepareInput input, CancellationToken stop)
    {
        var pieces = new List<Piece>();
        KeptFrames kept;
        using (var take = VideoTake.Open(input.Path))
        {
            kept = new(input.Path, take.Info);
            var count = settings.ClipSeconds == 0 ? 1 : Math.Max(1, (int)Math.Round(take.Times.Seconds / settings.ClipSeconds));
            for (var i = 0; i < count; i++)
            {
                var picks = take.Times.Evenly(take.Times.At(i, count), take.Times.At(i + 1, count), settings.FramesPerClip);
                if (picks.Length > 0) // a piece may fall into a still picture that lasts longer
                    pieces.Add(Look(input, count == 1 ? input.Id : FormattableString.Invariant($"{input.Id}/{i:D4}"), take, picks, kept,
                        stop));
            }

            if (take.ColorNote is { } note)
                yield return new Outcome.Said($"{input.Name}: {note}");
            if (take.Damage is { IsThere: true } damage)
            {
                var broken = new Outcome.Refused(new(input.Name, damage.IsGrave ? "undecodable" : "damaged",
                    Preparation.Below(Path.GetDirectoryName(input.Path)!, damage.Sentence)));
                yield return broken;
                if (damage.IsGrave)
                    yield break;
            }
        }

        var outcomes = pieces.TrueForAll(piece => piece.Refusal is not null)
            ? pieces.Select(piece => new Outcome.Refused(piece.Refusal!))
            : Cut(input, pieces, kept, stop);
        foreach (var outcome in outcomes)
            yield return outcome;
    }

    /// <summary>
    /// The takes of a VIDEO folder of VoxCeleb2 as one clip, of about as many frames from each. Frames are whole, so reading
    /// once is enough.
    /// </summary>
    internal IEnumerable<Outcome> Takes(PrepareInput input, CancellationToken stop)
    {
        string[] files = [.. PersonFolders.Files(input.Path, TakeEndings)];
        if (files.Length == 0)
        {
            yield return new Outcome.Refused(new(input.Name, "empty", "the folder holds no .mp4"));
            yield break;
        }

        var chosen = FrameTimes.EvenNumbers(0, files.Length, settings.FramesPerClip);
        var tracking = new VideoTracking(tracker, settings.LeastFace, settings.TakesWholeFrames);
        var clip = new ClipGathering(settings);
        var before = 0; // frames of earlier takes
        for (var i = 0; i < chosen.Length; i++)
        {
            var share = settings.FramesPerClip == 0 ? 0 : settings.FramesPerClip * (i + 1) / chosen.Length
                - settings.FramesPerClip * i / chosen.Length;
            if (Take(files[chosen[i]], share) is { } broken)
                yield return new Outcome.Refused(new($"{input.Name}/{Path.GetFileName(files[chosen[i]])}", broken.Kind, broken.Reason));
        }

        yield return tracking.Doubt is { } doubt ? new Outcome.Refused(new(input.Name, "two-people", doubt))
            : tracking.Tally.Refusal(input.Name, settings.Shots) is { } refusal ? new Outcome.Refused(refusal)
            : clip.Finish(input, input.Id, null);

        (string Kind, string Reason)? Take(string path, int share)
        {
            try
            {
                using var take = VideoTake.Open(path);
                foreach (var (frame, landmarks) in tracking.Follow(take, take.Times.Evenly(0, take.Times.Count, share), stop))
                {
                    if (landmarks is not null)
                        clip.Add(frame.Picture, ClipGathering.Whole(frame.Picture), landmarks, before + frame.Number, frame.Seconds);
                }

                before += take.Times.Count;
                return take.Damage is { IsThere: true } damage ? ("damaged", Preparation.Below(input.Path, damage.Sentence)) : null;
            }
            catch (UserException e)
            {
                return ("undecodable", Preparation.Below(input.Path, e.Message));
            }
        }
    }

    Piece Look(PrepareInput input, string id, VideoTake take, int[] picks, KeptFrames kept, CancellationToken stop)
    {
        var tracking = new VideoTracking(tracker, settings.LeastFace, settings.TakesWholeFrames);
        var frames = new FollowedFrames(tracking.Follow(take, picks, stop), (frame, _) => kept.Keep(frame));
        var name = id == input.Id ? input.Name : input.Name + id[input.Id.Length..];
        return new(id, frames, tracking.Doubt is { } doubt ? new(name, "two-people", doubt) : tracking.Tally.Refusal(name, settings.Shots));
    }

    IEnumerable<Outcome> Cut(PrepareInput input, List<Piece> pieces, KeptFrames kept, CancellationToken stop)
    {
        using var pictures = kept.Pick(pieces.Where(piece => piece.Refusal is null).SelectMany(piece => piece.Frames.Good)
            .Select(frame => frame.Number), stop).GetEnumerator();
        var there = pictures.MoveNext();
        foreach (var piece in pieces)
        {
            if (piece.Refusal is not null)
            {
                yield return new Outcome.Refused(piece.Refusal);
                continue;
            }

            var clip = new ClipGathering(settings);
            foreach (var (frame, square) in piece.Frames.Good.Zip(piece.Frames.Squares(settings.Crop)))
            {
                if (!there || pictures.Current.Number != frame.Number)
                    continue; // it could be read before, and now cannot
                clip.Add(pictures.Current.Picture, square, frame.Landmarks, frame.Number, frame.Seconds);
                there = pictures.MoveNext();
            }

            yield return clip.Finish(input, piece.Id, piece.Frames.Rate);
        }
    }

    sealed record Piece(string Id, FollowedFrames Frames, Refusal? Refusal);
}

/// <summary>A video read frame by frame, of which some frames are picked.</summary>
sealed class VideoTake : IDisposable
{
    /// <summary>
    /// A larger video is read at this width or height: its faces are large enough still, and 32 frames of it fit in memory.
    /// </summary>
    const int MostSide = 1920;

    readonly VideoReader reader;

    VideoTake(VideoReader reader) => this.reader = reader;

    /// <summary>When its frames are shown.</summary>
    internal FrameTimes Times => reader.Times;

    /// <summary>The middle of its frames.</summary>
    internal FaceBox Middle => new(reader.Width / 2.0, reader.Height / 2.0, reader.Width / 2.0, reader.Height / 2.0);

    /// <inheritdoc cref="VideoReader.Damage"/>
    internal VideoDamage Damage => reader.Damage;

    /// <inheritdoc cref="VideoReader.Info"/>
    internal VideoInfo Info => reader.Info;

    /// <inheritdoc cref="VideoInfo.ColorNote"/>
    internal string? ColorNote => Info.ColorNote;

    /// <param name="path">The video.</param>
    /// <param name="info">What is known of it from before; asked of ffprobe when null.</param>
    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoTake Open(string path, VideoInfo? info = null) => new(Reader(path, info));

    /// <summary>The video at its own size, or at the largest that is read.</summary>
    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoReader Reader(string path, VideoInfo? info = null) => VideoReader.OpenWithin(path, MostSide, info);

    /// <summary>
    /// The frames of those numbers, which ascend, from the start of the video; each a picture of its own. What cannot be
    /// read is left out.
    /// </summary>
    internal IEnumerable<TimedPicture> Pick(IEnumerable<int> numbers, CancellationToken stop)
    {
        var frame = new Picture(reader.Width, reader.Height);
        foreach (var number in numbers)
        {
            while (reader.Number < number)
            {
                stop.ThrowIfCancellationRequested();
                if (!reader.Read(frame))
                    yield break;
            }

            if (reader.Number != number)
                continue;
            yield return new(frame, number, reader.Seconds);
            frame = new(reader.Width, reader.Height);
        }
    }

    public void Dispose() => reader.Dispose();
}

/// <summary>Frames of a video that are wanted again later: kept while they are few, else read again.</summary>
/// <param name="path">The video.</param>
/// <param name="info">What is known of it.</param>
/// <param name="mostBytes">So much is kept: 48 frames of 1280x720.</param>
sealed class KeptFrames(string path, VideoInfo info, long mostBytes = 128 << 20)
{
    Dictionary<int, TimedPicture>? frames = [];
    long bytes;

    /// <summary>Keeps a frame; its picture is not to change.</summary>
    internal void Keep(TimedPicture frame)
    {
        bytes += frame.Picture.Pixels.Length;
        if (bytes > mostBytes)
            frames = null;
        else
            frames?.TryAdd(frame.Number, frame);
    }

    /// <summary>
    /// Of the frames that were to be kept those of the numbers, which ascend; they are given up. What cannot be read again is left out.
    /// </summary>
    internal IEnumerable<TimedPicture> Pick(IEnumerable<int> numbers, CancellationToken stop)
    {
        if (frames is { } kept)
        {
            foreach (var number in numbers)
            {
                if (kept.Remove(number, out var frame))
                    yield return frame;
            }
            yield break;
        }
        using var take = VideoTake.Open(path, info);
        foreach (var again in take.Pick(numbers, stop))
            yield return again;
    }
}

/// <summary>Follows one face through picked frames of a video, smooths its landmarks and judges frames and video.</summary>
/// <param name="tracker">Finds the faces.</param>
/// <param name="leastFace">A face of fewer pixels is no good one.</param>
/// <param name="wholeFrames">Frames are cut around a face already: that face is the one in the middle, and the background moves.</param>
sealed class VideoTracking(FaceTracker tracker, int leastFace, bool wholeFrames)
{
    internal FrameTally Tally { get; } = new();

    /// <summary>Why two people may be mixed in what was followed so far.</summary>
    internal string? Doubt { get; private set; }

    /// <summary>The frames with their smoothed landmarks; none where the frame is no good one.</summary>
    /// <param name="take">Its frames are read from here on.</param>
    /// <param name="picks">Numbers of frames, ascending.</param>
    /// <param name="stop">Stops between frames.</param>
    internal IEnumerable<(TimedPicture Frame, Landmarks? Landmarks)> Follow(VideoTake take, int[] picks, CancellationToken stop)
    {
        var smoothing = new LandmarkSmoothing(take.Times.Rate.PerSecond);
        var person = new OnePerson(findsCuts: !wholeFrames);
        var track = tracker.Begin(wholeFrames ? take.Middle : null);
        var frames = new Queue<TimedPicture>();
        foreach (var (picture, face) in track.Over(Noted()))
        {
            var frame = frames.Dequeue();
            var fault = GoodFace.Fault(face, picture, leastFace);
            Tally.Count(fault);
            person.See(picture, face, frame.Seconds, tracker);
            Doubt ??= person.Jump;
            if (fault is not null)
                smoothing.Reset();
            yield return (frame, fault is null ? smoothing.NextAt(frame.Seconds, face!.Landmarks) : null);
        }

        Doubt ??= person.Rival;

        IEnumerable<Picture> Noted()
        {
            foreach (var frame in take.Pick(picks, stop))
            {
                frames.Enqueue(frame);
                yield return frame.Picture;
            }
        }
    }
}

/// <summary>A frame with a good face, as a first reading of its video found it.</summary>
/// <param name="Number">In the video, from 0.</param>
/// <param name="Seconds">When it is shown.</param>
/// <param name="Landmarks">Smoothed.</param>
sealed record FollowedFrame(int Number, double Seconds, Landmarks Landmarks);

/// <summary>What was found in frames of a video, and the squares that are to be cut out of them for it.</summary>
sealed class FollowedFrames
{
    readonly List<Landmarks?> landmarks = [];
    readonly List<int> places = []; // of the good frames among all

    /// <param name="frames">From <see cref="VideoTracking.Follow"/>.</param>
    /// <param name="each">Sees the good ones while their pictures are there.</param>
    internal FollowedFrames(IEnumerable<(TimedPicture Frame, Landmarks? Landmarks)> frames, Action<TimedPicture, Landmarks>? each = null)
    {
        double first = 0, last = 0;
        foreach (var (frame, found) in frames)
        {
            if (found is not null)
            {
                places.Add(landmarks.Count);
                Good.Add(new(frame.Number, frame.Seconds, found));
                each?.Invoke(frame, found);
            }

            (first, last) = (landmarks.Count == 0 ? frame.Seconds : first, frame.Seconds);
            landmarks.Add(found);
        }

        Rate = last > first ? (landmarks.Count - 1) / (last - first) : 1;
    }

    /// <summary>Frames looked at.</summary>
    internal int Count => landmarks.Count;

    /// <summary>Frames looked at, in a second.</summary>
    internal double Rate { get; }

    internal List<FollowedFrame> Good { get; } = [];

    /// <summary>The square of each good frame, as in training.</summary>
    internal FaceBox[] Squares(FaceCropSettings? crop = null)
    {
        var squares = FaceCrop.Over(landmarks, Rate, crop);
        return [.. places.Select(place => squares[place])];
    }
}

/// <summary>Counts why frames are no good ones, for a refusal that says so.</summary>
sealed class FrameTally
{
    readonly SortedDictionary<string, int> faults = new(StringComparer.Ordinal);

    int seen;

    internal int Good { get; private set; }

    internal void Count(string? fault)
    {
        seen++;
        if (fault is null)
            Good++;
        else
            faults[fault] = faults.GetValueOrDefault(fault) + 1;
    }

    /// <summary>How many frames have which fault.</summary>
    internal string Faults => string.Join(", ", faults.Select(fault => $"{fault.Value} {fault.Key}"));

    /// <summary>Null where there are K + 1 good frames.</summary>
    internal Refusal? Refusal(string input, int shots)
    {
        if (Good > shots)
            return null;
        var because = faults.Count == 0 ? "" : $" ({Faults})";
        return new(input, Good == 0 && faults.ContainsKey(NoFace) ? "no-face" : "too-few-frames",
            $"{Good} good of {seen} frames looked at{because}; {shots + 1} are needed for {shots} shots");
    }

    internal const string NoFace = "without a face";
}
