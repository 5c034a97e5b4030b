namespace SkiaSharp;

/// <summary>How what is drawn (source) meets what is there (destination).</summary>
public enum SKBlendMode
{
    Clear = 0,
    Src = 1,
    Dst = 2,
    SrcOver = 3,
    DstOver = 4,
    DstOut = 8,
    SrcATop = 9,
    Xor = 11,
    Plus = 12,
    Screen = 14,
    Overlay = 15,
    Darken = 16,
    Lighten = 17,
    ColorDodge = 18,
    ColorBurn = 19,
    HardLight = 20,
    SoftLight = 21,
    Difference = 22,
    Exclusion = 23,
    Multiply = 24,
}
