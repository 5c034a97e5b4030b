using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Door;

/// <summary>What a boxed value is: the tags of Native/torch_door.h.</summary>
enum Tag : long
{
    None, Tensor, Int, Double, Bool, IntList, DoubleList, BoolList, TensorList, OptionalTensorList, String, Device, Generator, Default,
}

/// <summary>td_value: what crosses the door.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NativeValue
{
    internal Tag tag;
    internal long length;
    internal long bits;
}

/// <summary>
/// An argument on its way to the door. It keeps the managed object that its bits or its list belong to, so that no
/// finalizer can free a tensor while libtorch still uses it.
/// </summary>
readonly struct Value
{
    internal readonly Tag tag;
    internal readonly long length;
    internal readonly long bits;
    internal readonly object? owner;

    Value(Tag tag, long bits = 0, long length = 0, object? owner = null)
    {
        this.tag = tag;
        this.bits = bits;
        this.length = length;
        this.owner = owner;
    }

    internal static Value None => default;
    internal static Value Default => new(Tag.Default);

    public static implicit operator Value(Tensor? tensor) => tensor is null ? default : new(Tag.Tensor, tensor.Live, 0, tensor);
    public static implicit operator Value(long value) => new(Tag.Int, value);
    public static implicit operator Value(long? value) => value is { } given ? given : default(Value);
    public static implicit operator Value(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Value(double? value) => value is { } given ? given : default(Value);
    public static implicit operator Value(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Value(bool? value) => value is { } given ? given : default(Value);
    public static implicit operator Value(ScalarType type) => new(Tag.Int, (long)type);
    public static implicit operator Value(ScalarType? type) => type is { } given ? given : default(Value);
    public static implicit operator Value(Device? device) => device is null ? default : new(Tag.Device, (long)device.type, device.index);
    public static implicit operator Value(Generator? generator) => generator is null ? default : new(Tag.Generator, generator.Handle, 0, generator);
    public static implicit operator Value(string? text) => text is null ? default : new(Tag.String, 0, 0, text);
    public static implicit operator Value(long[]? list) => list is null ? default : new(Tag.IntList, 0, list.Length, list);
    public static implicit operator Value(ReadOnlySpan<long> list) => list.ToArray();
    public static implicit operator Value(double[]? list) => list is null ? default : new(Tag.DoubleList, 0, list.Length, list);
    public static implicit operator Value(bool[] list) => new(Tag.BoolList, 0, list.Length, list);
    public static implicit operator Value(Tensor[] list) => new(Tag.TensorList, 0, list.Length, list);

    // Each branch is a Value of its own: a whole number must not become a double on the way.
    public static implicit operator Value(Scalar? scalar) => scalar is null ? default
        : scalar.Type == ScalarType.Bool ? (Value)scalar.ToBoolean()
        : scalar.IsIntegral ? (Value)scalar.ToInt64()
        : (Value)scalar.ToDouble();

    /// <summary>A list in which null stands for "none", as advanced indexing takes it.</summary>
    internal static Value Optional(Tensor?[] list) => new(Tag.OptionalTensorList, 0, list.Length, list);
}
