using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data.Preparation;

/// <summary>Clips from folders of pictures. For one thread at a time, with a tracker of its own.</summary>
sealed class PicturePreparation(PrepareSettings settings, FaceTracker tracker)
{
    /// <summary>
    /// The pictures of a folder as one clip: photos, each cut around its face, or VoxCeleb1's frames, taken whole. A photo
    /// that is left out is named in the ledger; of VoxCeleb1's frames only the undecodable ones are.
    /// </summary>
    internal IEnumerable<Outcome> Folder(PrepareInput input, CancellationToken stop)
    {
        var (files, others) = MediaFolder.Pictures(input.Path);
        if (files.Count == 0)
        {
            yield return new Outcome.Refused(new(input.Name, "empty", "the folder holds no pictures"));
            yield break;
        }

        foreach (var name in others)
            yield return new Outcome.Refused(new($"{input.Name}/{name}", "no-picture", "its name is not a picture's"));

        var tally = new FrameTally();
        var clip = new ClipGathering(settings);
        foreach (var number in FrameTimes.EvenNumbers(0, files.Count, settings.FramesPerClip))
        {
            stop.ThrowIfCancellationRequested();
            var (kind, fault) = Look(files[number], number, clip);
            tally.Count(fault);
            if (kind is not null && (kind == "undecodable" || !settings.TakesWholeFrames))
                yield return new Outcome.Refused(new($"{input.Name}/{Path.GetFileName(files[number])}", kind,
                    kind == "undecodable" ? fault! : $"a picture {fault}"));
        }

        yield return tally.Refusal(input.Name, settings.Shots) is { } refusal ? new Outcome.Refused(refusal)
            : clip.Finish(input, input.Id, null);
    }

    (string? Kind, string? Fault) Look(string path, int number, ClipGathering clip)
    {
        Picture picture;
        try
        {
            picture = Picture.Load(path);
        }
        catch (UserException e)
        {
            return ("undecodable", Preparation.Below(Path.GetDirectoryName(path)!, e.Message));
        }

        var faces = tracker.Find(picture);
        double x = picture.Width / 2.0, y = picture.Height / 2.0;
        var face = settings.TakesWholeFrames ? faces.MinBy(found => found.Box.Distance(new(x, y, x, y))) : faces.FirstOrDefault();
        if (GoodFace.Fault(face, picture, settings.LeastFace) is { } fault)
            return (face is null ? "no-face" : "poor-face", fault);
        if (GoodFace.HasRival(face!, faces))
            return ("two-people", "with a second face of similar size");
        clip.Add(picture, settings.TakesWholeFrames ? ClipGathering.Whole(picture) : FaceCrop.Around(face!.Landmarks, settings.Crop),
            face!.Landmarks, number, 0);
        return (null, null);
    }
}

/// <summary>The layouts of one's own: a folder for each person.</summary>
static class PersonFolders
{
    internal static IEnumerable<PrepareInput> Videos(PrepareSettings settings)
    {
        foreach (var (path, id, name) in Named(settings.From, MediaFolder.Videos(settings.From)))
            yield return Input(settings, id, id, name, path);
        foreach (var folder in Directory.EnumerateDirectories(settings.From))
        {
            var person = ClipName.Part(Path.GetFileName(folder));
            foreach (var (path, id, name) in Named(folder, MediaFolder.Videos(folder)))
                yield return Input(settings, $"{person}/{id}", person, $"{Path.GetFileName(folder)}/{name}", path);
        }
    }

    internal static IEnumerable<PrepareInput> Photos(PrepareSettings settings)
    {
        foreach (var folder in Directory.EnumerateDirectories(settings.From))
        {
            var person = ClipName.Part(Path.GetFileName(folder));
            if (MediaFolder.Pictures(folder).Taken.Count > 0)
                yield return Input(settings, person, person, Path.GetFileName(folder), folder);
        }
    }

    /// <summary>The files of a folder with one of the endings, in order of their names.</summary>
    internal static IEnumerable<string> Files(string folder, string[] endings) => Directory.EnumerateFiles(folder)
        .Where(path => endings.Contains(Path.GetExtension(path).ToLowerInvariant()) && !Path.GetFileName(path).StartsWith('.'))
        .Order(StringComparer.Ordinal);

    static PrepareInput Input(PrepareSettings settings, string id, string identity, string name, string path) =>
        new(id, identity, IdentitySplit.For(identity, settings.TestShare, settings.Seed), name, path);

