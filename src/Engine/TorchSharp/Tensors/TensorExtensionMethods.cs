using static TorchSharp.torch;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool or ScalarType.QInt8 or ScalarType.QUInt8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 or ScalarType.QInt32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentException($"{type} is no element type."),
    };

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);

    public static float ToSingle(this Tensor value) => value.item<float>();
    public static double ToDouble(this Tensor value) => value.item<double>();
    public static int ToInt32(this Tensor value) => value.item<int>();
    public static long ToInt64(this Tensor value) => value.item<long>();
    public static bool ToBoolean(this Tensor value) => value.item<bool>();
    public static byte ToByte(this Tensor value) => value.item<byte>();
}
