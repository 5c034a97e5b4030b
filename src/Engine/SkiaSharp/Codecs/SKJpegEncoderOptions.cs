namespace SkiaSharp;

/// <summary>How a JPEG file is written.</summary>
public readonly struct SKJpegEncoderOptions : IEquatable<SKJpegEncoderOptions>
{
    public static readonly SKJpegEncoderOptions Default = new(100);

    public SKJpegEncoderOptions(int quality)
        : this(quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore)
    {
    }

    public SKJpegEncoderOptions(int quality, SKJpegEncoderDownsample downsample, SKJpegEncoderAlphaOption alphaOption)
    {
        Quality = quality;
        Downsample = downsample;
        AlphaOption = alphaOption;
    }

    /// <summary>0 to 100.</summary>
    public int Quality { get; }

    public SKJpegEncoderDownsample Downsample { get; }

    public SKJpegEncoderAlphaOption AlphaOption { get; }

    public static bool operator ==(SKJpegEncoderOptions left, SKJpegEncoderOptions right) => left.Equals(right);

    public static bool operator !=(SKJpegEncoderOptions left, SKJpegEncoderOptions right) => !left.Equals(right);

    public bool Equals(SKJpegEncoderOptions obj) =>
        Quality == obj.Quality && Downsample == obj.Downsample && AlphaOption == obj.AlphaOption;

    public override bool Equals(object? obj) => obj is SKJpegEncoderOptions options && Equals(options);

    public override int GetHashCode() => HashCode.Combine(Quality, Downsample, AlphaOption);
}
