using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Door;

/// <summary>Calls libtorch's operators by name, "aten::add.Tensor", and turns failures into exceptions that name them.</summary>
static unsafe partial class Operators
{
    /// <summary>Calls an operator that returns one tensor.</summary>
    internal static Tensor Call(string name, params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return ToTensor(name, result);
    }

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal static (Tensor, Tensor) Call2(string name, params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[2];
        Invoke(name, arguments, results, 2);
        return (ToTensor(name, results[0]), ToTensor(name, results[1]));
    }

    /// <summary>Calls an operator that returns three tensors.</summary>
    internal static (Tensor, Tensor, Tensor) Call3(string name, params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[3];
        Invoke(name, arguments, results, 3);
        return (ToTensor(name, results[0]), ToTensor(name, results[1]), ToTensor(name, results[2]));
    }

    /// <summary>Calls an operator that returns four tensors.</summary>
    internal static (Tensor, Tensor, Tensor, Tensor) Call4(string name, params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc NativeValue[4];
        Invoke(name, arguments, results, 4);
        return (ToTensor(name, results[0]), ToTensor(name, results[1]), ToTensor(name, results[2]), ToTensor(name, results[3]));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    internal static Tensor[] CallList(string name, params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return ToTensors(result);
    }

    /// <summary>Calls an operator that returns a bool, an int or a double, as its bits.</summary>
    internal static long CallBits(string name, params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        return result.bits;
    }

    /// <summary>Calls an operator that returns nothing.</summary>
    internal static void CallVoid(string name, params ReadOnlySpan<Value> arguments)
    {
        NativeValue unused;
        Invoke(name, arguments, &unused, 0);
    }

    /// <summary>Calls an operator that changes <paramref name="self"/> in place, and returns that same object.</summary>
    internal static Tensor CallInPlace(Tensor self, string name, params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(name, arguments, &result, 1);
        if (result.tag == Tag.Tensor && result.bits != 0) NativeMethods.td_release((nint)result.bits); // one more handle to self
        return self;
    }

    static void Invoke(string name, ReadOnlySpan<Value> arguments, NativeValue* results, int capacity)
    {
        var op = OperatorCache.Find(name);
        var boxed = stackalloc NativeValue[arguments.Length];
        var pins = new Pins();
        try
        {
            Box(arguments, boxed, ref pins);
            if (NativeMethods.td_call(op, boxed, arguments.Length, results, capacity) < 0) throw Failure(name);
        }
        finally
        {
            pins.Dispose();
        }
        KeepAlive(arguments);
    }

    internal static void Box(ReadOnlySpan<Value> arguments, NativeValue* boxed, ref Pins pins)
    {
        for (var k = 0; k < arguments.Length; k++) Box(in arguments[k], ref boxed[k], ref pins);
    }

    /// <summary>The tensors among the arguments live at least until here, whatever the garbage collector thinks.</summary>
    internal static void KeepAlive(ReadOnlySpan<Value> arguments)
    {
        foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.owner);
    }

    static void Box(in Value value, ref NativeValue boxed, ref Pins pins)
    {
        boxed.tag = value.tag;
        boxed.length = value.length;
        boxed.bits = value.tag switch
        {
            Tag.IntList or Tag.DoubleList or Tag.BoolList => pins.Pin(value.owner!),
            Tag.TensorList or Tag.OptionalTensorList => pins.Pin(Handles((Tensor?[])value.owner!)),
            Tag.String => pins.Pin(Utf8((string)value.owner!, out boxed.length)),
            _ => value.bits,
        };
    }

    static long[] Handles(Tensor?[] tensors)
    {
        var handles = new long[tensors.Length];
        for (var k = 0; k < handles.Length; k++) handles[k] = tensors[k]?.Live ?? 0;
        return handles;
    }

    static byte[] Utf8(string text, out long length)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        length = bytes.Length;
        return bytes;
    }

    internal static Tensor ToTensor(string name, in NativeValue result) => result.tag == Tag.Tensor && result.bits != 0
        ? new Tensor((nint)result.bits)
        : throw new ExternalException($"{name}: returned no tensor.");

    internal static Tensor[] ToTensors(in NativeValue result)
    {
        var handles = (nint*)result.bits;
        var tensors = new Tensor[result.length];
        for (var k = 0; k < tensors.Length; k++) tensors[k] = new Tensor(handles[k]);
        NativeMethods.td_free(handles);
        return tensors;
    }

    /// <summary>libtorch's last error on this thread as an exception that says where it happened.</summary>
    internal static ExternalException Failure(string where) =>
        new($"{where}: {Marshal.PtrToStringUTF8((nint)NativeMethods.td_last_error())?.TrimEnd()}");

    /// <summary>Throws where a door function answered -1.</summary>
    internal static long Check(long status, string where) => status >= 0 ? status : throw Failure(where);

    /// <summary>Throws where a door function answered NULL.</summary>
    internal static nint Check(nint handle, string where) => handle != 0 ? handle : throw Failure(where);
}
