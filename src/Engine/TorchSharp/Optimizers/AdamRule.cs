using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The numbers of one group's Adam step. Decoupled: weight decay on the weights (AdamW), not on the gradient.</summary>
readonly record struct AdamRule(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Amsgrad, bool Maximize, bool Decoupled)
{
    /// <exception cref="ArgumentOutOfRangeException">A number outside the range that the method is defined for.</exception>
    internal void Validate()
    {
        Require(LearningRate >= 0, "lr", LearningRate, "0 or more");
        Require(Epsilon >= 0, "eps", Epsilon, "0 or more");
        Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "0 or more and under 1");
        Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "0 or more and under 1");
        Require(WeightDecay >= 0, "weight_decay", WeightDecay, "0 or more");
    }

    internal static void Require(bool holds, string name, double found, string expected)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, $"{name} is {found}, expected {expected}.");
    }
}

/// <summary>One parameter in a step: its gradient and its state, and the number of this step, from 1.</summary>
readonly record struct AdamSlot(Tensor Parameter, Tensor Gradient, Tensor Average, Tensor Square, Tensor? Maximum, long Step);
