using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number with its type, as operators take it.</summary>
public sealed class Scalar : IDisposable
{
    readonly long integer;
    readonly double real;

    Scalar(ScalarType type, long integer, double real)
    {
        Type = type;
        this.integer = integer;
        this.real = real;
    }

    public ScalarType Type { get; }

    internal bool IsIntegral => Type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 or ScalarType.Bool;
    internal long Integer => IsIntegral ? integer : (long)real;
    internal double Real => IsIntegral ? integer : real;

    static Scalar Whole(ScalarType type, long value) => new(type, value, 0);

    public static implicit operator Scalar(byte value) => Whole(ScalarType.Byte, value);
    public static implicit operator Scalar(sbyte value) => Whole(ScalarType.Int8, value);
    public static implicit operator Scalar(short value) => Whole(ScalarType.Int16, value);
    public static implicit operator Scalar(int value) => Whole(ScalarType.Int32, value);
    public static implicit operator Scalar(long value) => Whole(ScalarType.Int64, value);
    public static implicit operator Scalar(bool value) => Whole(ScalarType.Bool, value ? 1 : 0);
    public static implicit operator Scalar(float value) => new(ScalarType.Float32, 0, value);
    public static implicit operator Scalar(double value) => new(ScalarType.Float64, 0, value);
    public static implicit operator Scalar(Half value) => new(ScalarType.Float16, 0, (double)value);

    /// <summary>Nothing to free: a scalar crosses the door by value.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this bool value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this Half value) => value;

    public static byte ToByte(this Scalar value) => (byte)value.Integer;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Integer;
    public static short ToInt16(this Scalar value) => (short)value.Integer;
    public static int ToInt32(this Scalar value) => (int)value.Integer;
    public static long ToInt64(this Scalar value) => value.Integer;
    public static bool ToBoolean(this Scalar value) => value.Real != 0;
    public static float ToSingle(this Scalar value) => (float)value.Real;
    public static double ToDouble(this Scalar value) => value.Real;
    public static Half ToHalf(this Scalar value) => (Half)value.Real;
}
