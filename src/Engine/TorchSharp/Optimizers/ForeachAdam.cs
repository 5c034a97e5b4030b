using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam's step by libtorch's operators on lists of tensors: on a GPU a few launches for a whole group.</summary>
static class ForeachAdam
{
    internal static void Run(AdamRule rule, AdamSlot[] batch)
    {
        Tensor[] parameters = [.. batch.Select(slot => slot.Parameter)], gradients = [.. batch.Select(slot => slot.Gradient)];
        Tensor[] averages = [.. batch.Select(slot => slot.Average)], squares = [.. batch.Select(slot => slot.Square)];
        if (rule.Maximize) gradients = CallList("aten::_foreach_neg", gradients);
        if (rule.WeightDecay != 0)
        {
            if (rule.Decoupled) CallVoid("aten::_foreach_mul_.Scalar", parameters, 1 - rule.LearningRate * rule.WeightDecay);
            else gradients = CallList("aten::_foreach_add.List", gradients, parameters, rule.WeightDecay);
        }
        CallVoid("aten::_foreach_mul_.Scalar", averages, rule.Beta1);
        CallVoid("aten::_foreach_add_.List", averages, gradients, 1 - rule.Beta1);
        CallVoid("aten::_foreach_mul_.Scalar", squares, rule.Beta2);
        CallVoid("aten::_foreach_addcmul_.Scalar", squares, gradients, gradients, 1 - rule.Beta2);
        var roots = CallList("aten::_foreach_sqrt", rule.Amsgrad ? Maxima(batch, squares) : squares);
        var (stepSize, correction) = AdamStep.Corrections(rule, batch[0].Step);
        CallVoid("aten::_foreach_div_.Scalar", roots, correction);
        CallVoid("aten::_foreach_add_.Scalar", roots, rule.Epsilon);
        CallVoid("aten::_foreach_addcdiv_.Scalar", parameters, averages, roots, -stepSize);
    }

    static Tensor[] Maxima(AdamSlot[] batch, Tensor[] squares)
    {
        Tensor[] maxima = [.. batch.Select(slot => slot.Maximum!)];
        var larger = CallList("aten::_foreach_maximum.List", maxima, squares);
        foreach (var (maximum, now) in maxima.Zip(larger)) maximum.copy_(now);
        return maxima;
    }
}
