using System.Numerics;

namespace SkiaSharp;

/// <summary>A point or vector in pixels; x to the right, y down.</summary>
public record struct SKPoint : IEquatable<SKPoint>
{
    public static readonly SKPoint Empty;

    public SKPoint(float x, float y)
    {
        X = x;
        Y = y;
    }

    public float X { get; set; }

    public float Y { get; set; }

    public readonly bool IsEmpty => this == Empty;

    public readonly float Length => MathF.Sqrt(LengthSquared);

    public readonly float LengthSquared => X * X + Y * Y;

    public void Offset(SKPoint p) => Offset(p.X, p.Y);

    public void Offset(float dx, float dy)
    {
        X += dx;
        Y += dy;
    }

    public static SKPoint Normalize(SKPoint point)
    {
        var length = point.Length;
        return new SKPoint(point.X / length, point.Y / length);
    }

    public static float Distance(SKPoint point, SKPoint other) => (point - other).Length;

    public static float DistanceSquared(SKPoint point, SKPoint other) => (point - other).LengthSquared;

    public static SKPoint Reflect(SKPoint point, SKPoint normal)
    {
        var twiceDot = 2 * (point.X * normal.X + point.Y * normal.Y);
        return new SKPoint(point.X - twiceDot * normal.X, point.Y - twiceDot * normal.Y);
    }

    public static SKPoint Add(SKPoint pt, SKPoint sz) => pt + sz;

    public static SKPoint Add(SKPoint pt, SKPointI sz) => pt + sz;

    public static SKPoint Add(SKPoint pt, SKSize sz) => pt + sz;

    public static SKPoint Add(SKPoint pt, SKSizeI sz) => pt + sz;

    public static SKPoint Subtract(SKPoint pt, SKPoint sz) => pt - sz;

    public static SKPoint Subtract(SKPoint pt, SKPointI sz) => pt - sz;

    public static SKPoint Subtract(SKPoint pt, SKSize sz) => pt - sz;

    public static SKPoint Subtract(SKPoint pt, SKSizeI sz) => pt - sz;

    public static SKPoint operator +(SKPoint pt, SKPoint sz) => new(pt.X + sz.X, pt.Y + sz.Y);

    public static SKPoint operator +(SKPoint pt, SKPointI sz) => new(pt.X + sz.X, pt.Y + sz.Y);

    public static SKPoint operator +(SKPoint pt, SKSize sz) => new(pt.X + sz.Width, pt.Y + sz.Height);

    public static SKPoint operator +(SKPoint pt, SKSizeI sz) => new(pt.X + sz.Width, pt.Y + sz.Height);

    public static SKPoint operator -(SKPoint pt, SKPoint sz) => new(pt.X - sz.X, pt.Y - sz.Y);

    public static SKPoint operator -(SKPoint pt, SKPointI sz) => new(pt.X - sz.X, pt.Y - sz.Y);

    public static SKPoint operator -(SKPoint pt, SKSize sz) => new(pt.X - sz.Width, pt.Y - sz.Height);

    public static SKPoint operator -(SKPoint pt, SKSizeI sz) => new(pt.X - sz.Width, pt.Y - sz.Height);

    public static implicit operator Vector2(SKPoint point) => new(point.X, point.Y);

    public static implicit operator SKPoint(Vector2 vector) => new(vector.X, vector.Y);

    public readonly bool Equals(SKPoint obj) => X == obj.X && Y == obj.Y;

    public override readonly int GetHashCode() => HashCode.Combine(X, Y);

    public override readonly string ToString() => $"{{X={X}, Y={Y}}}";
}
