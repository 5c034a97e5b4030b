using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data.Preparation;

/// <summary>
/// Looks for signs that a video shows two people in turn or at once, without knowing faces: cuts, a face that jumps or
/// changes size, a second face of similar size that stays.
/// </summary>
/// <param name="findsCuts">False where the picture follows the face, so that its background moves.</param>
sealed class OnePerson(bool findsCuts)
{
    /// <summary>Cells of the small picture that cuts are found by, a side; and points looked at in each, a side.</summary>
    const int Cells = 16, Points = 4;

    /// <summary>Mean difference of the small picture's cells, of 255, that only a cut makes.</summary>
    const double CutDifference = 36;

    /// <summary>A face may move so many of its widths at once, and so many more a second.</summary>
    const double Leap = 0.75, LeapEachSecond = 3;

    /// <summary>A face may become so many times as wide or as narrow from one frame to the next.</summary>
    const double Growth = 1.7;

    /// <summary>A second face is looked for this often, in seconds, and counts when it is seen in this share of the looks.</summary>
    const double LookEvery = 0.7, RivalShare = 0.5;

    const int LeastLooks = 2;

    float[]? before;
    TrackedFace? last;
    double lastSeconds, lookedAt = double.NegativeInfinity;
    int looks, rivals;

    /// <summary>A cut, or a face that jumps; null where there was none.</summary>
    internal string? Jump { get; private set; }

    /// <summary>A second face that stays; null where there is none.</summary>
    internal string? Rival => looks >= LeastLooks && rivals >= RivalShare * looks
        ? $"a second face of similar size is there in {rivals} of {looks} frames looked at" : null;

    /// <summary>Sees the next frame.</summary>
    /// <param name="frame">The whole picture.</param>
    /// <param name="face">The face followed.</param>
    /// <param name="seconds">Since the start of the video.</param>
    /// <param name="tracker">Finds the other faces.</param>
    internal void See(Picture frame, TrackedFace? face, double seconds, FaceTracker tracker)
    {
        if (findsCuts)
        {
            var small = Shrink(frame);
            if (before is not null && Difference(before, small) > CutDifference)
                Jump ??= FormattableString.Invariant($"the picture changes at {seconds:0.0} s as at a cut");
            before = small;
        }

        if (face is null)
            return;
        if (last is not null)
        {
            var moved = face.Box.Distance(last.Box) / last.Box.Width;
            var grown = Math.Max(face.Box.Width / last.Box.Width, last.Box.Width / face.Box.Width);
            if (moved > Leap + LeapEachSecond * (seconds - lastSeconds) || grown > Growth)
                Jump ??= FormattableString.Invariant(
                    $"the face jumps at {seconds:0.0} s ({moved:0.0} of its widths, {grown:0.0} times the size)");
        }

        (last, lastSeconds) = (face, seconds);
        if (seconds - lookedAt < LookEvery)
            return;
        lookedAt = seconds;
        looks++;
        if (GoodFace.HasRival(face, tracker.Find(frame)))
            rivals++;
    }

    static float[] Shrink(Picture frame)
    {
        var small = new float[3 * Cells * Cells];
        for (var y = 0; y < Cells * Points; y++)
        {
            var row = (int)((2L * y + 1) * frame.Height / (2 * Cells * Points)) * frame.Width;
            for (var x = 0; x < Cells * Points; x++)
            {
                var from = 3 * (row + (int)((2L * x + 1) * frame.Width / (2 * Cells * Points)));
                var to = 3 * (y / Points * Cells + x / Points);
                for (var channel = 0; channel < 3; channel++)
                    small[to + channel] += frame.Pixels[from + channel] / (float)(Points * Points);
            }
        }

        return small;
    }

    static double Difference(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += Math.Abs(a[i] - b[i]);
        return sum / a.Length;
    }
}
