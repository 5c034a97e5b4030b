using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Average keypoint distance: mean absolute difference over the 136 coordinates of the 68 landmarks, in pixels of a frame
/// of 256x256 (other frames' coordinates are scaled to it). Lower is better.
/// </summary>
public static class Akd
{
    const double Side = 256;

    internal const string Definition = "mean absolute difference of 136 landmark coordinates, in pixels at 256x256";

    /// <summary>The distance of two faces in frames of one size.</summary>
    public static double Compute(Landmarks real, Landmarks fake, int width, int height)
    {
        var sum = 0.0;
        for (var i = 0; i < Landmarks.Count; i++)
            sum += Math.Abs(real[i].X - fake[i].X) * Side / width + Math.Abs(real[i].Y - fake[i].Y) * Side / height;
        return sum / (2 * Landmarks.Count);
    }
}
