namespace SkiaSharp;

/// <summary>How lines meet.</summary>
public enum SKStrokeJoin
{
    Miter = 0,
    Round = 1,
    Bevel = 2,
}
