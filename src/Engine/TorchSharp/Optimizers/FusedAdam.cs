using TorchSharp.Door;
using TorchSharp.Libtorch;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam's whole step in one kernel, where libtorch has it for the device.</summary>
static class FusedAdam
{
    /// <summary>The kernel walks storage in order: gradients must be laid out like their parameters.</summary>
    internal static bool Fits(AdamSlot[] batch) => AdamKernels.FusedAvailable(batch[0].Parameter.device)
        && batch.All(slot => slot.Parameter.stride().AsSpan().SequenceEqual(slot.Gradient.stride()));

    internal static void Run(AdamRule rule, AdamSlot[] batch)
    {
        Tensor[] parameters = [.. batch.Select(slot => slot.Parameter)], gradients = [.. batch.Select(slot => slot.Gradient)];
        Tensor[] averages = [.. batch.Select(slot => slot.Average)], squares = [.. batch.Select(slot => slot.Square)];
        Tensor[] maxima = rule.Amsgrad ? [.. batch.Select(slot => slot.Maximum!)] : [];
        var step = full((ReadOnlySpan<long>)[], batch[0].Step, float32, parameters[0].device);
        var steps = Enumerable.Repeat(step, batch.Length).ToArray(); // all of one number: the kernel only reads it
        var name = rule.Decoupled ? "aten::_fused_adamw_" : "aten::_fused_adam_";
        CallVoid(name, parameters, gradients, averages, squares, maxima, steps, rule.LearningRate, rule.Beta1, rule.Beta2,
            rule.WeightDecay, rule.Epsilon, rule.Amsgrad, rule.Maximize);
    }
}
