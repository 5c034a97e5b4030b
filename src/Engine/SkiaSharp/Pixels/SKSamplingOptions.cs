namespace SkiaSharp;

/// <summary>How pixels between pixels are made up when a picture is scaled or turned.</summary>
public readonly struct SKSamplingOptions : IEquatable<SKSamplingOptions>
{
    /// <summary>The nearest pixel.</summary>
    public static readonly SKSamplingOptions Default;

    public SKSamplingOptions(SKCubicResampler resampler)
    {
        UseCubic = true;
        Cubic = resampler;
    }

    public SKSamplingOptions(SKFilterMode filter)
        : this(filter, SKMipmapMode.None)
    {
    }

    /// <param name="filter">How to read between pixels.</param>
    /// <param name="mipmap">Whether to average on shrinking; without, pixels are skipped and edges shimmer.</param>
    public SKSamplingOptions(SKFilterMode filter, SKMipmapMode mipmap)
    {
        Filter = filter;
        Mipmap = mipmap;
    }

    public bool UseCubic { get; }

    public SKCubicResampler Cubic { get; }

    public SKFilterMode Filter { get; }

    public SKMipmapMode Mipmap { get; }

    /// <summary>The filter's value at <paramref name="x"/> source pixels from its middle: a cubic, or a triangle.</summary>
    internal double Weight(double x)
    {
        x = Math.Abs(x);
        if (!UseCubic)
            return Math.Max(0, 1 - x);
        double b = Cubic.B, c = Cubic.C;
        return x switch
        {
            // Mitchell and Netravali 1988, equation 8
            < 1 => ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6,
            < 2 => ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6,
            _ => 0,
        };
    }

    public static bool operator ==(SKSamplingOptions left, SKSamplingOptions right) => left.Equals(right);

    public static bool operator !=(SKSamplingOptions left, SKSamplingOptions right) => !left.Equals(right);

    public bool Equals(SKSamplingOptions obj) =>
        UseCubic == obj.UseCubic && Cubic == obj.Cubic && Filter == obj.Filter && Mipmap == obj.Mipmap;

    public override bool Equals(object? obj) => obj is SKSamplingOptions options && Equals(options);

    public override int GetHashCode() => HashCode.Combine(UseCubic, Cubic, Filter, Mipmap);
}
