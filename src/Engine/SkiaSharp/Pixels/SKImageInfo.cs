namespace SkiaSharp;

/// <summary>The size of a picture and the layout of its pixels.</summary>
public record struct SKImageInfo : IEquatable<SKImageInfo>
{
    public static readonly SKImageInfo Empty;

    /// <summary>The layout a picture gets where none is asked for.</summary>
    public static readonly SKColorType PlatformColorType = SKColorType.Bgra8888;

    public static readonly int PlatformColorAlphaShift = 24;

    public static readonly int PlatformColorRedShift = 16;

    public static readonly int PlatformColorGreenShift = 8;

    public static readonly int PlatformColorBlueShift;

    public SKImageInfo(int width, int height)
        : this(width, height, PlatformColorType)
    {
    }

    public SKImageInfo(int width, int height, SKColorType colorType)
        : this(width, height, colorType, SKAlphaType.Premul)
    {
    }

    public SKImageInfo(int width, int height, SKColorType colorType, SKAlphaType alphaType)
    {
        Width = width;
        Height = height;
        ColorType = colorType;
        AlphaType = alphaType;
    }

    public int Width { get; set; }

    public int Height { get; set; }

    public SKColorType ColorType { get; set; }

    public SKAlphaType AlphaType { get; set; }

    public readonly int BytesPerPixel => ColorType switch
    {
        SKColorType.Alpha8 or SKColorType.Gray8 => 1,
        SKColorType.Rgba8888 or SKColorType.Rgb888x or SKColorType.Bgra8888 => 4,
        _ => 0,
    };

    public readonly int BitShiftPerPixel => BytesPerPixel == 4 ? 2 : 0;

    public readonly int BitsPerPixel => BytesPerPixel * 8;

    /// <summary>Bytes of all pixels without gaps. <see cref="BytesSize64"/> does not overflow on a hostile size.</summary>
    public readonly int BytesSize => Width * Height * BytesPerPixel;

    public readonly long BytesSize64 => (long)Width * Height * BytesPerPixel;

    /// <summary>Bytes of one row without a gap.</summary>
    public readonly int RowBytes => Width * BytesPerPixel;

    public readonly long RowBytes64 => (long)Width * BytesPerPixel;

    public readonly bool IsEmpty => Width <= 0 || Height <= 0;

    public readonly bool IsOpaque => AlphaType == SKAlphaType.Opaque;

    public readonly SKSizeI Size => new(Width, Height);

    public readonly SKRectI Rect => SKRectI.Create(Width, Height);

    public readonly SKImageInfo WithSize(SKSizeI size) => WithSize(size.Width, size.Height);

    public readonly SKImageInfo WithSize(int width, int height) => new(width, height, ColorType, AlphaType);

    public readonly SKImageInfo WithColorType(SKColorType newColorType) => new(Width, Height, newColorType, AlphaType);

    public readonly SKImageInfo WithAlphaType(SKAlphaType newAlphaType) => new(Width, Height, ColorType, newAlphaType);

    /// <summary>
    /// The same layout with the alpha meaning it must have: grey and 888x are opaque, coverage is premultiplied. False where
    /// the layout or its alpha is unknown.
    /// </summary>
    internal readonly bool TrySettleAlpha(out SKImageInfo settled)
    {
        settled = ColorType switch
        {
            SKColorType.Gray8 or SKColorType.Rgb888x => WithAlphaType(SKAlphaType.Opaque),
            SKColorType.Alpha8 when AlphaType == SKAlphaType.Unpremul => WithAlphaType(SKAlphaType.Premul),
            _ => this,
        };
        return BytesPerPixel > 0 && settled.AlphaType != SKAlphaType.Unknown;
    }

    /// <summary>Whether pixels of this layout can be held in one span: a known layout of at most 2 GiB.</summary>
    internal readonly bool IsAllocatable =>
        Width > 0 && Height > 0 && BytesPerPixel > 0 && (long)Width * Height <= int.MaxValue / BytesPerPixel;

    public readonly bool Equals(SKImageInfo obj) =>
        Width == obj.Width && Height == obj.Height && ColorType == obj.ColorType && AlphaType == obj.AlphaType;

    public override readonly int GetHashCode() => HashCode.Combine(Width, Height, ColorType, AlphaType);
}
