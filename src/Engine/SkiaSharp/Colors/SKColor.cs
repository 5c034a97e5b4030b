using System.Globalization;

namespace SkiaSharp;

/// <summary>An unpremultiplied sRGB colour of 8 bits a channel, held as 0xAARRGGBB.</summary>
public readonly struct SKColor : IEquatable<SKColor>
{
    public static readonly SKColor Empty;

    readonly uint value;

    /// <param name="value">0xAARRGGBB.</param>
    public SKColor(uint value) => this.value = value;

    public SKColor(byte red, byte green, byte blue)
        : this(red, green, blue, byte.MaxValue)
    {
    }

    public SKColor(byte red, byte green, byte blue, byte alpha) =>
        value = (uint)(alpha << 24 | red << 16 | green << 8 | blue);

    public byte Alpha => (byte)(value >> 24);

    public byte Red => (byte)(value >> 16);

    public byte Green => (byte)(value >> 8);

    public byte Blue => (byte)value;

    /// <summary>The hue in degrees, 0 to 360.</summary>
    public float Hue => ((SKColorF)this).Hue;

    public SKColor WithRed(byte red) => new(red, Green, Blue, Alpha);

    public SKColor WithGreen(byte green) => new(Red, green, Blue, Alpha);

    public SKColor WithBlue(byte blue) => new(Red, Green, blue, Alpha);

    public SKColor WithAlpha(byte alpha) => new(Red, Green, Blue, alpha);

    /// <param name="h">Hue, 0 to 360.</param>
    /// <param name="s">Saturation, 0 to 100.</param>
    /// <param name="l">Lightness, 0 to 100.</param>
    /// <param name="a">Alpha, 0 to 255.</param>
    public static SKColor FromHsl(float h, float s, float l, byte a = 255) =>
        ((SKColor)SKColorF.FromHsl(h, s, l)).WithAlpha(a);

    /// <param name="h">Hue, 0 to 360.</param>
    /// <param name="s">Saturation, 0 to 100.</param>
    /// <param name="v">Value, 0 to 100.</param>
    /// <param name="a">Alpha, 0 to 255.</param>
    public static SKColor FromHsv(float h, float s, float v, byte a = 255) =>
        ((SKColor)SKColorF.FromHsv(h, s, v)).WithAlpha(a);

    public void ToHsl(out float h, out float s, out float l) => ((SKColorF)this).ToHsl(out h, out s, out l);

    public void ToHsv(out float h, out float s, out float v) => ((SKColorF)this).ToHsv(out h, out s, out v);

    /// <summary>Reads "#rgb", "#argb", "#rrggbb" or "#aarrggbb"; the "#" may be left out.</summary>
    /// <exception cref="ArgumentException">The text is no such colour.</exception>
    public static SKColor Parse(string hexString) => TryParse(hexString, out var color)
        ? color
        : throw new ArgumentException(
            $"\"{hexString}\" is no colour: expected #rgb, #argb, #rrggbb or #aarrggbb.", nameof(hexString));

    public static bool TryParse(string hexString, out SKColor color)
    {
        color = Empty;
        var digits = (hexString ?? "").AsSpan().Trim().TrimStart('#');
        if (!uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return false;
        switch (digits.Length)
        {
            case 3 or 4:
                static byte Twice(uint nibble) => (byte)((nibble & 15) * 17);
                color = new SKColor(
                    Twice(number >> 8), Twice(number >> 4), Twice(number), digits.Length == 3 ? byte.MaxValue : Twice(number >> 12));
                return true;
            case 6:
                color = new SKColor(0xFF000000 | number);
                return true;
            case 8:
                color = new SKColor(number);
                return true;
            default:
                return false;
        }
    }

    public static implicit operator SKColor(uint color) => new(color);

    public static explicit operator uint(SKColor color) => color.value;

    public static bool operator ==(SKColor left, SKColor right) => left.Equals(right);

    public static bool operator !=(SKColor left, SKColor right) => !left.Equals(right);

    public bool Equals(SKColor obj) => value == obj.value;

    public override bool Equals(object? other) => other is SKColor color && Equals(color);

    public override int GetHashCode() => value.GetHashCode();

    public override string ToString() => $"#{value:x8}";
}
