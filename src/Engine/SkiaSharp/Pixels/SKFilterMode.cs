namespace SkiaSharp;

public enum SKFilterMode
{
    Nearest = 0,
    Linear = 1,
}
