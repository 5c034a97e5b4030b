using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// How much landmarks tremble beside the truth's motion: with e the distance of a point from the truth's, mean over the 68
/// points of |eᵢ₊₁ - 2eᵢ + eᵢ₋₁|, the second difference, in pixels of a frame of 256x256. A constant error and a steady drift
/// cost nothing.
/// </summary>
static class LandmarkJitter
{
    const double Side = 256;

    internal const string Definition = "second difference over three frames in a row of the 68 landmarks' error, mean length, in pixels "
        + "at 256x256";

    /// <summary>One value for each frame with both neighbours; NaN elsewhere.</summary>
    internal static double[] Compute(FrameSeries series) => series.Each(i =>
    {
        if (i + 1 >= series.Frames.Count || !series.Follows[i] || !series.Follows[i + 1])
            return double.NaN;
        var errors = new (Landmarks Real, Landmarks Fake)[3];
        for (var k = 0; k < 3; k++)
        {
            if ((series.Real[i - 1 + k], series.Fake[i - 1 + k]) is not ({ } real, { } fake))
                return double.NaN;
            errors[k] = (real, fake);
        }
        double sum = 0;
        for (var point = 0; point < Landmarks.Count; point++)
        {
            var (x, y) = (Second(landmarks => landmarks[point].X), Second(landmarks => landmarks[point].Y));
            sum += double.Hypot(x * Side / series.Frames[i].Width, y * Side / series.Frames[i].Height);
        }
        return sum / Landmarks.Count;

        double Second(Func<Landmarks, float> of)
        {
            double Error(int k) => of(errors[k].Fake) - of(errors[k].Real);
            return Error(2) - 2 * Error(1) + Error(0);
        }
    });
}
