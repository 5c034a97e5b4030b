using TalkingHead.Media;

namespace TalkingHead.Faces;

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
