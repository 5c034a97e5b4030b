namespace SkiaSharp;

/// <summary>How one path is added to another.</summary>
public enum SKPathAddMode
{
    /// <summary>As outlines of its own.</summary>
    Append = 0,

    /// <summary>With a line from the last point to its first.</summary>
    Extend = 1,
}
