using System.IO.Hashing;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Studio;

/// <summary>A picture of a new person: what was found in it, or why it is no use.</summary>
/// <param name="Number">Among the person's pictures, from 1.</param>
/// <param name="Label">The file's name or the pose, for the page and the head's record.</param>
/// <param name="Fault">Why it cannot be learned from; null where it can.</param>
/// <param name="Advice">What could be better about it; null where nothing.</param>
sealed record Shot(int Number, string Label, string? Fault, string? Advice)
{
    /// <summary>For the head's record: the file's name, or that it is the webcam's.</summary>
    internal string Source { get; init; } = "";

    internal FoundFace? Found { get; init; }

    internal byte[] Thumbnail { get; init; } = [];
}

/// <summary>Pictures of one new person, found good or bad one by one. Kept in memory, cut out and small; files are deleted.</summary>
sealed class PersonPictures(string id)
{
    readonly Lock change = new();
    readonly List<Shot> shots = [];
    int last;

    public string Id => id;

    public DateTime Touched { get; private set; } = DateTime.UtcNow;

    public IReadOnlyList<Shot> Shots
    {
        get
        {
            lock (change)
                return [.. shots];
        }
    }

    /// <summary>The number of a shot to come.</summary>
    public int Next()
    {
        lock (change)
        {
            Touched = DateTime.UtcNow;
            return shots.Count < Limits.Shots ? ++last
                : throw RefusedException.Busy($"{Limits.Shots} pictures are there; remove one before you add another.");
        }
    }

    public void Add(Shot shot)
    {
        lock (change)
            shots.Add(shot);
    }

    public void Remove(int number)
    {
        lock (change)
        {
            if (shots.RemoveAll(shot => shot.Number == number) == 0)
                throw RefusedException.NotFound("picture of that number");
        }
    }

    public Shot Get(int number) => Shots.FirstOrDefault(shot => shot.Number == number)
        ?? throw RefusedException.NotFound("picture of that number");

    /// <summary>The best spread of the good ones.</summary>
    public SourceFrames Chosen()
    {
        Shot[] good = [.. Shots.Where(shot => shot.Found is not null)];
        if (good.Length == 0)
            throw RefusedException.Bad("None of the pictures can be learned from; add one with a face.");
        Shot[] chosen = [.. FrameChoice.Spread([.. good.Select(shot => shot.Found!.Frame)], Limits.LearnedShots)
            .Select(place => good[place])];
        var sum = new XxHash3();
        foreach (var shot in chosen)
            sum.Append(shot.Found!.Crop.Pixels);
        string[] sources = [.. chosen.Select(shot => shot.Source).Distinct()];
        var name = sources.Length == 1 ? sources[0] : $"{sources[0]} and {sources.Length - 1} more";
        return new([.. chosen.Select(shot => shot.Found!.Crop)], [.. chosen.Select(shot => shot.Found!.Frame.Landmarks)],
            new(name, $"studio:{sum.GetCurrentHashAsUInt64():x16}"));
    }
}

/// <summary>Looks at what is uploaded, with one tracker for all.</summary>
sealed class PersonPicturesStore(RunConfiguration? configuration, Downloads files) : IDisposable
{
    const int ThumbnailSide = 192;

    /// <summary>Frames taken of a video.</summary>
    const int VideoShots = 16;

    readonly Lock change = new();
    readonly SemaphoreSlim turn = new(1, 1);
    readonly List<PersonPictures> people = [];
    readonly Lazy<MeshTracker> tracker = new(() => new());
    int last;

    /// <summary>Begins a person; of those that nobody finished the oldest is forgotten.</summary>
    public PersonPictures Begin()
    {
        lock (change)
        {
            while (people.Count >= Limits.NewPeople)
                people.Remove(people.MinBy(each => each.Touched)!);
            var begun = new PersonPictures($"{++last}");
            people.Add(begun);
            return begun;
        }
    }

    public PersonPictures Get(string id)
    {
        lock (change)
            return people.Find(each => each.Id == id) ?? throw RefusedException.NotFound("person of that number");
    }

    public void Forget(PersonPictures person)
    {
        lock (change)
            people.Remove(person);
    }

    /// <summary>Looks at an uploaded picture or video, which is deleted; what was found is added.</summary>
    public async Task<IReadOnlyList<Shot>> Look(PersonPictures person, string path, string label, string? pose, CancellationToken stop)
    {
        await turn.WaitAsync(stop);
        try
        {
            return await Task.Run(() => PictureFile.IsPicture(path) || PictureFile.IsHeic(path) ? [OfPicture(person, path, label, pose)]
                : VideoInfo.IsVideo(path) ? OfVideo(person, path, label, stop)
                : [Bad(person, label, "neither a picture nor a video that can be read")], stop);
        }
        catch (UserException e) when (e is not RefusedException)
        {
            return [Bad(person, label, e.Message.Replace($"{path}: ", "", StringComparison.Ordinal).TrimEnd('.'))];
        }
        finally
        {
            turn.Release();
            Downloads.Remove(path);
        }
    }

