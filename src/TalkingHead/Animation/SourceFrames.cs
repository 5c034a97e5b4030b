using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Data.Preparation;
using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Animation;

/// <summary>Frames of one person, cropped as in training and of the run's size, each with its landmarks in its pixels.</summary>
public sealed class SourceFrames
{
    /// <param name="pictures">Square, of one size.</param>
    /// <param name="landmarks">One for each picture.</param>
    /// <param name="source">Where they come from, for the head's provenance: names, no paths.</param>
    public SourceFrames(IReadOnlyList<Picture> pictures, IReadOnlyList<Landmarks> landmarks, SourceName source)
    {
        if (pictures.Count == 0 || pictures.Count != landmarks.Count)
            throw new ArgumentException($"got {pictures.Count} pictures and {landmarks.Count} landmarks; expected as many, and at "
                + $"least one.", nameof(pictures));
        var side = pictures[0].Width;
        if (pictures.Any(picture => picture.Width != side || picture.Height != side))
            throw new ArgumentException($"got pictures of several sizes; expected all {side}x{side}.", nameof(pictures));
        (Pictures, Landmarks, Source) = (pictures, landmarks, source);
    }

    /// <summary>The frames, square, of one size.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>The landmarks of each frame, in its pixels.</summary>
    public IReadOnlyList<Landmarks> Landmarks { get; }

    /// <summary>Where the frames come from.</summary>
    public SourceName Source { get; }

    /// <summary>How many frames there are.</summary>
    public int Count => Pictures.Count;

    /// <summary>Pixels of a side.</summary>
    public int Size => Pictures[0].Width;

    /// <summary>Frames of a dataset's clip, brought to the configuration's size.</summary>
    /// <exception cref="UserException">A frame is damaged.</exception>
    public static SourceFrames From(Dataset dataset, int clip, IReadOnlyList<int> frames, RunConfiguration configuration)
    {
        var faces = dataset.ReadFaces(clip);
        var (size, kind) = (configuration.Data.Size, configuration.Data.Resize);
        return new SourceFrames(
            [.. frames.Select(frame => FrameFit.Fit(dataset.ReadPicture(clip, frame), size, kind))],
            [.. frames.Select(frame => FrameFit.Fit(faces[frame], dataset.Size, size, kind))],
            SourceName.From(dataset, clip));
    }

    /// <summary>Their landmark images.</summary>
    public IReadOnlyList<Picture> Drawn(RunConfiguration configuration) =>
        [.. Landmarks.Select(each => LandmarkImage.Draw(each, Size, Size, LandmarkDrawing.From(configuration.Landmarks)))];

    /// <summary>Frames and landmark images (T,3,S,S) in [-1,1], in the caller's dispose scope.</summary>
    internal (Tensor Frames, Tensor Landmarks) ToTensors(RunConfiguration configuration, Device device) =>
        (PictureTensor.ToTensor(Pictures, device), PictureTensor.ToTensor(Drawn(configuration), device));
}

/// <summary>Where frames come from, in names that tell nothing of the machine.</summary>
/// <param name="Name">A clip's id, or a file's or folder's name.</param>
/// <param name="Key">The same for every clip of one person, as far as is known: what tells whether a driver is another person.</param>
public sealed record SourceName(string Name, string Key)
{
    internal static SourceName From(Dataset dataset, int clip)
    {
        var (id, identity) = (dataset[clip].Id, dataset[clip].Identity);
        // Names of people are a dataset's own: person "1" of another one is somebody else.
        return new(id, $"{Checksum.Hex(Checksum.Compute(dataset.Recipe))}:{identity}");
    }

    /// <summary>A file's, by its content: under another name it is the same person still.</summary>
    internal static SourceName From(string file)
    {
        using var stream = File.OpenRead(file);
        var sum = new System.IO.Hashing.XxHash3();
        sum.Append(stream);
        return new(Path.GetFileName(file), Checksum.Hex(sum.GetCurrentHashAsUInt64()));
    }
}

/// <summary>A frame that a person could be learned from.</summary>
/// <param name="Landmarks">In any pixels.</param>
/// <param name="Sharpness">Of the face (<see cref="FrameChoice.Sharpness"/>).</param>
readonly record struct Candidate(Landmarks Landmarks, double Sharpness);

