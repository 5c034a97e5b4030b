using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data.Preparation;

/// <summary>Clips from videos. For one thread at a time, with a tracker of its own.</summary>
sealed class VideoPreparation(PrepareSettings settings, FaceTracker tracker)
{
    static readonly string[] TakeEndings = [".mp4"];

    /// <summary>
    /// One video, or, where it is long, pieces of it that are clips of their own. It is read twice: for the landmarks, and,
    /// when the squares are known that they call for, to cut these out. So only one piece's cut frames are in memory.
    /// </summary>
    internal IEnumerable<Outcome> Video(PrepareInput input, CancellationToken stop)
    {
        var pieces = new List<Piece>();
        double rate;
        using (var take = VideoTake.Open(input.Path))
        {
            rate = take.Rate;
            var count = settings.ClipSeconds == 0 ? 1 : Math.Max(1, (int)Math.Round(take.FrameCount / (take.Rate * settings.ClipSeconds)));
            for (var i = 0; i < count; i++)
            {
                var (first, end) = ((int)((long)take.FrameCount * i / count), (int)((long)take.FrameCount * (i + 1) / count));
                pieces.Add(new(count == 1 ? input.Id : FormattableString.Invariant($"{input.Id}/{i:D4}"), VideoTake.Evenly(first, end, settings.FramesPerClip)));
            }

            foreach (var piece in pieces)
                Look(input, piece, take, stop);
        }

        var outcomes = pieces.TrueForAll(piece => piece.Refusal is not null)
            ? pieces.Select(piece => new Outcome.Refused(piece.Refusal!))
            : Cut(input, pieces, rate, stop);
        foreach (var outcome in outcomes)
            yield return outcome;
    }

    /// <summary>The takes of a VIDEO folder of VoxCeleb2 as one clip, of about as many frames from each. Frames are whole, so reading once is enough.</summary>
    internal IEnumerable<Outcome> Takes(PrepareInput input, CancellationToken stop)
    {
        string[] files = [.. PersonFolders.Files(input.Path, TakeEndings)];
        if (files.Length == 0)
        {
            yield return new Outcome.Refused(new(input.Name, "empty", "the folder holds no .mp4"));
            yield break;
        }

        var chosen = VideoTake.Evenly(0, files.Length, settings.FramesPerClip);
        var tracking = new VideoTracking(settings, tracker);
        var clip = new ClipGathering(settings);
        var before = 0; // frames of earlier takes
        for (var i = 0; i < chosen.Length; i++)
        {
            var share = settings.FramesPerClip == 0 ? 0 : settings.FramesPerClip * (i + 1) / chosen.Length - settings.FramesPerClip * i / chosen.Length;
            if (Take(files[chosen[i]], share) is { } broken)
                yield return new Outcome.Refused(new($"{input.Name}/{Path.GetFileName(files[chosen[i]])}", "undecodable", broken));
        }

        yield return tracking.Doubt is { } doubt ? new Outcome.Refused(new(input.Name, "two-people", doubt))
            : tracking.Tally.Refusal(input.Name, settings.Shots) is { } refusal ? new Outcome.Refused(refusal)
            : clip.Finish(input, input.Id, null);

        string? Take(string path, int share)
        {
            try
            {
                using var take = VideoTake.Open(path);
                foreach (var seen in tracking.Follow(take, VideoTake.Evenly(0, take.FrameCount, share), stop))
                {
                    if (seen.Landmarks is not null)
                        clip.Add(seen.Picture, ClipGathering.Whole(seen.Picture), seen.Landmarks, before + seen.Number);
                }

                before += take.FrameCount;
                return null;
            }
            catch (UserException e)
            {
                return Preparation.Below(input.Path, e.Message);
            }
        }
    }

    void Look(PrepareInput input, Piece piece, VideoTake take, CancellationToken stop)
    {
        var tracking = new VideoTracking(settings, tracker);
        foreach (var seen in tracking.Follow(take, piece.Picks, stop))
            piece.Landmarks.Add(seen.Landmarks);
        var name = piece.Id == input.Id ? input.Name : input.Name + piece.Id[input.Id.Length..];
        piece.Refusal = tracking.Doubt is { } doubt ? new(name, "two-people", doubt) : tracking.Tally.Refusal(name, settings.Shots);
    }

    IEnumerable<Outcome> Cut(PrepareInput input, List<Piece> pieces, double rate, CancellationToken stop)
    {
        using var take = VideoTake.Open(input.Path);
        using var frames = take.Pick(pieces.Where(piece => piece.Refusal is null).SelectMany(piece => piece.Picks), stop).GetEnumerator();
        foreach (var piece in pieces)
        {
            if (piece.Refusal is not null)
            {
                yield return new Outcome.Refused(piece.Refusal);
                continue;
            }

            var spacing = piece.Picks.Length > 1 ? (double)(piece.Picks[^1] - piece.Picks[0]) / (piece.Picks.Length - 1) : 1;
            var squares = FaceCrop.Over(piece.Landmarks, rate / spacing, settings.Crop);
            var clip = new ClipGathering(settings);
            for (var i = 0; i < piece.Landmarks.Count && frames.MoveNext(); i++)
            {
                if (piece.Landmarks[i] is { } landmarks)
                    clip.Add(frames.Current, squares[i], landmarks, piece.Picks[i]);
            }

            yield return clip.Finish(input, piece.Id, rate / spacing);
        }
    }

