namespace TalkingHead.Evaluation.Protocol;

/// <summary>One row's values of a metric, person by person and frame by frame.</summary>
/// <param name="metric">Which one.</param>
/// <param name="seed">Of the bootstrap.</param>
sealed class FrameTally(Metric metric, int seed)
{
    readonly List<double[]> people = [];
    int withoutReal, frames;

    /// <summary>A person's values; NaN where a face was missing, infinite where frames are identical.</summary>
    internal void Add(double[] values, RowRecord real)
    {
        people.Add(values);
        frames += values.Length;
        if (MetricForms.NeedsFaces(metric))
            withoutReal += real.Faces.Count(face => face == 0);
    }

    /// <summary>The mean over all frames; its interval is over people.</summary>
    internal Figure Pooled()
    {
        double[] sums = [.. people.Select(values => values.Where(double.IsFinite).Sum())];
        int[] counts = [.. people.Select(values => values.Count(double.IsFinite))];
        List<string> marks = [];
        var identical = people.Sum(values => values.Count(double.IsPositiveInfinity));
        if (identical > 0)
            marks.Add($"{identical} frames identical to their truth, left out of the mean");
        if (withoutReal > 0)
            marks.Add($"no face found in {withoutReal} of {frames} real frames");
        return Of(sums, counts, marks, frames);
    }

    /// <summary>The mean over one person's frames; its interval is over them.</summary>
    internal Figure OfPerson(int person)
    {
        double[] values = [.. people[person].Where(double.IsFinite)];
        return Of(values, [.. values.Select(_ => 1)], [], people[person].Length);
    }

    /// <summary>How much better this row is than another.</summary>
    internal (Figure Gain, double Better) Against(FrameTally other)
    {
        var sign = MetricForms.HigherIsBetter(metric) ? 1 : -1;
        double[][] gains =
        [
            .. people.Zip(other.people, (mine, theirs) => mine.Zip(theirs, (a, b) => sign * (a - b)).Where(double.IsFinite).ToArray()),
        ];
        var compared = gains.Where(person => person.Length > 0).ToArray();
        return (Of([.. gains.Select(person => person.Sum())], [.. gains.Select(person => person.Length)], [], frames),
            compared.Length == 0 ? 0 : compared.Count(person => person.Sum() > 0) / (double)compared.Length);
    }

    Figure Of(double[] sums, int[] counts, IReadOnlyList<string> marks, int of)
    {
        var interval = Bootstrap.Interval(sums, counts, seed);
        return new(metric.ToString(), counts.Sum() > 0 ? sums.Sum() / counts.Sum() : null) { Low = interval?.Low, High = interval?.High, Frames = counts.Sum(), Missing = of - counts.Sum(), Marks = marks };
    }
}
