namespace SkiaSharp;

/// <summary>What becomes of a line before it is stroked: dashes.</summary>
public class SKPathEffect : SKObject
{
    SKPathEffect(double[] intervals, double phase)
    {
        Intervals = intervals;
        Phase = phase;
    }

    internal double[] Intervals { get; }

    internal double Phase { get; }

    /// <param name="intervals">Lengths in pixels: on, off, on, off …</param>
    /// <param name="phase">How far into the intervals the line begins.</param>
    public static SKPathEffect CreateDash(float[] intervals, float phase)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        if (intervals.Length == 0 || intervals.Length % 2 != 0)
            throw new ArgumentException($"Dashes come in pairs of on and off, found {intervals.Length} lengths.", nameof(intervals));
        if (!intervals.All(length => length >= 0 && float.IsFinite(length)) || intervals.Sum() <= 0 || !float.IsFinite(phase))
            throw new ArgumentException($"Dashes must be lengths of at least 0, not all 0; found {string.Join(", ", intervals)}.", nameof(intervals));
        return new SKPathEffect([.. intervals.Select(length => (double)length)], phase);
    }
}