    sealed record Piece(string Id, int[] Picks)
    {
        internal List<Landmarks?> Landmarks { get; } = [];

        internal Refusal? Refusal { get; set; }
    }
}

/// <summary>A video read frame by frame, of which some frames are picked.</summary>
sealed class VideoTake : IDisposable
{
    /// <summary>A larger video is read at this width or height: its faces are large enough still, and 32 frames of it fit in memory.</summary>
    const int MostSide = 1920;

    readonly VideoReader reader;

    VideoTake(VideoReader reader) => this.reader = reader;

    internal int FrameCount => (int)Math.Min(int.MaxValue, reader.FrameCount);

    /// <summary>The middle of its frames.</summary>
    internal FaceBox Middle => new(reader.Width / 2.0, reader.Height / 2.0, reader.Width / 2.0, reader.Height / 2.0);

    internal double Rate => reader.Rate.PerSecond;

    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoTake Open(string path) => new(Reader(path));

    /// <summary>The video at its own size, or at the largest that is read.</summary>
    /// <exception cref="UserException">No video that can be read.</exception>
    internal static VideoReader Reader(string path)
    {
        var reader = VideoReader.Open(path);
        if (Math.Max(reader.Width, reader.Height) <= MostSide)
            return reader;
        var wide = reader.Width >= reader.Height;
        reader.Dispose();
        return VideoReader.Open(path, wide ? new() { Width = MostSide } : new() { Height = MostSide });
    }

    /// <summary>So many numbers from [first, end), evenly spaced; all of them where there are no more.</summary>
    internal static int[] Evenly(int first, int end, int count)
    {
        var length = end - first;
        if (count == 0 || count >= length)
            return [.. Enumerable.Range(first, length)];
        return [.. Enumerable.Range(0, count).Select(i => first + (int)((2L * i + 1) * length / (2L * count)))];
    }

    /// <summary>The frames of those numbers, which ascend, from the start of the video; each a picture of its own.</summary>
    internal IEnumerable<Picture> Pick(IEnumerable<int> numbers, CancellationToken stop)
    {
        var frame = new Picture(reader.Width, reader.Height);
        foreach (var number in numbers)
        {
            do
            {
                stop.ThrowIfCancellationRequested();
                if (!reader.Read(frame))
                    yield break;
            }
            while (reader.FramesRead <= number);
            yield return frame;
            frame = new(reader.Width, reader.Height);
        }
    }

    public void Dispose() => reader.Dispose();
}

/// <summary>A frame picked from a video.</summary>
/// <param name="Picture">The whole frame.</param>
/// <param name="Number">In the video, from 0.</param>
/// <param name="Landmarks">Smoothed; null where the frame is no good one.</param>
readonly record struct SeenFrame(Picture Picture, int Number, Landmarks? Landmarks);

/// <summary>Follows one face through picked frames of a video, smooths its landmarks and judges frames and video.</summary>
sealed class VideoTracking(PrepareSettings settings, FaceTracker tracker)
{
    internal FrameTally Tally { get; } = new();

    /// <summary>Why two people may be mixed in what was followed so far.</summary>
    internal string? Doubt { get; private set; }

    /// <param name="take">Its frames are read from here on.</param>
    /// <param name="picks">Numbers of frames, ascending.</param>
    /// <param name="stop">Stops between frames.</param>
    internal IEnumerable<SeenFrame> Follow(VideoTake take, int[] picks, CancellationToken stop)
    {
        var spacing = picks.Length > 1 ? (double)(picks[^1] - picks[0]) / (picks.Length - 1) : 1;
        var smoothing = new LandmarkSmoothing(Math.Max(0.01, take.Rate / spacing));
        var person = new OnePerson(findsCuts: !settings.TakesWholeFrames);

        // In a frame cut around a face, that face is the one in the middle; else the largest is followed.
        var track = tracker.Begin(settings.TakesWholeFrames ? take.Middle : null);
        var next = 0;
        foreach (var (picture, face) in track.Over(take.Pick(picks, stop)))
        {
            var number = picks[next++];
            var fault = GoodFace.Fault(face, picture, settings.LeastFace);
            Tally.Count(fault);
            person.See(picture, face, number / take.Rate, tracker);
            Doubt ??= person.Jump;
            if (fault is not null)
                smoothing.Reset();
            yield return new(picture, number, fault is null ? smoothing.Next(face!.Landmarks) : null);
        }

        Doubt ??= person.Rival;
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
        return new(input, Good == 0 && faults.ContainsKey(NoFace) ? "no-face" : "too-few-frames", $"{Good} good of {seen} frames looked at{because}; {shots + 1} are needed for {shots} shots");
    }

    internal const string NoFace = "without a face";
}
