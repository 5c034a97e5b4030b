namespace SkiaSharp;

/// <summary>What <see cref="SKCanvas.DrawPoints"/> makes of its points.</summary>
public enum SKPointMode
{
    /// <summary>A dot each.</summary>
    Points = 0,

    /// <summary>A line for each pair.</summary>
    Lines = 1,

    /// <summary>One line through all.</summary>
    Polygon = 2,
}
