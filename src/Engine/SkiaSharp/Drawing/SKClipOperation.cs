namespace SkiaSharp;

public enum SKClipOperation
{
    /// <summary>What lies inside is no longer drawn on.</summary>
    Difference = 0,

    /// <summary>What lies outside is no longer drawn on.</summary>
    Intersect = 1,
}
