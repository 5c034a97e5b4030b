using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>Clips from folders of pictures. For one thread at a time, with a tracker of its own.</summary>
sealed class PicturePreparation(PrepareSettings settings, FaceTracker tracker)
{
    /// <summary>
    /// The pictures of a folder as one clip: photos, each cut around its face, or VoxCeleb1's frames, taken whole. A photo
    /// that is left out is named in the ledger; of VoxCeleb1's frames only the undecodable ones are.
    /// </summary>
    internal IEnumerable<Outcome> Folder(PrepareInput input, CancellationToken stop)
    {
        string[] files = [.. PersonFolders.Files(input.Path, PersonFolders.PictureEndings)];
        if (files.Length == 0)
        {
            yield return new Outcome.Refused(new(input.Name, "empty", "the folder holds no pictures"));
            yield break;
        }

        var tally = new FrameTally();
        var clip = new ClipGathering(settings);
        foreach (var number in VideoTake.Evenly(0, files.Length, settings.FramesPerClip))
        {
            stop.ThrowIfCancellationRequested();
            var (kind, fault) = Look(files[number], number, clip);
            tally.Count(fault);
            if (kind is not null && (kind == "undecodable" || !settings.TakesWholeFrames))
                yield return new Outcome.Refused(new($"{input.Name}/{Path.GetFileName(files[number])}", kind, kind == "undecodable" ? fault! : $"a picture {fault}"));
        }

        yield return tally.Refusal(input.Name, settings.Shots) is { } refusal ? new Outcome.Refused(refusal) : clip.Finish(input, input.Id, null);
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
        clip.Add(picture, settings.TakesWholeFrames ? ClipGathering.Whole(picture) : FaceCrop.Around(face!.Landmarks, settings.Crop), face!.Landmarks, number);
        return (null, null);
    }
}
