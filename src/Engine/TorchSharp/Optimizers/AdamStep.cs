using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Adam's step on the parameters of one group. The per-tensor form is the reference; the others do the same
/// arithmetic on all tensors of one device, type and step number at once.
/// </summary>
static class AdamStep
{
    internal static void Run(AdamKernel kernel, AdamRule rule, List<AdamSlot> slots)
    {
        if (kernel == AdamKernel.PerTensor)
        {
            foreach (var slot in slots) PerTensor(rule, slot);
            return;
        }
        foreach (var alike in slots.GroupBy(slot => (slot.Step, slot.Parameter.device_type, slot.Parameter.device_index, slot.Parameter.dtype)))
        {
            AdamSlot[] batch = [.. alike];
            if (kernel == AdamKernel.Fused && FusedAdam.Fits(batch)) FusedAdam.Run(rule, batch);
            else ForeachAdam.Run(rule, batch);
        }
    }

    static void PerTensor(AdamRule rule, AdamSlot slot)
    {
        using var scope = NewDisposeScope();
        var (parameter, gradient, average, square, maximum, step) = slot;
        if (rule.Maximize) gradient = -gradient;
        if (rule.WeightDecay != 0)
        {
            if (rule.Decoupled) parameter.mul_(1 - rule.LearningRate * rule.WeightDecay);
            else gradient = gradient.add(parameter, rule.WeightDecay);
        }
        average.mul_(rule.Beta1).add_(gradient, 1 - rule.Beta1);
        square.mul_(rule.Beta2).addcmul_(gradient, gradient, 1 - rule.Beta2);
        if (rule.Amsgrad) maximum!.copy_(maximum.maximum(square));
        var (stepSize, correction) = Corrections(rule, step);
        var root = (rule.Amsgrad ? maximum! : square).sqrt();
        parameter.addcdiv_(average, root.div_(correction).add_(rule.Epsilon), -stepSize);
    }

    /// <summary>lr / (1 - β1^t) and √(1 - β2^t): both means start at zero and are too small at first.</summary>
    internal static (double StepSize, double Correction) Corrections(AdamRule rule, long step) =>
        (rule.LearningRate / (1 - Math.Pow(rule.Beta1, step)), Math.Sqrt(1 - Math.Pow(rule.Beta2, step)));
}
