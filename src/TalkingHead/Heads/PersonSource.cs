using TalkingHead.Configuration;
using TalkingHead.Datasets;
using TalkingHead.Datasets.Preparation;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>
/// A new person's frames from what people have: pictures, a video, or a dataset's clip. Faces are found, cut out as in
/// training, and T well-spread frames are chosen.
/// </summary>
public sealed class PersonSource
{
    /// <summary>Frames of a video that are looked at, evenly spaced: a few minutes give no more to choose from.</summary>
    const int MostLooked = 600;

    /// <summary>A face of fewer pixels shows too little.</summary>
    const int LeastFace = 32;

    readonly RunConfiguration configuration;
    readonly string detector;
    readonly Action<string> say;
    readonly CancellationToken stop;

    PersonSource(RunConfiguration configuration, string detector, Action<string>? say, CancellationToken stop) =>
        (this.configuration, this.detector, this.say, this.stop) = (configuration, detector, say ?? (_ => { }), stop);

    /// <summary>T frames of a person.</summary>
    /// <param name="from">Pictures, a folder of pictures, one video, or DATASET#CLIP.</param>
    /// <param name="shots">T; where there are fewer good frames, these are taken and it is said.</param>
    /// <param name="configuration">The run's: size, and how frames come to it.</param>
    /// <param name="detector">dlib or fan.</param>
    /// <param name="say">Hears what was left out or is missing.</param>
    /// <param name="stop">Stops between frames.</param>
    /// <exception cref="UserException">Nothing to read, or no face in any of it.</exception>
    public static SourceFrames Take(IReadOnlyList<string> from, int shots, RunConfiguration configuration, string detector = "dlib", Action<string>? say = null, CancellationToken stop = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        var source = new PersonSource(configuration, detector, say, stop);
        if (from.Count == 0)
            throw UserException.Usage("--from names nothing; expected pictures, a folder of them, a video, or DATASET#CLIP.");
        var frames = from.Count == 1 && DatasetClip.Parse(from[0]) is var (folder, id) ? source.OfDataset(folder, id, shots)
            : from.Count == 1 && File.Exists(from[0]) && !PictureFile.IsPicture(from[0]) && VideoInfo.IsVideo(from[0]) ? source.OfVideo(from[0], shots)
            : source.OfPictures(from, shots);
        if (frames.Count < shots)
            source.say($"{from[0]}: {shots} frames were asked for and {frames.Count} can be used; going on with these.");
        return frames;
    }

    SourceFrames OfDataset(string folder, string id, int shots)
    {
        using var dataset = Dataset.Open(folder);
        int clip = dataset.Get(id).Index;
        var points = dataset.ReadLandmarks(clip);
        var candidates = Enumerable.Range(0, dataset.FrameCountOf(clip)).Select(frame =>
        {
            stop.ThrowIfCancellationRequested();
            var landmarks = Landmarks.OfFrame(points, frame);
            return new Candidate(landmarks, FrameChoice.Sharpness(dataset.ReadPicture(clip, frame), landmarks.Bounds));
        }).ToList();
        return SourceFrames.Of(dataset, clip, FrameChoice.Spread(candidates, shots), configuration);
    }

    // Read twice, as a dataset's videos are: for the landmarks, and, when the squares are known, for the frames.
    SourceFrames OfVideo(string path, int shots)
    {
        int[] picks;
        var landmarks = new List<Landmarks?>();
        var candidates = new List<(int Place, Candidate Frame)>();
        double rate;
        using (var tracker = FaceTracker.Open(detector))
        using (var take = VideoTake.Open(path))
        {
            picks = VideoTake.Evenly(0, take.FrameCount, MostLooked);
            rate = take.Rate / Math.Max(1, take.FrameCount / Math.Max(1, picks.Length));
            var tally = new FrameTally();
            foreach (var (picture, face) in tracker.Begin().Over(take.Pick(picks, stop)))
            {
                var fault = GoodFace.Fault(face, picture, LeastFace);
                tally.Count(fault);
                if (fault is null)
                    candidates.Add((landmarks.Count, new(face!.Landmarks, FrameChoice.Sharpness(picture, face.Landmarks.Bounds))));
                landmarks.Add(fault is null ? face!.Landmarks : null);
            }

            if (candidates.Count == 0)
                throw new UserException($"{path}: no face was found that could be used in {landmarks.Count} frames looked at ({tally.Faults}).");
        }

        var squares = FaceCrop.Over(landmarks, rate);
        int[] chosen = [.. FrameChoice.Spread([.. candidates.Select(each => each.Frame)], shots).Select(place => candidates[place].Place)];
        var (pictures, size) = (new List<Picture>(), configuration.Data.Size);
        using (var take = VideoTake.Open(path))
        {
            foreach (var picture in take.Pick(chosen.Select(place => picks[place]), stop))
                pictures.Add(FaceCrop.Take(picture, squares[chosen[pictures.Count]], size));
        }

        return new(pictures, [.. chosen.Select(place => landmarks[place]!.Crop(squares[place], size, size))], SourceName.Of(path));
    }

    SourceFrames OfPictures(IReadOnlyList<string> from, int shots)
    {
        string[] files = [.. from.SelectMany(Files)];
        using var tracker = FaceTracker.Open(detector);
        var size = configuration.Data.Size;
        var good = new List<(Picture Picture, Candidate Frame)>();
        var refused = new List<string>();
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            var picture = Picture.Load(file);
            var face = tracker.FindOne(picture);
            if (GoodFace.Fault(face, picture, LeastFace) is { } fault)
            {
                refused.Add($"{file} ({fault})");
                continue;
            }

            var square = FaceCrop.Around(face!.Landmarks);
            good.Add((FaceCrop.Take(picture, square, size), new(face.Landmarks.Crop(square, size, size), FrameChoice.Sharpness(picture, face.Landmarks.Bounds))));
        }

        if (good.Count == 0)
            throw new UserException($"no face that could be used was found in any picture: {string.Join(", ", refused)}.");
        if (refused.Count > 0)
            say($"left out: {string.Join(", ", refused)}");
        int[] chosen = [.. FrameChoice.Spread([.. good.Select(each => each.Frame)], shots)];
        return new([.. chosen.Select(place => good[place].Picture)], [.. chosen.Select(place => good[place].Frame.Landmarks)], SourceName.Of(files[0]));
    }

    static IEnumerable<string> Files(string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new UserException($"{path}: no such file or folder.");
        if (Dataset.IsDataset(path))
            throw UserException.Usage($"{path}: is a dataset; name one of its clips, such as {DatasetClip.Example(path)}.");
        string[] files = [.. Directory.EnumerateFiles(path).Where(file => PictureFile.Endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserException($"{path}: the folder holds no pictures ({string.Join(", ", PictureFile.Endings)}).");
    }
}
