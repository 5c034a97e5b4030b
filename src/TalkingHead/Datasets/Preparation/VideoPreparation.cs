using TalkingHead.Faces;

namespace TalkingHead.Datasets.Preparation;

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
