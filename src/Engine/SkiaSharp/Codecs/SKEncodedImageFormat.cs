namespace SkiaSharp;

/// <summary>The kinds of picture files that are read and written.</summary>
public enum SKEncodedImageFormat
{
    Jpeg = 3,
    Png = 4,
    Webp = 6,
}
