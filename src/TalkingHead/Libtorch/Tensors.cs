using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Libtorch;

/// <summary>Assertions of tensor shapes at module boundaries.</summary>
static class Shapes
{
    /// <summary>Any length.</summary>
    public const long Any = -1;

    /// <summary>Throws when <paramref name="tensor"/> has another shape; <paramref name="what"/> names it.</summary>
    public static void Expect(Tensor tensor, string what, params ReadOnlySpan<long> expected)
    {
        var same = tensor.ndim == expected.Length;
        for (var d = 0; same && d < expected.Length; d++)
            same = expected[d] == Any || expected[d] == tensor.size(d);
        if (!same)
            throw new ArgumentException($"{what}: got ({Text(tensor.shape)}), expected ({Text(expected)}).");
    }

    static string Text(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (var d = 0; d < shape.Length; d++)
            parts[d] = shape[d] == Any ? "any" : $"{shape[d]}";
        return string.Join(",", parts);
    }
}

/// <summary>Questions of a tensor's type that need no new handle.</summary>
static class Types
{
    /// <summary>Whether loops in C# can read and write its numbers: float32, on a CPU.</summary>
    public static bool IsFloatOnCpu(this Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32;

    /// <summary><paramref name="x"/> in a type; itself where it has it already.</summary>
    public static Tensor As(this Tensor x, ScalarType type) => x.dtype == type ? x : x.to(type);
}

/// <summary>
/// How maps (B,C,H,W) lie in memory: pixel by pixel, the channels of one together (channels-last). Convolutions want it
/// on a CPU and on tensor cores alike, and every operator keeps it, so a network's input decides.
/// </summary>
static class Layout
{
    /// <summary>The same numbers, pixel by pixel; itself where they lie so already.</summary>
    public static Tensor PixelByPixel(Tensor x)
    {
        if (Aten.LiesPixelByPixel(x))
            return x;
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    // (out,in,h,w) -> (out,h·w·in): a view of a kernel that lies pixel by pixel; of another layer's weight a row for each output
    public static Tensor MatrixFromKernel(Tensor weight)
    {
        using var scope = NewDisposeScope();
        return (weight.ndim == 4 ? weight.permute(0, 2, 3, 1) : weight).flatten(1).MoveToOuterDisposeScope();
    }

    // The other way, for dense numbers in whatever shape
    public static Tensor KernelFromMatrix(Tensor matrix, long[] shape)
    {
        using var scope = NewDisposeScope();
        return (shape is [var outputs, var inputs, var height, var width] ? matrix.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
            : matrix.view(shape)).MoveToOuterDisposeScope();
    }

    // (B,C,H,W) -> (B,P,C), P = H·W places: a view of maps that lie pixel by pixel
    public static Tensor Places(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, x.shape[1]).MoveToOuterDisposeScope();
    }

    // (B,P,C) -> (B,C,H,W), pixel by pixel
    public static Tensor Picture(Tensor places, long height, long width)
    {
        using var scope = NewDisposeScope();
        return places.reshape(places.shape[0], height, width, -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>Who frees a module's tensors.</summary>
static class Ownership
{
    /// <summary>The module owns its parameters and buffers: a dispose scope that it was made in would free them.</summary>
    public static T Own<T>(this T module) where T : Module
    {
        foreach (var tensor in module.parameters().Concat(module.buffers()))
            tensor.DetachFromDisposeScope();
        return module;
    }
}

/// <summary>
/// Numbers that a module computes with and does not save. They are made where the input is: TorchSharp neither moves nor
/// frees a buffer that is not persistent.
/// </summary>
sealed class Constant(float[] values, params long[] shape) : IDisposable
{
    readonly Lock gate = new();
    Tensor? made;

    /// <summary>The numbers on the device and in the type of <paramref name="input"/>; they stay this object's.</summary>
    public Tensor For(Tensor input)
    {
        lock (gate)
            if (made is null || made.device_type != input.device_type || made.device_index != input.device_index
                || made.dtype != input.dtype)
            {
                using var scope = NewDisposeScope();
                made?.Dispose();
                made = tensor(values, shape).to(input.dtype).to(input.device).DetachFromDisposeScope();
            }
        return made;
    }

    public void Dispose() => made?.Dispose();
}
