namespace SkiaSharp;

/// <summary>A rectangle of whole pixels by its edges; right and bottom are exclusive.</summary>
public record struct SKRectI : IEquatable<SKRectI>
{
    public static readonly SKRectI Empty;

    public SKRectI(int left, int top, int right, int bottom)
    {
        Left = left;
        Top = top;
        Right = right;
        Bottom = bottom;
    }

    public int Left { get; set; }

    public int Top { get; set; }

    public int Right { get; set; }

    public int Bottom { get; set; }

    public readonly int Width => Right - Left;

    public readonly int Height => Bottom - Top;

    public readonly int MidX => Left + Width / 2;

    public readonly int MidY => Top + Height / 2;

    public readonly bool IsEmpty => this == Empty;

    public SKSizeI Size
    {
        readonly get => new(Width, Height);
        set
        {
            Right = Left + value.Width;
            Bottom = Top + value.Height;
        }
    }

    public SKPointI Location
    {
        readonly get => new(Left, Top);
        set => this = Create(value, Size);
    }

    /// <summary>The same rectangle with left ≤ right and top ≤ bottom.</summary>
    public readonly SKRectI Standardized => new(
        Math.Min(Left, Right), Math.Min(Top, Bottom), Math.Max(Left, Right), Math.Max(Top, Bottom));

    public static SKRectI Create(SKSizeI size) => new(0, 0, size.Width, size.Height);

    public static SKRectI Create(SKPointI location, SKSizeI size) => Create(location.X, location.Y, size.Width, size.Height);

    public static SKRectI Create(int width, int height) => new(0, 0, width, height);

    public static SKRectI Create(int x, int y, int width, int height) => new(x, y, x + width, y + height);

    public static SKRectI Ceiling(SKRect value) => Ceiling(value, false);

    /// <summary>Rounds up, or with <paramref name="outwards"/> every edge away from the middle.</summary>
    public static SKRectI Ceiling(SKRect value, bool outwards) => new(
        Edge(value.Left, up: !outwards || value.Width <= 0),
        Edge(value.Top, up: !outwards || value.Height <= 0),
        Edge(value.Right, up: !outwards || value.Width > 0),
        Edge(value.Bottom, up: !outwards || value.Height > 0));

    public static SKRectI Floor(SKRect value) => Floor(value, false);

    /// <summary>Rounds down, or with <paramref name="inwards"/> every edge towards the middle.</summary>
    public static SKRectI Floor(SKRect value, bool inwards) => new(
        Edge(value.Left, up: inwards && value.Width > 0),
        Edge(value.Top, up: inwards && value.Height > 0),
        Edge(value.Right, up: inwards && value.Width <= 0),
        Edge(value.Bottom, up: inwards && value.Height <= 0));

    public static SKRectI Round(SKRect value) => new(
        (int)MathF.Round(value.Left), (int)MathF.Round(value.Top), (int)MathF.Round(value.Right), (int)MathF.Round(value.Bottom));

    public static SKRectI Truncate(SKRect value) => new((int)value.Left, (int)value.Top, (int)value.Right, (int)value.Bottom);

    static int Edge(float value, bool up) => checked((int)(up ? MathF.Ceiling(value) : MathF.Floor(value)));

    public readonly bool Contains(SKPointI pt) => Contains(pt.X, pt.Y);

    public readonly bool Contains(int x, int y) => x >= Left && x < Right && y >= Top && y < Bottom;

    public readonly bool Contains(SKRectI rect) =>
        Left <= rect.Left && Right >= rect.Right && Top <= rect.Top && Bottom >= rect.Bottom;

    public readonly bool IntersectsWith(SKRectI rect) =>
        Left < rect.Right && Right > rect.Left && Top < rect.Bottom && Bottom > rect.Top;

    public readonly bool IntersectsWithInclusive(SKRectI rect) =>
        Left <= rect.Right && Right >= rect.Left && Top <= rect.Bottom && Bottom >= rect.Top;

    public void Intersect(SKRectI rect) => this = Intersect(this, rect);

    public static SKRectI Intersect(SKRectI a, SKRectI b) => a.IntersectsWithInclusive(b)
        ? new SKRectI(
            Math.Max(a.Left, b.Left), Math.Max(a.Top, b.Top), Math.Min(a.Right, b.Right), Math.Min(a.Bottom, b.Bottom))
        : Empty;

    public void Union(SKRectI rect) => this = Union(this, rect);

    public static SKRectI Union(SKRectI a, SKRectI b) => new(
        Math.Min(a.Left, b.Left), Math.Min(a.Top, b.Top), Math.Max(a.Right, b.Right), Math.Max(a.Bottom, b.Bottom));

    public void Inflate(SKSizeI size) => Inflate(size.Width, size.Height);

    public void Inflate(int width, int height) =>
        this = new SKRectI(Left - width, Top - height, Right + width, Bottom + height);

    public static SKRectI Inflate(SKRectI rect, int x, int y)
    {
        rect.Inflate(x, y);
        return rect;
    }

    public void Offset(SKPointI pos) => Offset(pos.X, pos.Y);

    public void Offset(int x, int y) => this = new SKRectI(Left + x, Top + y, Right + x, Bottom + y);

    public readonly bool Equals(SKRectI obj) =>
        Left == obj.Left && Top == obj.Top && Right == obj.Right && Bottom == obj.Bottom;

    public override readonly int GetHashCode() => HashCode.Combine(Left, Top, Right, Bottom);

    public override readonly string ToString() => $"{{Left={Left},Top={Top},Width={Width},Height={Height}}}";
}
