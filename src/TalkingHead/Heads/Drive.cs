using TalkingHead.Datasets;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Heads;

/// <summary>Landmarks as the head is to have them, drawn; no landmarks, and black, where there is no face.</summary>
readonly record struct DrawnFrame(Picture Image, Landmarks? Landmarks, FrameState State, long Decoded);

/// <summary>
/// A driver's landmarks brought to a head's frames: cut as in training, carried to the head's face where it is adapted,
/// held where a face is missing for a moment, drawn. It sees a little ahead, and holds no more than that.
/// </summary>
/// <param name="head">Whose frames.</param>
/// <param name="croppedSide">Side of the driver's frames where these are cropped already; null for whole pictures.</param>
/// <param name="rate">The driver's frames a second.</param>
/// <param name="adapt">Whether motion alone is carried over.</param>
/// <param name="lookAhead">Seconds.</param>
sealed class Drive(Head head, int? croppedSide, double rate, bool adapt, double lookAhead)
{
    /// <summary>Seconds that the last landmarks stand in for missing ones.</summary>
    const double HoldSeconds = 1;

    FollowingCrop? crop;
    LandmarkTransfer? transfer;
    Landmarks? last;
    int missed;

    public IEnumerable<DrawnFrame> Over(IEnumerable<DriverFrame> frames)
    {
        int wanted = Math.Max(1, (int)Math.Round(lookAhead * rate)), faces = 0;
        var ahead = new Queue<DriverFrame>();
        foreach (var frame in frames)
        {
            if (crop is not null || croppedSide is not null && !adapt)
            {
                yield return Draw(frame);
                continue;
            }

            ahead.Enqueue(frame);
            faces += frame.Landmarks is null ? 0 : 1;
            if (faces < wanted)
            {
                // A face that is long in coming is not waited for with all that came before it.
                if (faces == 0 && ahead.Count > wanted)
                    yield return Draw(ahead.Dequeue());
                continue;
            }

            foreach (var drawn in Begin(ahead))
                yield return drawn;
        }

        foreach (var drawn in Begin(ahead))
            yield return drawn;
    }

    // The end of looking ahead: the driver's square and neutral shape are known.
    IEnumerable<DrawnFrame> Begin(Queue<DriverFrame> ahead)
    {
        Landmarks[] faces = [.. ahead.Select(frame => frame.Landmarks).OfType<Landmarks>()];
        if (faces.Length > 0)
        {
            crop = new(faces, rate);
            var measuring = new FollowingCrop(faces, rate); // of its own: measuring moves it
            if (adapt)
                transfer = new(LandmarkShape.Frontal([.. faces.Select(face => Cropped(face, measuring))]), head.MeanShape);
        }

        while (ahead.TryDequeue(out var frame))
            yield return Draw(frame);
    }

    Landmarks Cropped(Landmarks landmarks, FollowingCrop square) => croppedSide is { } side
        ? FrameFit.Fit(landmarks, side, head.Size, head.Configuration.Data.Resize)
        : landmarks.Crop(square.Next(landmarks), head.Size, head.Size);

    DrawnFrame Draw(DriverFrame frame)
    {
        var state = FrameState.Found;
        if (frame.Landmarks is { } found)
        {
            var cropped = Cropped(found, crop!); // known by now, or not needed
            last = transfer?.Apply(cropped) ?? cropped;
            missed = 0;
        }
        else
        {
            state = last is not null && ++missed <= HoldSeconds * rate ? FrameState.Held : FrameState.Lost;
        }

        return state == FrameState.Lost
            ? new(new Picture(head.Size, head.Size), null, state, frame.Decoded)
            : new(LandmarkImage.Draw(last!, head.Size, head.Size, head.Drawing), last, state, frame.Decoded);
    }
}
