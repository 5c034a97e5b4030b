namespace SkiaSharp;

/// <summary>A width and a height in pixels.</summary>
public record struct SKSize : IEquatable<SKSize>
{
    public static readonly SKSize Empty;

    public SKSize(SKPoint pt)
        : this(pt.X, pt.Y)
    {
    }

    public SKSize(float width, float height)
    {
        Width = width;
        Height = height;
    }

    public float Width { get; set; }

    public float Height { get; set; }

    public readonly bool IsEmpty => this == Empty;

    public readonly SKPoint ToPoint() => new(Width, Height);

    public readonly SKSizeI ToSizeI() => new(checked((int)Width), checked((int)Height));

    public static SKSize Add(SKSize sz1, SKSize sz2) => sz1 + sz2;

    public static SKSize Subtract(SKSize sz1, SKSize sz2) => sz1 - sz2;

    public static SKSize operator +(SKSize sz1, SKSize sz2) => new(sz1.Width + sz2.Width, sz1.Height + sz2.Height);

    public static SKSize operator -(SKSize sz1, SKSize sz2) => new(sz1.Width - sz2.Width, sz1.Height - sz2.Height);

    public static explicit operator SKPoint(SKSize size) => new(size.Width, size.Height);

    public static implicit operator SKSize(SKSizeI size) => new(size.Width, size.Height);

    public readonly bool Equals(SKSize obj) => Width == obj.Width && Height == obj.Height;

    public override readonly int GetHashCode() => HashCode.Combine(Width, Height);

    public override readonly string ToString() => $"{{Width={Width}, Height={Height}}}";
}