    RunConfiguration Configuration => configuration ?? throw RefusedException.NoRun();

    Shot OfPicture(PersonPictures person, string path, string label, string? pose)
    {
        var picture = PictureFile.Load(path);
        var (found, fault) = FoundFace.In(picture, tracker.Value, Configuration.Data.Size);
        if (found is null)
            return Bad(person, label, fault!, Whole(picture));
        var front = person.Shots.FirstOrDefault(shot => shot.Label == Pose.Front)?.Found?.Frame.Landmarks;
        return Good(person, label, found, pose is null ? null : Pose.Advice(pose, found.Frame.Landmarks, front));
    }

    IReadOnlyList<Shot> OfVideo(PersonPictures person, string path, string label, CancellationToken stop)
    {
        var frames = PersonFrames.Take([path], Math.Min(VideoShots, Limits.Shots - person.Shots.Count), Configuration, stop: stop);
        return [.. frames.Pictures.Select((crop, i) => Good(person, label,
            new(crop, new(frames.Landmarks[i], FrameChoice.Sharpness(crop, frames.Landmarks[i].Bounds))), null))];
    }

    static Shot Good(PersonPictures person, string label, FoundFace found, string? advice)
    {
        var shown = found.Crop.Resize(ThumbnailSide, ThumbnailSide);
        LandmarkImage.Over(shown, found.Frame.Landmarks.Crop(new(0, 0, found.Crop.Width, found.Crop.Height), ThumbnailSide, ThumbnailSide),
            new() { Pupils = true });
        return Added(person, label, null, advice, found, shown);
    }

    static Shot Bad(PersonPictures person, string label, string fault, Picture? shown = null) =>
        Added(person, label, fault, null, null, shown ?? new Picture(ThumbnailSide, ThumbnailSide));

    static Shot Added(PersonPictures person, string label, string? fault, string? advice, FoundFace? found, Picture shown)
    {
        var shot = new Shot(person.Next(), label, fault, advice)
        {
            Source = Pose.All.Contains(label) ? "the webcam" : label,
            Found = found,
            Thumbnail = PictureFile.Encode(shown, "thumbnail.jpg"),
        };
        person.Add(shot);
        return shot;
    }

    static Picture Whole(Picture picture)
    {
        var scale = ThumbnailSide / (double)Math.Max(picture.Width, picture.Height);
        return picture.Resize(Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale)));
    }

    /// <summary>Where the next upload goes.</summary>
    public string NewPath() => files.NewPath(".upload");

    public void Dispose()
    {
        if (tracker.IsValueCreated)
            tracker.Value.Dispose();
        turn.Dispose();
    }
}

/// <summary>The poses that the page asks for, and whether a picture shows what was asked.</summary>
static class Pose
{
    public const string Front = "front";

    /// <summary>Every one, in the order in which they are asked for.</summary>
    public static readonly IReadOnlyList<string> All = [Front, "left", "right", "up", "down", "mouth open"];

    const double Turned = 0.08, Nodded = 0.025, Open = 0.12;

    /// <summary>What to do better; null where the pose is there.</summary>
    /// <param name="pose">One of <see cref="All"/>.</param>
    /// <param name="now">Of a picture that is not mirrored.</param>
    /// <param name="front">The same person's from the front, where they are there.</param>
    public static string? Advice(string pose, Landmarks now, Landmarks? front)
    {
        var (turn, nod) = (Turn(now) - (front is null ? 0 : Turn(front)), front is null ? 0 : Nod(now) - Nod(front));
        return pose switch
        {
            Front => Math.Abs(turn) > 1.5 * Turned ? "look straight into the camera" : null,
            "left" => turn < Turned ? "turn farther to your left" : null,
            "right" => turn > -Turned ? "turn farther to your right" : null,
            "up" => front is not null && nod > -Nodded ? "lift your chin more" : null,
            "down" => front is not null && nod < Nodded ? "lower your chin more" : null,
            _ => Gap(now) < Open ? "open your mouth wider" : null,
        };
    }

    // How far the nose's tip stands beside the middle of the jaw's ends, in widths of the face: more to the person's left.
    static double Turn(Landmarks face) =>
        (face[30].X - (face[0].X + face[16].X) / 2) / Math.Max(1, face[16].X - face[0].X);

    // How far down from the eyes to the chin the nose's tip stands.
    static double Nod(Landmarks face)
    {
        var eyes = (face[36].Y + face[45].Y) / 2;
        return (face[30].Y - eyes) / Math.Max(1, face[8].Y - eyes);
    }

    static double Gap(Landmarks face) => (face[66].Y - face[62].Y) / Math.Max(1, face[54].X - face[48].X);
}
