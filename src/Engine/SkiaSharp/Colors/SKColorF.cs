namespace SkiaSharp;

/// <summary>An unpremultiplied sRGB colour; channels run from 0 to 1 and may lie outside.</summary>
public readonly struct SKColorF : IEquatable<SKColorF>
{
    public static readonly SKColorF Empty;

    public SKColorF(float red, float green, float blue)
        : this(red, green, blue, 1)
    {
    }

    public SKColorF(float red, float green, float blue, float alpha)
    {
        Red = red;
        Green = green;
        Blue = blue;
        Alpha = alpha;
    }

    public float Red { get; }

    public float Green { get; }

    public float Blue { get; }

    public float Alpha { get; }

    /// <summary>The hue in degrees, 0 to 360.</summary>
    public float Hue
    {
        get
        {
            ToHsv(out var hue, out _, out _);
            return hue;
        }
    }

    public SKColorF WithRed(float red) => new(red, Green, Blue, Alpha);

    public SKColorF WithGreen(float green) => new(Red, green, Blue, Alpha);

    public SKColorF WithBlue(float blue) => new(Red, Green, blue, Alpha);

    public SKColorF WithAlpha(float alpha) => new(Red, Green, Blue, alpha);

    public SKColorF Clamp() => new(
        Math.Clamp(Red, 0, 1), Math.Clamp(Green, 0, 1), Math.Clamp(Blue, 0, 1), Math.Clamp(Alpha, 0, 1));

    /// <param name="h">Hue, 0 to 360.</param>
    /// <param name="s">Saturation, 0 to 100.</param>
    /// <param name="l">Lightness, 0 to 100.</param>
    /// <param name="a">Alpha, 0 to 1.</param>
    public static SKColorF FromHsl(float h, float s, float l, float a = 1)
    {
        l /= 100;
        var chroma = (1 - MathF.Abs(2 * l - 1)) * s / 100;
        return FromHueChroma(h, chroma, l - chroma / 2, a);
    }

    /// <param name="h">Hue, 0 to 360.</param>
    /// <param name="s">Saturation, 0 to 100.</param>
    /// <param name="v">Value, 0 to 100.</param>
    /// <param name="a">Alpha, 0 to 1.</param>
    public static SKColorF FromHsv(float h, float s, float v, float a = 1)
    {
        v /= 100;
        var chroma = v * s / 100;
        return FromHueChroma(h, chroma, v - chroma, a);
    }

    // The hue circle has six sides; on each, one channel is full, one empty and one on its way between.
    static SKColorF FromHueChroma(float hue, float chroma, float floor, float alpha)
    {
        var side = (hue / 60 % 6 + 6) % 6;
        var between = chroma * (1 - MathF.Abs(side % 2 - 1)) + floor;
        var full = chroma + floor;
        return (int)side switch
        {
            0 => new SKColorF(full, between, floor, alpha),
            1 => new SKColorF(between, full, floor, alpha),
            2 => new SKColorF(floor, full, between, alpha),
            3 => new SKColorF(floor, between, full, alpha),
            4 => new SKColorF(between, floor, full, alpha),
            _ => new SKColorF(full, floor, between, alpha),
        };
    }

    public void ToHsl(out float h, out float s, out float l)
    {
        var (hue, max, min) = HueMaxMin();
        h = hue;
        l = (max + min) * 50;
        var room = 1 - MathF.Abs(max + min - 1);
        s = room <= 0 ? 0 : (max - min) / room * 100;
    }

    public void ToHsv(out float h, out float s, out float v)
    {
        var (hue, max, min) = HueMaxMin();
        h = hue;
        v = max * 100;
        s = max <= 0 ? 0 : (max - min) / max * 100;
    }

    (float Hue, float Max, float Min) HueMaxMin()
    {
        var max = MathF.Max(Red, MathF.Max(Green, Blue));
        var min = MathF.Min(Red, MathF.Min(Green, Blue));
        var chroma = max - min;
        if (chroma == 0)
            return (0, max, min);
        var side = max == Red ? (Green - Blue) / chroma
            : max == Green ? 2 + (Blue - Red) / chroma
            : 4 + (Red - Green) / chroma;
        return ((side * 60 + 360) % 360, max, min);
    }

    public static implicit operator SKColorF(SKColor color) =>
        new(color.Red / 255f, color.Green / 255f, color.Blue / 255f, color.Alpha / 255f);

    public static explicit operator SKColor(SKColorF color) =>
        new(Channel(color.Red), Channel(color.Green), Channel(color.Blue), Channel(color.Alpha));

    static byte Channel(float value) => (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5f);

    public static bool operator ==(SKColorF left, SKColorF right) => left.Equals(right);

    public static bool operator !=(SKColorF left, SKColorF right) => !left.Equals(right);

    public bool Equals(SKColorF obj) =>
        Red == obj.Red && Green == obj.Green && Blue == obj.Blue && Alpha == obj.Alpha;

    public override bool Equals(object? obj) => obj is SKColorF color && Equals(color);

    public override int GetHashCode() => HashCode.Combine(Red, Green, Blue, Alpha);

    public override string ToString() => ((SKColor)this).ToString();
}