/// <summary>The face of a picture, cut out as in training.</summary>
/// <param name="Crop">Square, of the size asked for.</param>
/// <param name="Frame">With the landmarks in its pixels.</param>
sealed record FoundFace(Picture Crop, Candidate Frame)
{
    /// <summary>A face of fewer pixels shows too little.</summary>
    public const int LeastSide = 32;

    /// <summary>The largest face of a picture, or why there is none that a person could be learned from.</summary>
    public static (FoundFace? Found, string? Fault) In(Picture picture, FaceTracker tracker, int size)
    {
        var face = tracker.FindOne(picture);
        if (GoodFace.Fault(face, picture, LeastSide) is { } fault)
            return (null, fault);
        var square = FaceCrop.Around(face!.Landmarks);
        return (new(FaceCrop.Take(picture, square, size),
            new(face.Landmarks.Crop(square, size, size), FrameChoice.Sharpness(picture, face.Landmarks.Bounds))), null);
    }
}

/// <summary>
/// Which T frames of many show a person best: far apart in pose and expression, sharp, eyes open. It begins with the
/// frame nearest to the mean and adds, each time, the one farthest from all chosen (Gonzalez 1985).
/// </summary>
static class FrameChoice
{
    /// <summary>An eye open less than this share of its median is in a blink.</summary>
    const double Blink = 0.6;

    /// <summary>A face less sharp than this share of the median is blurred.</summary>
    const double Blurred = 0.4;

    /// <summary>A shape so far from the mean, in sizes of the face, is rather a mistake of the tracker than a pose.</summary>
    const double Strange = 0.6;

    /// <summary>Numbers of the chosen frames, ascending; all of them where there are no more than <paramref name="count"/>.</summary>
    public static IReadOnlyList<int> Spread(IReadOnlyList<Candidate> frames, int count)
    {
        if (frames.Count <= count)
            return [.. Enumerable.Range(0, frames.Count)];
        double[][] shapes = [.. frames.Select(frame => Shape(frame.Landmarks))];
        double[] mean = [.. Enumerable.Range(0, shapes[0].Length).Select(i => shapes.Average(shape => shape[i]))];
        double[] strange = [.. shapes.Select(shape => Distance(shape, mean))];
        var (open, sharp) = (Median(frames.Select(frame => frame.Landmarks.EyeOpening)), Median(frames.Select(frame => frame.Sharpness)));
        // The good ones; where these are too few, the least bad beside them.
        int[] pool = [.. Enumerable.Range(0, frames.Count).OrderBy(Faults)];
        pool = pool[..Math.Max(count, pool.Count(frame => Faults(frame) == 0))];

        var chosen = new List<int> { pool.MinBy(frame => strange[frame]) };
        while (chosen.Count < count)
            chosen.Add(pool.Except(chosen).MaxBy(frame => chosen.Min(other => Distance(shapes[frame], shapes[other]))));
        return [.. chosen.Order()];

        int Faults(int frame) => (frames[frame].Landmarks.EyeOpening < Blink * open ? 1 : 0)
            + (frames[frame].Sharpness < Blurred * sharp ? 1 : 0) + (strange[frame] > Strange ? 1 : 0);
    }

