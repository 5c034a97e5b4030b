namespace SkiaSharp;

/// <summary>How a WebP file is written.</summary>
public readonly struct SKWebpEncoderOptions : IEquatable<SKWebpEncoderOptions>
{
    public static readonly SKWebpEncoderOptions Default = new(SKWebpEncoderCompression.Lossy, 100);

    public SKWebpEncoderOptions(SKWebpEncoderCompression compression, float quality)
    {
        Compression = compression;
        Quality = quality;
    }

    public SKWebpEncoderCompression Compression { get; }

    /// <summary>0 to 100; a lossless file is the same at every quality.</summary>
    public float Quality { get; }

    public static bool operator ==(SKWebpEncoderOptions left, SKWebpEncoderOptions right) => left.Equals(right);

    public static bool operator !=(SKWebpEncoderOptions left, SKWebpEncoderOptions right) => !left.Equals(right);

    public bool Equals(SKWebpEncoderOptions obj) => Compression == obj.Compression && Quality == obj.Quality;

    public override bool Equals(object? obj) => obj is SKWebpEncoderOptions options && Equals(options);

    public override int GetHashCode() => HashCode.Combine(Compression, Quality);
}
