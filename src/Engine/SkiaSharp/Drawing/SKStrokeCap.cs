namespace SkiaSharp;

/// <summary>How open lines end.</summary>
public enum SKStrokeCap
{
    Butt = 0,
    Round = 1,
    Square = 2,
}
