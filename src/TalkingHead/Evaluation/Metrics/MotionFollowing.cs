using TalkingHead.Faces;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Whether a head moves as its driver does, whatever its own shape: trajectories of pose or expression over a person's frames
/// are compared after each trajectory's mean is taken off. The error is the mean absolute difference over the trajectories;
/// the correlation is Pearson's, the mean over them, 0 where the head stands still.
/// </summary>
static class MotionFollowing
{
    internal const string Openings = "eye opening, mouth opening and mouth width";
    const int LeastFrames = 3;

    internal static string ErrorDefinition(string what) => $"mean absolute difference from the driver's {what}, each less its mean over "
        + $"the person's frames";

    internal static string CorrelationDefinition(string what) =>
        $"Pearson correlation with the driver's {what} over the person's frames, mean of them; 0 for a head that stands still";

    /// <summary>Yaw, pitch and roll in degrees.</summary>
    internal static double[]? Pose(Landmarks landmarks) => HeadPose.Compute(landmarks)?.Angles;

    /// <summary>
    /// Opening of the eyes (height over width), opening and width of the mouth (over the distance of the outer eye corners).
    /// </summary>
    internal static double[]? Expression(Landmarks landmarks)
    {
        var eyes = Between(36, 45);
        return eyes > 0 ? [landmarks.EyeOpening, Between(62, 66) / eyes, Between(48, 54) / eyes] : null;

        double Between(int a, int b) => double.Hypot(landmarks[a].X - landmarks[b].X, landmarks[a].Y - landmarks[b].Y);
    }

    /// <summary>One value a frame; NaN where a face is missing.</summary>
    internal static double[] Error(FrameSeries series, Func<Landmarks, double[]?> of)
    {
        var (real, fake) = Centred(series, of);
        return series.Each(i => (real[i], fake[i]) is ({ } one, { } other) ? one.Zip(other, (a, b) => Math.Abs(a - b)).Average()
            : double.NaN);
    }

    /// <summary>
    /// The person's correlation at every frame with both faces; NaN at others, and everywhere where the driver stands still.
    /// </summary>
    internal static double[] Correlation(FrameSeries series, Func<Landmarks, double[]?> of)
    {
        var (real, fake) = Centred(series, of);
        var pairs = real.Zip(fake).Where(pair => pair is ({ }, { })).Select(pair => (One: pair.First!, Other: pair.Second!)).ToArray();
        double[] found = pairs.Length < LeastFrames ? [] : [.. Enumerable.Range(0, pairs[0].One.Length).Select(k =>
        {
            double own = pairs.Sum(pair => pair.One[k] * pair.One[k]), others = pairs.Sum(pair => pair.Other[k] * pair.Other[k]);
            return own == 0 ? double.NaN : others == 0 ? 0 : pairs.Sum(pair => pair.One[k] * pair.Other[k]) / Math.Sqrt(own * others);
        }).Where(double.IsFinite)];
        var mean = found.Length == 0 ? double.NaN : found.Average();
        return series.Each(i => (real[i], fake[i]) is ({ }, { }) ? mean : double.NaN);
    }

    // Of frames with both faces, less the mean over these.
    static (double[]?[] Real, double[]?[] Fake) Centred(FrameSeries series, Func<Landmarks, double[]?> of)
    {
        var both = series.Real.Zip(series.Fake, (one, other) =>
            one is null || other is null ? ((double[]?)null, (double[]?)null) : (of(one), of(other)))
            .Select(pair => pair is ({ }, { }) ? pair : (null, null)).ToArray();
        return (Less([.. both.Select(pair => pair.Item1)]), Less([.. both.Select(pair => pair.Item2)]));

        static double[]?[] Less(double[]?[] values)
        {
            var known = values.OfType<double[]>().ToArray();
            if (known.Length == 0)
                return values;
            double[] mean = [.. known[0].Select((_, k) => known.Average(value => value[k]))];
            return [.. values.Select(value => value?.Zip(mean, (a, b) => a - b).ToArray())];
        }
    }
}
