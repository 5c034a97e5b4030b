namespace SkiaSharp;

/// <summary>Which side of a path is inside.</summary>
public enum SKPathFillType
{
    /// <summary>Where the path winds around, in whichever sense.</summary>
    Winding = 0,

    /// <summary>Where a ray crosses the path an odd number of times.</summary>
    EvenOdd = 1,
}
