using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Losses;

/// <summary>The terms of one network's loss by name, each with its weight: the one place where they are summed.</summary>
public sealed class LossSum
{
    readonly OrderedDictionary<string, (double Weight, Tensor Value)> terms = [];

    /// <summary>Adds a scalar term. A term of weight 0 is shown but takes no part in the sum.</summary>
    public void Add(string name, double weight, Tensor value) => terms.Add(name, (weight, value));

    /// <summary>One term, unweighted, with its graph.</summary>
    public Tensor this[string name] => terms[name].Value;

    /// <summary>The weighted sum, in the current dispose scope.</summary>
    public Tensor Total()
    {
        using var scope = NewDisposeScope();
        var used = terms.Values.Where(term => term.Weight != 0).ToList();
        var total = used[0].Value.Mul(used[0].Weight);
        foreach (var (weight, value) in used.Skip(1))
            total = total.Add(value.Mul(weight));
        return total.MoveToOuterDisposeScope();
    }

    /// <summary>The same terms with other values, in their order.</summary>
    internal LossSum With(IEnumerable<Tensor> values)
    {
        var other = new LossSum();
        foreach (var (term, value) in terms.Zip(values))
            other.Add(term.Key, term.Value.Weight, value);
        return other;
    }

    /// <summary>Every term by name, unweighted, with its graph.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Values => terms.Select(term => KeyValuePair.Create(term.Key, term.Value.Value));
}
