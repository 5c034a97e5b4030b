using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>Finds faces and follows one through a clip. One instance serves one thread at a time.</summary>
public abstract class FaceTracker : IDisposable
{
    /// <summary>Every face in the picture, largest first.</summary>
    public abstract IReadOnlyList<TrackedFace> Find(Picture picture);

    /// <summary>The same face in the next picture, found near where it was; null where it is lost.</summary>
    internal abstract TrackedFace? Follow(Picture picture, Picture before, TrackedFace face);

    /// <summary>Starts a track of the face nearest to <paramref name="near"/>, or of the largest.</summary>
    public FaceTrack Begin(FaceBox? near = null) => new(this, near);

    /// <summary>The face of a photo: the one nearest to <paramref name="near"/>, or the largest; null where there is none.</summary>
    public TrackedFace? FindOne(Picture picture, FaceBox? near = null)
    {
        var faces = Find(picture);
        return near is { } box ? faces.MinBy(face => face.Box.Distance(box)) : faces.FirstOrDefault();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>Opens the tracker named "dlib" or "fan".</summary>
    /// <exception cref="UserException">Another name, or its files are missing.</exception>
    public static FaceTracker Open(string name) => name switch
    {
        "dlib" => new DlibTracker(),
        "fan" => new FanTracker(),
        _ => throw UserException.Usage($"unknown detector \"{name}\"; expected dlib or fan."),
    };
}
