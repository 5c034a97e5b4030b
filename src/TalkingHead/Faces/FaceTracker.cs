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

    /// <summary>Frees the networks.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the networks where <paramref name="disposing"/> is true.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>The names of the trackers.</summary>
    internal static readonly string[] Names = ["mesh", "fan"];

    /// <summary>Opens the tracker named "mesh" or "fan".</summary>
    /// <exception cref="UserException">Another name, or its files are missing.</exception>
    public static FaceTracker Open(string name) => name switch
    {
        "mesh" => new MeshTracker(),
        "fan" => new FanTracker(),
        _ => throw UserException.Usage($"unknown detector \"{name}\"; expected {string.Join(" or ", Names)}."),
    };
}

/// <summary>A face in one frame.</summary>
/// <param name="Landmarks">In the frame's pixels.</param>
/// <param name="Box">Around brows, chin and cheeks.</param>
/// <param name="Score">How sure the detector or the follower is; its scale is the tracker's own.</param>
/// <param name="Detected">True where the detector saw it in this frame, false where it was followed from another one.</param>
public sealed record TrackedFace(Landmarks Landmarks, FaceBox Box, double Score, bool Detected)
{
    /// <summary>The mesh that the landmarks are points of, where the tracker has one.</summary>
    internal FaceMesh? Mesh { get; init; }
}

/// <summary>An upright rectangle in pixels; the centre of the picture's top left pixel is (0, 0).</summary>
public readonly record struct FaceBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>Right less left, in pixels.</summary>
    public double Width => Right - Left;

    /// <summary>Bottom less top, in pixels.</summary>
    public double Height => Bottom - Top;

    /// <summary>The middle between left and right, in pixels.</summary>
    public double CentreX => (Left + Right) / 2;

    /// <summary>The middle between top and bottom, in pixels.</summary>
    public double CentreY => (Top + Bottom) / 2;

    /// <summary>Square pixels; 0 where a side is negative.</summary>
    public double Area => Math.Max(0, Width) * Math.Max(0, Height);

    /// <summary>Shared area over joint area, 0 to 1.</summary>
    public double Overlap(FaceBox other)
    {
        var shared = new FaceBox(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right),
            Math.Min(Bottom, other.Bottom));
        if (shared.Width <= 0 || shared.Height <= 0)
            return 0;
        return shared.Area / (Area + other.Area - shared.Area);
    }

    /// <summary>From centre to centre.</summary>
    public double Distance(FaceBox other) => double.Hypot(CentreX - other.CentreX, CentreY - other.CentreY);

    /// <summary>The box a part <paramref name="amount"/> of the way to <paramref name="other"/>.</summary>
    public FaceBox Toward(FaceBox other, double amount) => new(
        double.Lerp(Left, other.Left, amount), double.Lerp(Top, other.Top, amount),
        double.Lerp(Right, other.Right, amount), double.Lerp(Bottom, other.Bottom, amount));
}

/// <summary>
/// One face through the frames of a clip: the face that continues the track is taken, not the first that is found.
/// Where it is lost, the face is searched again in the whole frame, first near its last place.
/// </summary>
public sealed class FaceTrack
{
    /// <summary>So many frames without a face are held to be searched backward.</summary>
    const int MaxHeld = 32;

    /// <summary>
    /// A face found again belongs to the track when it lies within so many face widths of its last place, and so many
    /// more for each frame it was lost.
    /// </summary>
    const double Leap = 1, LeapEachFrame = 0.1;

    readonly FaceTracker tracker;
    readonly FaceBox? near;
    TrackedFace? last;
    Picture? before;
    int lost;

    internal FaceTrack(FaceTracker tracker, FaceBox? near) => (this.tracker, this.near) = (tracker, near);

    FaceTrack(FaceTracker tracker, TrackedFace from, Picture frame)
        : this(tracker, from.Box) => (last, before) = (from, frame);

    /// <summary>The face in the next frame, or null. The picture must stay as it is until the next call.</summary>
    public TrackedFace? Next(Picture frame)
    {
        var face = last is not null && before is not null ? tracker.Follow(frame, before, last) : null;
        face ??= Search(frame);
        before = face is null ? null : frame;
        last = face ?? last;
        lost = face is null ? lost + 1 : 0;
        return face;
    }

    /// <summary>
    /// The frames with their faces, in order. Frames before a face is first found, or found again, are searched
    /// backward from there: a clip may begin with a turned head. At most 32 frames are held for that.
    /// </summary>
    public IEnumerable<(Picture Frame, TrackedFace? Face)> Over(IEnumerable<Picture> frames)
    {
        var held = new Queue<Picture>();
        foreach (var frame in frames)
        {
            var face = Next(frame);
            if (face is null)
            {
                held.Enqueue(frame);
                if (held.Count > MaxHeld)
                    yield return (held.Dequeue(), null);
                continue;
            }

            foreach (var earlier in Backward(held, frame, face))
                yield return earlier;
            held.Clear();
            yield return (frame, face);
        }

        foreach (var frame in held)
            yield return (frame, null);
    }

    (Picture, TrackedFace?)[] Backward(Queue<Picture> held, Picture frame, TrackedFace face)
    {
        var earlier = held.Select(picture => (picture, (TrackedFace?)null)).ToArray();
        var track = new FaceTrack(tracker, face, frame);
        for (var i = earlier.Length - 1; i >= 0; i--)
        {
            var found = tracker.Follow(earlier[i].picture, track.before!, track.last!);
            if (found is null)
                break;
            earlier[i] = (earlier[i].picture, found);
            (track.last, track.before) = (found, earlier[i].picture);
        }

        return earlier;
    }

    TrackedFace? Search(Picture frame)
    {
        var faces = tracker.Find(frame);
        if (last is null)
            return near is { } start ? faces.MinBy(face => face.Box.Distance(start)) : faces.FirstOrDefault();
        var reach = (Leap + LeapEachFrame * lost) * last.Box.Width;
        return faces.Where(face => face.Box.Distance(last.Box) < reach).MinBy(face => face.Box.Distance(last.Box));
    }
}
