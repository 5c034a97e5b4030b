namespace SkiaSharp;

/// <summary>Where a line of text lies to its position.</summary>
public enum SKTextAlign
{
    Left = 0,
    Center = 1,
    Right = 2,
}
