namespace SkiaSharp;

/// <summary>What a pixel's alpha means for its colour.</summary>
public enum SKAlphaType
{
    Unknown = 0,

    /// <summary>Every pixel is opaque; the alpha byte is not looked at.</summary>
    Opaque = 1,

    /// <summary>Colours are multiplied by alpha.</summary>
    Premul = 2,

    /// <summary>Colours stand as they are, whatever their alpha.</summary>
    Unpremul = 3,
}
