namespace SkiaSharp;

/// <summary>How a pixel's bytes are laid out, in memory order.</summary>
public enum SKColorType
{
    Unknown = 0,

    /// <summary>One byte: coverage, black where seen as colour.</summary>
    Alpha8 = 1,

    /// <summary>Four bytes: red, green, blue, alpha.</summary>
    Rgba8888 = 4,

    /// <summary>Four bytes: red, green, blue, 255.</summary>
    Rgb888x = 5,

    /// <summary>Four bytes: blue, green, red, alpha.</summary>
    Bgra8888 = 6,

    /// <summary>One byte: grey, opaque.</summary>
    Gray8 = 9,
}
