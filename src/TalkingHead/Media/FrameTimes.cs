using System.Globalization;

namespace TalkingHead.Media;

/// <summary>
/// When the frames of a video are shown, in seconds on the file's own clock: 0 is where its earliest stream begins, so that
/// sound and pictures share the clock. The one model of time: readers, trackers, datasets and writers all take times from here.
/// </summary>
public sealed class FrameTimes
{
    /// <summary>Times that lie this close to an even spacing are even: containers round to milliseconds, GIFs to hundredths.</summary>
    const double Rounding = 0.01;

    /// <summary>A clock that spans more is damaged.</summary>
    internal const double MostSeconds = 7 * 24 * 3600;

    readonly double[] shown; // ascending
    readonly double last;    // how long the last frame is shown

    FrameTimes(double[] shown, double last, FrameRate rate, bool even) =>
        (this.shown, this.last, Rate, AreEven) = (shown, last, rate, even);

    /// <summary>Frames a second; the average where the spacing varies.</summary>
    public FrameRate Rate { get; }

    /// <summary>Whether frame i is shown i / <see cref="Rate"/> seconds after the first.</summary>
    public bool AreEven { get; }

    /// <summary>Frames.</summary>
    public int Count => shown.Length;

    /// <summary>When a frame is shown.</summary>
    public double this[int frame] => shown[frame];

    /// <summary>When the last frame's time is over.</summary>
    public double End => shown[^1] + last;

    /// <summary>From the first frame to the end of the last one.</summary>
    public double Seconds => End - shown[0];

    /// <summary>Evenly spaced frames.</summary>
    public static FrameTimes Even(int count, FrameRate rate, double start = 0) =>
        new([.. Enumerable.Range(0, count).Select(i => start + i / rate.PerSecond)], 1 / rate.PerSecond, rate, even: true);

    /// <summary>Frames as a file lists them.</summary>
    /// <param name="seconds">At least one, in any order.</param>
    /// <param name="last">How long the last one is shown; 0 where the file does not say.</param>
    /// <param name="likely">Rates that the file names, the likeliest first: the first one that fits its times is taken.</param>
    internal static FrameTimes From(IEnumerable<double> seconds, double last, IReadOnlyList<FrameRate> likely)
    {
        double[] shown = [.. seconds.Order()];
        var average = shown.Length > 1 && shown[^1] > shown[0] ? (shown.Length - 1) / (shown[^1] - shown[0]) : 0;
        var known = FrameRate.TryParse(average.ToString("0.###", CultureInfo.InvariantCulture), out var mean);
        FrameRate[] rates = known ? [.. likely, mean] : likely.Count > 0 ? [.. likely] : [new(25, 1)];
        foreach (var rate in rates)
        {
            var tolerance = Math.Min(Rounding, 0.5 / rate.PerSecond);
            if (shown.Index().All(frame => Math.Abs(frame.Item - shown[0] - frame.Index / rate.PerSecond) < tolerance))
                return Even(shown.Length, rate, shown[0]);
        }

        return new(shown, last > 0 ? last : 1 / rates[^1].PerSecond, rates[^1], even: false);
    }

    /// <summary>The frame on the screen at a time: the first one before all, the last one after.</summary>
    public int At(double seconds)
    {
        var found = Array.BinarySearch(shown, seconds);
        return Math.Max(0, found >= 0 ? found : ~found - 1);
    }

    /// <summary>The frame whose time is nearest.</summary>
    internal int Nearest(double seconds)
    {
        var before = At(seconds);
        return before + 1 < Count && shown[before + 1] - seconds < seconds - shown[before] ? before + 1 : before;
    }

    /// <summary>The frame at a fraction of the whole length, such as 1/2; <see cref="Count"/> at its end.</summary>
    internal int At(long part, long parts) => AreEven || part >= parts ? (int)(Count * part / parts)
        : At(shown[0] + Seconds * part / parts);

    /// <summary>So many frames from [first, end), spread evenly over their time; all of them where there are no more.</summary>
    internal int[] Evenly(int first, int end, int count)
    {
        if (AreEven || count == 0 || count >= end - first)
            return EvenNumbers(first, end, count);
        var (from, length) = (shown[first], (end < Count ? shown[end] : End) - shown[first]);
        return [.. Enumerable.Range(0, count).Select(i => At(from + (2L * i + 1) * length / (2L * count))).Distinct()];
    }

    /// <summary>So many numbers from [first, end), evenly spaced; all of them where there are no more.</summary>
    internal static int[] EvenNumbers(int first, int end, int count)
    {
        var length = end - first;
        if (count == 0 || count >= length)
            return [.. Enumerable.Range(first, length)];
        return [.. Enumerable.Range(0, count).Select(i => first + (int)((2L * i + 1) * length / (2L * count)))];
    }
}

/// <summary>A frame with its time.</summary>
/// <param name="Picture">The whole frame.</param>
/// <param name="Number">Its place among the frames that the file lists, from 0: a number that is left out could not be read.</param>
/// <param name="Seconds">When it is shown, on the clock of <see cref="FrameTimes"/>.</param>
public readonly record struct TimedPicture(Picture Picture, int Number, double Seconds);

/// <summary>Frames a second as an exact fraction, such as 30000/1001.</summary>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    /// <summary>Frames a second, rounded to a double.</summary>
    public double PerSecond => (double)Numerator / Denominator;

    /// <summary>Reads "25", "30000/1001" or "12.5"; false for zero, negative and absurd rates.</summary>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length > 2 || !decimal.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var top))
            return false;
        var bottom = 1m;
        if (parts.Length == 2 && !decimal.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out bottom))
            return false;
        if (top <= 0 || bottom <= 0 || top > int.MaxValue || bottom > int.MaxValue)
            return false;
        while (top != decimal.Truncate(top) && top < 1e8m && bottom < 1e8m)
            (top, bottom) = (top * 10, bottom * 10);

        long numerator = (long)top, denominator = (long)bottom;
        var divisor = GreatestCommonDivisor(numerator, denominator);
        rate = new((int)(numerator / divisor), (int)(denominator / divisor));
        return rate.PerSecond is >= 0.001 and <= 1000;
    }

    /// <summary>As ffmpeg writes it: "25" or "30000/1001".</summary>
    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
