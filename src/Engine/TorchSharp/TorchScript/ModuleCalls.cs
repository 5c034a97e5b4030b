using static TorchSharp.torch;

namespace TorchSharp.Door;

static unsafe partial class Operators
{
    /// <summary>The most tensors that a TorchScript module may return.</summary>
    const int MostResults = 64;

    /// <summary>Runs a TorchScript module's forward; tuples and lists in its result come as one row of tensors.</summary>
    internal static Tensor[] CallModule(nint module, ReadOnlySpan<Value> inputs)
    {
        var boxed = stackalloc NativeValue[inputs.Length];
        var results = stackalloc NativeValue[MostResults];
        var pins = new Pins();
        long count;
        try
        {
            Box(inputs, boxed, ref pins);
            count = NativeMethods.td_module_forward(module, boxed, inputs.Length, results, MostResults);
        }
        finally
        {
            pins.Dispose();
        }

        KeepAlive(inputs);
        if (count < 0) throw Failure("ScriptModule.forward");
        var tensors = new Tensor[count];
        for (var k = 0; k < count; k++) tensors[k] = ToTensor("ScriptModule.forward", results[k]);
        return tensors;
    }
}
