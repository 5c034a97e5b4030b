using System.Globalization;

namespace TalkingHead.Media;

/// <summary>Frames a second as an exact fraction, such as 30000/1001.</summary>
public readonly record struct FrameRate(int Numerator, int Denominator)
{
    public double PerSecond => (double)Numerator / Denominator;

    /// <summary>Reads "25", "30000/1001" or "12.5"; false for zero, negative and absurd rates.</summary>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length > 2 || !decimal.TryParse(parts[0], NumberStyles.Number, CultureInfo.InvariantCulture, out var top))
            return false;
        var bottom = 1m;
        if (parts.Length == 2 && !decimal.TryParse(parts[1], NumberStyles.Number, CultureInfo.InvariantCulture, out bottom))
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

    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
