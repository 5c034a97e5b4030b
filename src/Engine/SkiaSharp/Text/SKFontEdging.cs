namespace SkiaSharp;

/// <summary>How the edges of letters are drawn.</summary>
public enum SKFontEdging
{
    Alias = 0,
    Antialias = 1,
}
