namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// A point or direction in centimetres: x to the picture's right, y up, z towards the viewer. Plain scalar arithmetic,
/// so that every machine code the JIT makes of it gives the same bits, whatever its tier or the thread it runs on.
/// </summary>
readonly record struct Vec3(float X, float Y, float Z)
{
    public static readonly Vec3 Zero = new(0, 0, 0);
    public static readonly Vec3 One = new(1, 1, 1);
    public static readonly Vec3 Up = new(0, 1, 0);

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
    public static Vec3 operator -(Vec3 a) => new(-a.X, -a.Y, -a.Z);
    public static Vec3 operator *(Vec3 a, float s) => new(a.X * s, a.Y * s, a.Z * s);
    public static Vec3 operator *(float s, Vec3 a) => a * s;
    public static Vec3 operator *(Vec3 a, Vec3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);
    public static Vec3 operator /(Vec3 a, float s) => a * (1 / s);

    public float Length => MathF.Sqrt(Dot(this, this));
    public Vec3 Mirrored => new(-X, Y, Z);
    public static float Dot(Vec3 a, Vec3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
    public static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
    public static Vec3 Lerp(Vec3 a, Vec3 b, float t) => a + (b - a) * t;

    /// <summary>Unit length; the zero vector stays zero.</summary>
    public Vec3 Normalised()
    {
        var length = Length;
        return length > 1e-12f ? this * (1 / length) : Zero;
    }
}