    /// <summary>Mean square of the Laplacian of brightness over the face.</summary>
    public static double Sharpness(Picture picture, FaceBox face)
    {
        int left = Math.Clamp((int)face.Left, 1, picture.Width - 2), right = Math.Clamp((int)face.Right, left, picture.Width - 2);
        int top = Math.Clamp((int)face.Top, 1, picture.Height - 2), bottom = Math.Clamp((int)face.Bottom, top, picture.Height - 2);
        if (picture.Width < 3 || picture.Height < 3)
            return 0;
        double sum = 0;
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                double edge = 4 * Light(x, y) - Light(x - 1, y) - Light(x + 1, y) - Light(x, y - 1) - Light(x, y + 1);
                sum += edge * edge;
            }
        }

        return sum / ((right - left + 1) * (bottom - top + 1));

        int Light(int x, int y)
        {
            var at = 3 * (y * picture.Width + x);
            return (77 * picture.Pixels[at] + 150 * picture.Pixels[at + 1] + 29 * picture.Pixels[at + 2]) >> 8;
        }
    }

    // Without place and size: what is left is tilt, turn and expression.
    static double[] Shape(Landmarks landmarks)
    {
        double x = 0, y = 0, squares = 0;
        for (var i = 0; i < Landmarks.Count; i++)
            (x, y) = (x + landmarks[i].X / Landmarks.Count, y + landmarks[i].Y / Landmarks.Count);
        for (var i = 0; i < Landmarks.Count; i++)
            squares += Math.Pow(landmarks[i].X - x, 2) + Math.Pow(landmarks[i].Y - y, 2);
        var size = Math.Max(1e-6, Math.Sqrt(squares));
        return [.. Enumerable.Range(0, Landmarks.Count).SelectMany(i =>
            new[] { (landmarks[i].X - x) / size, (landmarks[i].Y - y) / size })];
    }

    static double Distance(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

/// <summary>
/// A new person's frames from what people have: pictures, a video, or a dataset's clip. Faces are found, cut out as in
/// training, and T well-spread frames are chosen.
/// </summary>
public sealed class PersonFrames
{
    /// <summary>Frames of a video that are looked at, evenly spaced: a few minutes give no more to choose from.</summary>
    const int MostLooked = 600;

    readonly RunConfiguration configuration;
    readonly string detector;
    readonly Action<string> say;
    readonly CancellationToken stop;

    PersonFrames(RunConfiguration configuration, string detector, Action<string>? say, CancellationToken stop) =>
        (this.configuration, this.detector, this.say, this.stop) = (configuration, detector, say ?? (_ => { }), stop);

    /// <summary>T frames of a person.</summary>
    /// <param name="from">Pictures, a folder of pictures, one video, or DATASET#CLIP.</param>
    /// <param name="shots">T; where there are fewer good frames, these are taken and it is said.</param>
    /// <param name="configuration">The run's: size, and how frames come to it.</param>
    /// <param name="detector">mesh or fan.</param>
    /// <param name="say">Hears what was left out or is missing.</param>
    /// <param name="stop">Stops between frames.</param>
    /// <exception cref="UserException">Nothing to read, or no face in any of it.</exception>
    public static SourceFrames Take(IReadOnlyList<string> from, int shots, RunConfiguration configuration, string detector = "mesh",
        Action<string>? say = null, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        var source = new PersonFrames(configuration, detector, say, stop);
        if (from.Count == 0)
            throw UserException.Usage("--from names nothing; expected pictures, a folder of them, a video, or DATASET#CLIP.");
        var frames = from.Count == 1 && DatasetClip.Parse(from[0]) is var (folder, id) ? source.OfDataset(folder, id, shots)
            : from.Count == 1 && IsVideo(from[0]) ? source.OfVideo(from[0], shots)
            : source.OfPictures(from, shots);
        if (frames.Count < shots)
            source.say($"{from[0]}: {shots} frames were asked for and {frames.Count} can be used; going on with these.");
        return frames;
    }

    SourceFrames OfDataset(string folder, string id, int shots)
    {
        using var dataset = Dataset.Open(folder);
        var clip = dataset.Get(id).Index;
        var faces = dataset.ReadFaces(clip);
        var candidates = Enumerable.Range(0, dataset.FrameCountOf(clip)).Select(frame =>
        {
            stop.ThrowIfCancellationRequested();
            var landmarks = faces[frame];
            return new Candidate(landmarks, FrameChoice.Sharpness(dataset.ReadPicture(clip, frame), landmarks.Bounds));
        }).ToList();
        return SourceFrames.From(dataset, clip, FrameChoice.Spread(candidates, shots), configuration);
    }

    // As a dataset's videos are read.
    SourceFrames OfVideo(string path, int shots)
    {
        FollowedFrames followed;
        VideoTracking tracking;
        KeptFrames kept;
        var sharpness = new List<double>();
        using (var tracker = FaceTracker.Open(detector))
        using (var take = VideoTake.Open(path))
        {
            kept = new(path, take.Info);
            tracking = new(tracker, FoundFace.LeastSide, wholeFrames: false);
            followed = new(tracking.Follow(take, take.Times.Evenly(0, take.Times.Count, MostLooked), stop),
                (frame, landmarks) =>
                {
                    sharpness.Add(FrameChoice.Sharpness(frame.Picture, landmarks.Bounds));
                    kept.Keep(frame);
                });
            if (take.ColorNote is { } note)
                say($"{path}: {note}");
            take.Damage.Tell(say);
        }

        if (followed.Good.Count == 0)
            throw new UserException($"{path}: no face was found that could "
                + $"be used in {followed.Count} frames looked at ({tracking.Tally.Faults}).");
        if (tracking.Doubt is { } doubt)
            say($"{path}: two people may be in it: {doubt}");
        var squares = followed.Squares();
        var (pictures, landmarks, size) = (new List<Picture>(), new List<Landmarks>(), configuration.Data.Size);
        int[] chosen = [.. FrameChoice.Spread([.. followed.Good.Zip(sharpness,
            (frame, sharp) => new Candidate(frame.Landmarks, sharp))], shots)];
        var places = chosen.ToDictionary(place => followed.Good[place].Number);
        foreach (var frame in kept.Pick(places.Keys, stop))
        {
            var place = places[frame.Number];
            pictures.Add(FaceCrop.Take(frame.Picture, squares[place], size));
            landmarks.Add(followed.Good[place].Landmarks.Crop(squares[place], size, size));
        }

        return new(pictures, landmarks, SourceName.From(path));
    }

    SourceFrames OfPictures(IReadOnlyList<string> from, int shots)
    {
        if (from.FirstOrDefault(IsVideo) is { } video)
            throw UserException.Usage($"{video}: is a video, and one video is all that a head is made of; name it alone, or pictures.");
        var refused = new List<string>();
        string[] files = [.. from.SelectMany(path => Files(path, refused))];
        using var tracker = FaceTracker.Open(detector);
        var size = configuration.Data.Size;
        var good = new List<(string File, FoundFace Found)>();
        UserException? unreadable = null;
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            Picture picture;
            try
            {
                picture = Picture.Load(file);
            }
            catch (UserException e)
            {
                unreadable ??= e;
                refused.Add(e.Message.TrimEnd('.'));
                continue;
            }

            var (found, fault) = FoundFace.In(picture, tracker, size);
            if (found is null)
                refused.Add($"{file} ({fault})");
            else
                good.Add((file, found));
        }

        if (good.Count == 0)
            throw files.Length == 1 && unreadable is not null ? unreadable
                : new UserException($"no face that could be used was found in any picture: {string.Join(", ", refused)}.");
        if (refused.Count > 0)
            say($"left out: {string.Join(", ", refused)}");
        int[] chosen = [.. FrameChoice.Spread([.. good.Select(each => each.Found.Frame)], shots)];
        return new([.. chosen.Select(place => good[place].Found.Crop)], [.. chosen.Select(place => good[place].Found.Frame.Landmarks)],
            SourceName.From(good[0].File));
    }

    // By what the file holds. A file that is neither picture nor video is what its name says.
    static bool IsVideo(string path) => File.Exists(path) && !PictureFile.IsPicture(path) && !PictureFile.IsHeic(path)
        && (MediaFolder.IsNamedVideo(path) || VideoInfo.IsVideo(path));

    static IReadOnlyList<string> Files(string path, List<string> others)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new UserException($"{path}: no such file or folder.");
        if (Dataset.IsDataset(path))
            throw UserException.Usage($"{path}: is a dataset; name one of its clips, such as {DatasetClip.Example(path)}.");
        var folder = MediaFolder.Pictures(path);
        if (folder.Taken.Count == 0)
            throw new UserException($"{path}: the folder holds no pictures ({string.Join(", ", PictureFile.Endings.Take(5))} and others).");
        others.AddRange(folder.Others.Select(name => $"{Path.Combine(path, name)} (not a picture)"));
        return folder.Taken;
    }
}
