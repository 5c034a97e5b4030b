using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>One font: a family in one weight, width and slant.</summary>
public class SKTypeface : SKObject
{
    // usWidthClass 1 to 9 as fontconfig's percentages.
    static readonly int[] WidthPercents = [50, 63, 75, 87, 100, 113, 125, 150, 200];

    static readonly Lazy<SKTypeface> DefaultFace = new(() => Match(null, SKFontStyle.Normal, shared: true));

    readonly CairoText.FontFace face;

    SKTypeface(Fontconfig.Pattern pattern, string file)
    {
        FamilyName = pattern.GetString("family") ?? "";
        FontWeight = Fontconfig.FcWeightToOpenType(pattern.GetInteger("weight", 80));
        var width = Array.BinarySearch(WidthPercents, pattern.GetInteger("width", 100));
        FontWidth = width >= 0 ? width + 1 : (int)SKFontStyleWidth.Normal;
        FontSlant = pattern.GetInteger("slant", 0) switch
        {
            0 => SKFontStyleSlant.Upright,
            < 110 => SKFontStyleSlant.Italic,
            _ => SKFontStyleSlant.Oblique,
        };
        using var only = Fontconfig.OnlyFile(file, pattern.GetInteger("index", 0));
        face = new CairoText.FontFace(CairoText.cairo_ft_font_face_create_for_pattern(only));
        var status = CairoText.cairo_font_face_status(face);
        if (status != 0)
            throw new InvalidOperationException($"The font {file} cannot be opened: {Cairo.StatusText(status)}.");
    }

    /// <summary>The system's usual font.</summary>
    public static SKTypeface Default => DefaultFace.Value;

    public string FamilyName { get; }

    /// <summary>100 (thin) to 1000; 400 is normal, 700 bold.</summary>
    public int FontWeight { get; }

    /// <summary>1 (condensed) to 9; 5 is normal.</summary>
    public int FontWidth { get; }

    public SKFontStyleSlant FontSlant { get; }

    public SKFontStyle FontStyle => new(FontWeight, FontWidth, FontSlant);

    public bool IsBold => FontWeight >= (int)SKFontStyleWeight.SemiBold;

    public bool IsItalic => FontSlant != SKFontStyleSlant.Upright;

    internal CairoText.FontFace Face
    {
        get
        {
            ThrowIfDisposed();
            return face;
        }
    }

    /// <summary>The installed font nearest to a family name; whether it is that family, <see cref="FamilyName"/> tells.</summary>
    /// <exception cref="InvalidOperationException">No font is installed at all.</exception>
    public static SKTypeface FromFamilyName(string? familyName) => FromFamilyName(familyName, SKFontStyle.Normal);

    public static SKTypeface FromFamilyName(string? familyName, SKFontStyle style)
    {
        ArgumentNullException.ThrowIfNull(style);
        return Match(familyName, style, shared: false);
    }

    public static SKTypeface FromFamilyName(
        string? familyName, SKFontStyleWeight weight, SKFontStyleWidth width, SKFontStyleSlant slant) =>
        FromFamilyName(familyName, new SKFontStyle(weight, width, slant));

    public static SKTypeface FromFamilyName(string? familyName, int weight, int width, SKFontStyleSlant slant) =>
        FromFamilyName(familyName, new SKFontStyle(weight, width, slant));

    static SKTypeface Match(string? family, SKFontStyle style, bool shared)
    {
        var slant = style.Slant switch { SKFontStyleSlant.Italic => 100, SKFontStyleSlant.Oblique => 110, _ => 0 };
        var width = WidthPercents[Math.Clamp(style.Width, 1, 9) - 1];
        using var match = Fontconfig.Match(family, style.Weight, width, slant)
            ?? throw new InvalidOperationException("No font is installed; text needs one: apt-get install fonts-dejavu-core");
        return new SKTypeface(match, match.GetString("file")!) { IgnorePublicDispose = shared };
    }

    /// <summary>The font in a file, or null where it holds none.</summary>
    /// <param name="path">TrueType, OpenType or a collection.</param>
    /// <param name="index">Which of a collection.</param>
    public static SKTypeface? FromFile(string path, int index = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var pattern = File.Exists(path) ? Fontconfig.OfFile(path, index) : null;
        return pattern is null ? null : new SKTypeface(pattern, path);
    }

    public SKFont ToFont() => new(this);

    public SKFont ToFont(float size, float scaleX = 1, float skewX = 0) => new(this, size, scaleX, skewX);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            face.Dispose();
        base.Dispose(disposing);
    }
}
