using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

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
            if (made is null || made.device_type != input.device_type || made.device_index != input.device_index || made.dtype != input.dtype)
            {
                using var scope = NewDisposeScope();
                made?.Dispose();
                made = tensor(values, shape).to(input.dtype).to(input.device).DetachFromDisposeScope();
            }
        return made;
    }

    public void Dispose() => made?.Dispose();
}
