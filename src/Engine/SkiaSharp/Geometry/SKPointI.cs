using System.Numerics;

namespace SkiaSharp;

/// <summary>A pixel's position: column and row.</summary>
public record struct SKPointI : IEquatable<SKPointI>
{
    public static readonly SKPointI Empty;

    public SKPointI(SKSizeI sz)
        : this(sz.Width, sz.Height)
    {
    }

    public SKPointI(int x, int y)
    {
        X = x;
        Y = y;
    }

    public int X { get; set; }

    public int Y { get; set; }

    public readonly bool IsEmpty => this == Empty;

    public void Offset(SKPointI p) => Offset(p.X, p.Y);

    public void Offset(int dx, int dy)
    {
        X += dx;
        Y += dy;
    }

    public static float Distance(SKPointI point, SKPointI other) => MathF.Sqrt(DistanceSquared(point, other));

    public static float DistanceSquared(SKPointI point, SKPointI other)
    {
        float dx = point.X - other.X, dy = point.Y - other.Y;
        return dx * dx + dy * dy;
    }

    public static SKPointI Ceiling(SKPoint value) => new((int)MathF.Ceiling(value.X), (int)MathF.Ceiling(value.Y));

    public static SKPointI Round(SKPoint value) => new((int)MathF.Round(value.X), (int)MathF.Round(value.Y));

    public static SKPointI Truncate(SKPoint value) => new((int)value.X, (int)value.Y);

    public static SKPointI Add(SKPointI pt, SKPointI sz) => pt + sz;

    public static SKPointI Add(SKPointI pt, SKSizeI sz) => pt + sz;

    public static SKPointI Subtract(SKPointI pt, SKPointI sz) => pt - sz;

    public static SKPointI Subtract(SKPointI pt, SKSizeI sz) => pt - sz;

    public static SKPointI operator +(SKPointI pt, SKPointI sz) => new(pt.X + sz.X, pt.Y + sz.Y);

    public static SKPointI operator +(SKPointI pt, SKSizeI sz) => new(pt.X + sz.Width, pt.Y + sz.Height);

    public static SKPointI operator -(SKPointI pt, SKPointI sz) => new(pt.X - sz.X, pt.Y - sz.Y);

    public static SKPointI operator -(SKPointI pt, SKSizeI sz) => new(pt.X - sz.Width, pt.Y - sz.Height);

    public static explicit operator SKSizeI(SKPointI p) => new(p.X, p.Y);

    public static implicit operator SKPoint(SKPointI p) => new(p.X, p.Y);

    public static implicit operator Vector2(SKPointI point) => new(point.X, point.Y);

    public readonly bool Equals(SKPointI obj) => X == obj.X && Y == obj.Y;

    public override readonly int GetHashCode() => HashCode.Combine(X, Y);

    public override readonly string ToString() => $"{{X={X},Y={Y}}}";
}
