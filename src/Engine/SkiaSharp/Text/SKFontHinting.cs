namespace SkiaSharp;

/// <summary>How far letters are bent to the pixel grid.</summary>
public enum SKFontHinting
{
    None = 0,
    Slight = 1,
    Normal = 2,
    Full = 3,
}
