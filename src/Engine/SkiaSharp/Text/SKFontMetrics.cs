namespace SkiaSharp;

/// <summary>Distances of a font in pixels from the base line; up is negative.</summary>
public record struct SKFontMetrics : IEquatable<SKFontMetrics>
{
    /// <summary>Above the base line: negative.</summary>
    public float Ascent { get; internal init; }

    /// <summary>Below the base line: positive.</summary>
    public float Descent { get; internal init; }

    /// <summary>The gap between one line's descent and the next one's ascent.</summary>
    public float Leading { get; internal init; }

    /// <summary>The height of a flat capital letter.</summary>
    public float CapHeight { get; internal init; }

    /// <summary>The height of a lower-case x.</summary>
    public float XHeight { get; internal init; }

    public readonly bool Equals(SKFontMetrics obj) =>
        Ascent == obj.Ascent && Descent == obj.Descent && Leading == obj.Leading &&
        CapHeight == obj.CapHeight && XHeight == obj.XHeight;

    public override readonly int GetHashCode() => HashCode.Combine(Ascent, Descent, Leading, CapHeight, XHeight);
}
