using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Door;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>A tensor of an array of any rank, copied.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null) => rawArray switch
    {
        bool[] or bool[,] or bool[,,] or bool[,,,] => FromArray<bool>(rawArray, dtype, device, requires_grad, names),
        _ => Type.GetTypeCode(rawArray.GetType().GetElementType()) switch
        {
            TypeCode.Boolean => FromArray<bool>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Byte => FromArray<byte>(rawArray, dtype, device, requires_grad, names),
            TypeCode.SByte => FromArray<sbyte>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Int16 => FromArray<short>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Int32 => FromArray<int>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Int64 => FromArray<long>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Single => FromArray<float>(rawArray, dtype, device, requires_grad, names),
            TypeCode.Double => FromArray<double>(rawArray, dtype, device, requires_grad, names),
            _ => throw new ArgumentException($"An array of {rawArray.GetType().GetElementType()} is no tensor. Expected numbers or bool."),
        },
    };

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>A tensor that reads and writes the array itself; the array stays in place until the tensor is gone.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var bytes = Buffer.ByteLength(rawArray);
        long size = dtype.ElementSize();
        if (offset < 0 || offset > bytes)
            throw new ArgumentException($"frombuffer: byte {offset} is outside an array of {bytes} bytes.");
        if (count < 0) count = (bytes - offset) / size;
        if (count > (bytes - offset) / size)
            throw new ArgumentException($"frombuffer: {count} elements of {dtype} from byte {offset} do not fit into {bytes} bytes.");
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        var first = (byte*)pin.AddrOfPinnedObject() + offset;
        var made = NativeMethods.td_from_blob(first, &count, 1, (long)dtype, &FreePin, (void*)GCHandle.ToIntPtr(pin));
        return Made(new Tensor(Operators.Check(made, "frombuffer")), requires_grad);
    }

    [UnmanagedCallersOnly]
    static void FreePin(void* handle) => GCHandle.FromIntPtr((nint)handle).Free();

    static Tensor FromArray<T>(Array array, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) where T : unmanaged
    {
        var dimensions = new long[array.Rank];
        for (var k = 0; k < dimensions.Length; k++) dimensions[k] = array.GetLongLength(k);
        var values = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
        return FromSpan(values, dimensions, dtype, device, requires_grad, names);
    }

    static Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) where T : unmanaged
    {
        var own = TypeOf<T>();
        var made = empty(dimensions, own);
        if (made.NumberOfElements != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill a tensor of size ({string.Join(", ", dimensions.ToArray())}).");
        values.CopyTo(new Span<T>(made.Pointer, values.Length));
        var placed = (dtype ?? own) == own && device is null ? made : made.to(dtype ?? own, device ?? CPU, disposeAfter: true);
        return Made(placed, requires_grad, names);
    }

    internal static ScalarType TypeOf<T>() where T : unmanaged => default(T) switch
    {
        bool => ScalarType.Bool,
        byte => ScalarType.Byte,
        sbyte => ScalarType.Int8,
        short => ScalarType.Int16,
        int => ScalarType.Int32,
        long => ScalarType.Int64,
        Half => ScalarType.Float16,
        float => ScalarType.Float32,
        double => ScalarType.Float64,
        _ => throw new ArgumentException($"{typeof(T).Name} is no element type of a tensor."),
    };
}
