using TalkingHead.Distributed;
using TalkingHead.Libtorch;
using TalkingHead.Objectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>A step met a number that is no number, before any weight changed.</summary>
public sealed class NonFiniteException(string term) : Exception($"{term} is not finite")
{
    /// <summary>The loss or gradient concerned.</summary>
    public string Term { get; } = term;
}

/// <summary>Checks between a backward pass and the optimiser.</summary>
static class Health
{
    /// <summary>The length of all gradients together, a scalar on the device.</summary>
    public static Tensor GradientNorm(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = parameters.Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.norm()).ToList();
        return stack(norms).norm().MoveToOuterDisposeScope();
    }

    /// <summary>Names the first term that is not finite with any rank, else the gradient, which is the ranks' mean already.</summary>
    /// <exception cref="NonFiniteException">The total of the terms or the norm is not finite.</exception>
    public static void Check(string phase, LossTerms terms, Tensor total, Tensor gradientNorm, Ranks ranks)
    {
        // One number to read while all is well. Both are needed: the slope of |x| at NaN is 0.
        using var both = total.Add(gradientNorm);
        ranks.Average([both]);
        if (float.IsFinite(both.item<float>()))
            return;
        var values = terms.Values.Select(term => KeyValuePair.Create(term.Key, term.Value.detach().clone())).ToList();
        ranks.Average([.. values.Select(value => value.Value)]);
        foreach (var (name, value) in values)
            if (!float.IsFinite(value.item<float>()))
                throw new NonFiniteException($"the term {name} of the {phase}'s loss");
        throw new NonFiniteException($"the {phase}'s gradient");
    }
}
