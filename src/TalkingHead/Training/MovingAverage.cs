using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Training;

/// <summary>
/// An exponential moving average of networks' weights, in networks of the same kind: what is validated, exported and
/// fine-tuned from. Buffers (u and v of spectral norm) are copied, not averaged.
/// </summary>
public sealed class MovingAverage : IDisposable
{
    readonly double decay;
    readonly FlatParameters live, average;
    readonly (Tensor Live, Tensor Average)[] buffers;

    /// <summary>Starts at the live weights.</summary>
    /// <param name="live">What is averaged.</param>
    /// <param name="average">Parameters of the same shapes in the same order, which hold the average from here on.</param>
    /// <param name="networks">The networks of both, whose buffers are copied.</param>
    /// <param name="decay">Of a step, after the first ones.</param>
    public MovingAverage(FlatParameters live, IEnumerable<Parameter> average, IEnumerable<(Module Live, Module Average)> networks, double decay)
    {
        (this.live, this.decay) = (live, decay);
        this.average = new FlatParameters(live, average);
        buffers = [.. networks.SelectMany(pair => pair.Live.buffers().Zip(pair.Average.buffers()))];
        using var _ = no_grad();
        this.average.Weights.copy_(live.Weights);
        CopyBuffers();
    }

    /// <summary>After a step: average ← decay · average + (1 − decay) · weight, with less decay in the first steps.</summary>
    public void Update(int step)
    {
        using var _ = no_grad();
        double now = DecayAt(step, decay);
        average.Weights.Mul_(now).Add_(live.Weights, 1 - now);
        CopyBuffers();
    }

    void CopyBuffers()
    {
        foreach (var (from, to) in buffers)
            to.copy_(from);
    }

    /// <summary>A fixed decay would hold on to the start: after n steps at most n/(n + 10) of the past is kept.</summary>
    internal static double DecayAt(int step, double decay) => Math.Min(decay, (step + 1.0) / (step + 10.0));

    /// <inheritdoc/>
    public void Dispose() => average.Dispose();
}
