using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Normalised mean error: mean Euclidean distance over the 68 landmarks, over the distance between the outer corners of
/// the real face's eyes (points 36 and 45). Lower is better.
/// </summary>
public static class Nme
{
    internal const string Definition = "mean distance of 68 landmarks over the real face's distance of outer eye corners";

    /// <summary>The error; infinite where the real face's eyes coincide.</summary>
    public static double Compute(Landmarks real, Landmarks fake)
    {
        var sum = 0.0;
        for (var i = 0; i < Landmarks.Count; i++)
            sum += double.Hypot(real[i].X - fake[i].X, real[i].Y - fake[i].Y);
        return sum / Landmarks.Count / double.Hypot(real[36].X - real[45].X, real[36].Y - real[45].Y);
    }
}
