using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Training;

/// <summary>
/// An exponential moving average of a network's weights, which is what is validated, exported and fine-tuned from.
/// Buffers (u and v of spectral norm) are copied, not averaged.
/// </summary>
public sealed class Averaging : IDisposable
{
    readonly double decay;
    readonly Dictionary<string, Tensor> source;
    readonly HashSet<string> averaged;

    /// <summary>Starts at the network's own weights.</summary>
    public Averaging(Module network, double decay)
    {
        this.decay = decay;
        source = network.state_dict();
        averaged = [.. network.named_parameters().Select(pair => pair.name)];
        using var _ = no_grad();
        State = source.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>The average by the network's own names; the tensors stay this object's.</summary>
    public Dictionary<string, Tensor> State { get; }

    /// <summary>After a step: average ← decay · average + (1 − decay) · weight, with less decay in the first steps.</summary>
    public void Update(int step)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        double now = DecayAt(step, decay);
        foreach (var (name, average) in State)
            if (averaged.Contains(name))
                average.mul_(now).add_(source[name].detach(), 1 - now);
            else
                average.copy_(source[name]);
    }

    /// <summary>A fixed decay would hold on to the start: after n steps at most n/(n + 10) of the past is kept.</summary>
    internal static double DecayAt(int step, double decay) => Math.Min(decay, (step + 1.0) / (step + 10.0));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in State.Values)
            tensor.Dispose();
    }
}
