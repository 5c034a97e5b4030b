namespace SkiaSharp;

/// <summary>A rectangle by its edges, in pixels; y down, so the top is the smaller value.</summary>
public record struct SKRect : IEquatable<SKRect>
{
    public static readonly SKRect Empty;

    public SKRect(float left, float top, float right, float bottom)
    {
        Left = left;
        Top = top;
        Right = right;
        Bottom = bottom;
    }

    public float Left { get; set; }

    public float Top { get; set; }

    public float Right { get; set; }

    public float Bottom { get; set; }

    public readonly float Width => Right - Left;

    public readonly float Height => Bottom - Top;

    public readonly float MidX => Left + Width / 2;

    public readonly float MidY => Top + Height / 2;

    public readonly bool IsEmpty => this == Empty;

    public SKSize Size
    {
        readonly get => new(Width, Height);
        set
        {
            Right = Left + value.Width;
            Bottom = Top + value.Height;
        }
    }

    public SKPoint Location
    {
        readonly get => new(Left, Top);
        set => this = Create(value, Size);
    }

    /// <summary>The same rectangle with left ≤ right and top ≤ bottom.</summary>
    public readonly SKRect Standardized => new(
        MathF.Min(Left, Right), MathF.Min(Top, Bottom), MathF.Max(Left, Right), MathF.Max(Top, Bottom));

    public static SKRect Create(SKSize size) => Create(SKPoint.Empty, size);

    public static SKRect Create(SKPoint location, SKSize size) => Create(location.X, location.Y, size.Width, size.Height);

    public static SKRect Create(float width, float height) => new(0, 0, width, height);

    public static SKRect Create(float x, float y, float width, float height) => new(x, y, x + width, y + height);

    /// <summary>The largest rectangle of the shape of <paramref name="size"/> inside this one, centred.</summary>
    public readonly SKRect AspectFit(SKSize size) => Aspect(size, MathF.Min(Width / size.Width, Height / size.Height));

    /// <summary>The smallest rectangle of the shape of <paramref name="size"/> that covers this one, centred.</summary>
    public readonly SKRect AspectFill(SKSize size) => Aspect(size, MathF.Max(Width / size.Width, Height / size.Height));

    readonly SKRect Aspect(SKSize size, float scale)
    {
        if (size.Width == 0 || size.Height == 0 || Width == 0 || Height == 0)
            return Create(MidX, MidY, 0, 0);
        float width = size.Width * scale, height = size.Height * scale;
        return Create(MidX - width / 2, MidY - height / 2, width, height);
    }

    public readonly bool Contains(SKPoint pt) => Contains(pt.X, pt.Y);

    public readonly bool Contains(float x, float y) => x >= Left && x < Right && y >= Top && y < Bottom;

    public readonly bool Contains(SKRect rect) =>
        Left <= rect.Left && Right >= rect.Right && Top <= rect.Top && Bottom >= rect.Bottom;

    public readonly bool IntersectsWith(SKRect rect) =>
        Left < rect.Right && Right > rect.Left && Top < rect.Bottom && Bottom > rect.Top;

    public readonly bool IntersectsWithInclusive(SKRect rect) =>
        Left <= rect.Right && Right >= rect.Left && Top <= rect.Bottom && Bottom >= rect.Top;

    public void Intersect(SKRect rect) => this = Intersect(this, rect);

    public static SKRect Intersect(SKRect a, SKRect b) => a.IntersectsWithInclusive(b)
        ? new SKRect(
            MathF.Max(a.Left, b.Left), MathF.Max(a.Top, b.Top), MathF.Min(a.Right, b.Right), MathF.Min(a.Bottom, b.Bottom))
        : Empty;

    public void Union(SKRect rect) => this = Union(this, rect);

    public static SKRect Union(SKRect a, SKRect b) => new(
        MathF.Min(a.Left, b.Left), MathF.Min(a.Top, b.Top), MathF.Max(a.Right, b.Right), MathF.Max(a.Bottom, b.Bottom));

    public void Inflate(SKSize size) => Inflate(size.Width, size.Height);

    public void Inflate(float x, float y) => this = new SKRect(Left - x, Top - y, Right + x, Bottom + y);

    public static SKRect Inflate(SKRect rect, float x, float y)
    {
        rect.Inflate(x, y);
        return rect;
    }

    public void Offset(SKPoint pos) => Offset(pos.X, pos.Y);

    public void Offset(float x, float y) => this = new SKRect(Left + x, Top + y, Right + x, Bottom + y);

    public static implicit operator SKRect(SKRectI r) => new(r.Left, r.Top, r.Right, r.Bottom);

    public readonly bool Equals(SKRect obj) =>
        Left == obj.Left && Top == obj.Top && Right == obj.Right && Bottom == obj.Bottom;

    public override readonly int GetHashCode() => HashCode.Combine(Left, Top, Right, Bottom);

    public override readonly string ToString() => $"{{Left={Left},Top={Top},Width={Width},Height={Height}}}";
}
