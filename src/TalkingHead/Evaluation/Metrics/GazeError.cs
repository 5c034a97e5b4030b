using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// How far eyes look from where the true ones look. A pupil's place in its eye is measured from the middle of the eye's corners,
/// along the line between them and across it, in widths of the eye; the error is the distance of the two places, the mean over
/// both eyes. Where the head is and how it is turned in the picture does not count.
/// </summary>
static class GazeError
{
    internal const string Definition = "distance of the pupils' places in their eyes, measured from the middle of the corners in widths of "
        + "the eye, mean of both; true frames with closed eyes, or with a pupil found outside its eye, left out";

    /// <summary>Height over width of eyes in which a pupil can be seen.</summary>
    const double Open = 0.1;

    /// <summary>
    /// The corners' distance from their middle, in widths of the eye: a pupil further away was not found, as in an eye that is seen
    /// from the side.
    /// </summary>
    const double Corner = 0.5;

    const int Right = 36, Left = 42; // each eye's first corner; the second is three points on

    /// <summary>
    /// The error; NaN where a tracker sees no pupils, the real eyes are closed, or a real pupil is found outside its eye.
    /// </summary>
    internal static double Compute(Landmarks real, Landmarks fake)
    {
        if ((real.Pupils, fake.Pupils) is not ({ } truth, { } found) || real.EyeOpening < Open)
            return double.NaN;
        var (right, left) = (Place(real, Right, truth.Right), Place(real, Left, truth.Left));
        if (double.Hypot(right.X, right.Y) > Corner || double.Hypot(left.X, left.Y) > Corner)
            return double.NaN;
        return (Distance(right, Place(fake, Right, found.Right)) + Distance(left, Place(fake, Left, found.Left))) / 2;
    }

    static (double X, double Y) Place(Landmarks face, int eye, Pupil pupil)
    {
        var ((x1, y1), (x2, y2)) = (face[eye], face[eye + 3]);
        double across = x2 - x1, down = y2 - y1, squared = across * across + down * down;
        double x = pupil.X - (x1 + x2) / 2, y = pupil.Y - (y1 + y2) / 2;
        return ((x * across + y * down) / squared, (y * across - x * down) / squared);
    }

    static double Distance((double X, double Y) one, (double X, double Y) other) => double.Hypot(one.X - other.X, one.Y - other.Y);
}
