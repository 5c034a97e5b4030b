using System.Runtime.InteropServices;
using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>libtorch's side of a TorchScript module.</summary>
sealed unsafe class ScriptHandle : IDisposable
{
    const int Results = 64; // tensors that one call can return

    nint handle;

    internal ScriptHandle(string path, Device place)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} is missing. Expected a TorchScript file, as torch.jit.save writes it.", path);
        handle = Check(NativeMethods.td_module_load(path, (long)place.type, place.index), $"jit.load {path}");
    }

    ~ScriptHandle() => Release();

    internal nint Live => handle != 0 ? handle : throw new ObjectDisposedException("ScriptModule", "This TorchScript module was disposed.");

    internal bool Training
    {
        get => NativeMethods.td_module_is_training(Live) > 0;
        set => Check(NativeMethods.td_module_train(Live, value ? 1 : 0), "ScriptModule.train");
    }

    /// <summary>Handles, to its own tensors, of the module's parameters or buffers.</summary>
    internal List<(string Name, Tensor Tensor)> Tensors(bool buffers)
    {
        nint* tensors;
        byte* names;
        var count = Check(NativeMethods.td_module_tensors(Live, buffers ? 1 : 0, &tensors, &names), "ScriptModule");
        var lines = Marshal.PtrToStringUTF8((nint)names)!.Split('\n');
        var found = new List<(string, Tensor)>();
        for (var k = 0; k < count; k++) found.Add((lines[k], new Tensor(tensors[k])));
        NativeMethods.td_free(tensors);
        NativeMethods.td_free(names);
        return found;
    }

    /// <summary>Runs forward; tuples and lists of results come flat, in order.</summary>
    internal object?[] Forward(ReadOnlySpan<Value> arguments)
    {
        var boxed = stackalloc NativeValue[arguments.Length];
        var results = stackalloc NativeValue[Results];
        var pins = new Pins();
        long count;
        try
        {
            Box(arguments, boxed, ref pins);
            count = Check(NativeMethods.td_module_forward(Live, boxed, arguments.Length, results, Results), "ScriptModule.forward");
        }
        finally
        {
            pins.Dispose();
        }
        KeepAlive(arguments);
        GC.KeepAlive(this);
        var values = new object?[count];
        for (var k = 0; k < count; k++) values[k] = Unbox(results[k]);
        return values;
    }

    static object? Unbox(in NativeValue value)
    {
        switch (value.tag)
        {
            case Tag.Tensor: return value.bits == 0 ? null : new Tensor((nint)value.bits);
            case Tag.Int: return value.bits;
            case Tag.Double: return BitConverter.Int64BitsToDouble(value.bits);
            case Tag.Bool: return value.bits != 0;
            case Tag.String:
                var text = Marshal.PtrToStringUTF8((nint)value.bits, (int)value.length);
                NativeMethods.td_free((void*)value.bits);
                return text;
            default: return null;
        }
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    void Release()
    {
        var freed = Interlocked.Exchange(ref handle, 0);
        if (freed != 0) NativeMethods.td_module_release(freed);
    }
}
