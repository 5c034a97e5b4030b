namespace SkiaSharp;

/// <summary>Weight, width and slant of a font.</summary>
public class SKFontStyle : SKObject
{
    public SKFontStyle()
        : this(SKFontStyleWeight.Normal, SKFontStyleWidth.Normal, SKFontStyleSlant.Upright)
    {
    }

    public SKFontStyle(SKFontStyleWeight weight, SKFontStyleWidth width, SKFontStyleSlant slant)
        : this((int)weight, (int)width, slant)
    {
    }

    public SKFontStyle(int weight, int width, SKFontStyleSlant slant)
    {
        Weight = weight;
        Width = width;
        Slant = slant;
    }

    public static SKFontStyle Normal { get; } = Shared(SKFontStyleWeight.Normal, SKFontStyleSlant.Upright);

    public static SKFontStyle Bold { get; } = Shared(SKFontStyleWeight.Bold, SKFontStyleSlant.Upright);

    public static SKFontStyle Italic { get; } = Shared(SKFontStyleWeight.Normal, SKFontStyleSlant.Italic);

    public static SKFontStyle BoldItalic { get; } = Shared(SKFontStyleWeight.Bold, SKFontStyleSlant.Italic);

    public int Weight { get; }

    public int Width { get; }

    public SKFontStyleSlant Slant { get; }

    static SKFontStyle Shared(SKFontStyleWeight weight, SKFontStyleSlant slant) =>
        new(weight, SKFontStyleWidth.Normal, slant) { IgnorePublicDispose = true };
}