    // A name's ending is left off, but where two files differ in nothing else. What is no video is an input, too, to be refused by name.
    static IEnumerable<(string Path, string Id, string Name)> Named(string folder, MediaFolder files) => files.Taken
        .GroupBy(path => ClipName.Part(Path.GetFileNameWithoutExtension(path)), StringComparer.Ordinal)
        .SelectMany(same => same.Select(path => (path, same.Count() == 1 ? same.Key : ClipName.Part(Path.GetFileName(path)),
            Path.GetRelativePath(folder, path))))
        .Concat(files.Others.Select(name => (Path.Combine(folder, name), ClipName.Part(name), name)));
}

/// <summary>Which faces are good enough to learn from, and which other faces make a frame doubtful.</summary>
static class GoodFace
{
    /// <summary>Share of the landmarks that must lie in the picture.</summary>
    const double Inside = 0.9;

    /// <summary>Another face of at least this share of the face's area is one that might be meant.</summary>
    const double RivalArea = 0.4;

    /// <summary>Boxes that overlap more than this are the same face.</summary>
    const double SameFace = 0.2;

    /// <summary>Why the face is no good one, as <see cref="FrameTally"/> counts it; null where it is.</summary>
    internal static string? Fault(TrackedFace? face, Picture picture, int leastFace)
    {
        if (face is null || !face.Landmarks.AreFinite)
            return FrameTally.NoFace;
        var bounds = face.Landmarks.Bounds;
        if (Math.Max(bounds.Width, bounds.Height) < leastFace)
            return $"with a face under {leastFace} px";
        var inside = 0;
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var (x, y) = face.Landmarks[i];
            if (x >= 0 && y >= 0 && x <= picture.Width - 1 && y <= picture.Height - 1)
                inside++;
        }

        return inside < Inside * Landmarks.Count ? "with a face cut off by the edge" : null;
    }

    /// <summary>Whether another face is about as large as this one.</summary>
    internal static bool HasRival(TrackedFace face, IEnumerable<TrackedFace> all) =>
        all.Any(other => other.Box.Area >= RivalArea * face.Box.Area && other.Box.Overlap(face.Box) < SameFace);
}

/// <summary>A clip in the making: frames cut out, encoded, with their landmarks moved along.</summary>
sealed class ClipGathering(PrepareSettings settings)
{
    readonly List<ReadOnlyMemory<byte>> frames = [];
    readonly List<Landmarks> landmarks = [];
    readonly List<FaceBox> squares = [];
    readonly List<int> sourceFrames = [];
    readonly List<double> seconds = [];

    /// <summary>Stored frames that lie this close to an even spacing, in seconds, are even.</summary>
    const double Rounding = 0.005;

    /// <summary>Cuts the square out and keeps it.</summary>
    /// <param name="picture">The frame of the source.</param>
    /// <param name="square">In its pixels, from its corner.</param>
    /// <param name="points">In its pixels.</param>
    /// <param name="sourceFrame">Its number in the source.</param>
    /// <param name="shown">When it is shown there, in seconds; photos have no time.</param>
    internal void Add(Picture picture, FaceBox square, Landmarks points, int sourceFrame, double shown)
    {
        frames.Add(FrameJpeg.Encode(FaceCrop.Take(picture, square, settings.Size), settings.Quality));
        landmarks.Add(points.Crop(square, settings.Size, settings.Size));
        squares.Add(square);
        sourceFrames.Add(sourceFrame);
        seconds.Add(shown);
    }

    /// <summary>The largest square in the picture's middle: all of a frame that was cut out before.</summary>
    internal static FaceBox Whole(Picture picture)
    {
        double side = Math.Min(picture.Width, picture.Height), left = (picture.Width - side) / 2, top = (picture.Height - side) / 2;
        return new(left, top, left + side, top + side);
    }

    internal Outcome Finish(PrepareInput input, string id, double? rate) => new Outcome.Clip(
        new(id, input.Identity, input.Split!.Value, input.Name)
        {
            Rate = rate is { } r ? Math.Round(r, 4) : null,
            Seconds = rate is { } even && !seconds.Select((shown, i) => Math.Abs(shown - seconds[0] - i / even) < Rounding)
            .All(near => near)
                ? [.. seconds.Select(shown => Math.Round(shown - seconds[0], 4))] : null,
            Crop = [.. (squares.TrueForAll(square => square == squares[0]) ? squares.Take(1) : squares).Select(Numbers)],
            SourceFrames = sourceFrames,
        },
        frames, ClipLandmarks.Join(landmarks));

    static IReadOnlyList<double> Numbers(FaceBox square) =>
        [Math.Round(square.Left, 2), Math.Round(square.Top, 2), Math.Round(square.Right, 2), Math.Round(square.Bottom, 2)];
}
