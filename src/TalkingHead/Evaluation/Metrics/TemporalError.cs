namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// How far the change from one frame to the next is from the truth's: mean |(xᵢ - xᵢ₋₁) - (tᵢ - tᵢ₋₁)| over pixels and
/// channels, values in 0..1, of frames that follow each other in time. Flicker counts, a constant error does not (as the
/// temporal term of Chu et al. 2020, without motion compensation).
/// </summary>
static class TemporalError
{
    internal const string Definition = "mean absolute difference between a frame's change and its truth's, of frames next to each other in "
        + "time, values in 0..1";

    /// <summary>One value a frame; NaN where the frame before it is not there.</summary>
    internal static double[] Compute(FrameSeries series) => series.Each(i => series.Follows[i]
        ? Difference(series.Frames[i].Pixels, series.Frames[i - 1].Pixels, series.Truth[i].Pixels, series.Truth[i - 1].Pixels)
        : double.NaN);

    static double Difference(byte[] frame, byte[] before, byte[] truth, byte[] truthBefore)
    {
        if (frame.Length != before.Length)
            return double.NaN; // pictures of two sizes
        long sum = 0;
        for (var i = 0; i < frame.Length; i++)
            sum += Math.Abs(frame[i] - before[i] - truth[i] + truthBefore[i]);
        return sum / (255.0 * frame.Length);
    }
}
