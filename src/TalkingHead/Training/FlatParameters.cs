using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Training;

/// <summary>
/// Parameters that lie in one tensor, as views of it, and their gradients in another: an optimiser, a moving average, the
/// length of the gradient or a sum over ranks is then one operator and not one for each of hundreds of parameters.
/// </summary>
/// <remarks>Whoever moves a parameter elsewhere (<c>module.to(device)</c>, <c>parameter.grad = null</c>) breaks it.</remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Every parameter starts at a multiple of so many numbers, a cache line; zeros lie between.</summary>
    internal const long Alignment = 16;

    readonly Parameter[] parameters;
    readonly long[] starts;

    /// <param name="parameters">Float32 parameters of one device; from here on they are views.</param>
    /// <param name="last">Which of them lie at the end, from <see cref="LastStart"/> on; none where it is null.</param>
    public FlatParameters(IEnumerable<Parameter> parameters, Func<Parameter, bool>? last = null)
    {
        this.parameters = [.. parameters];
        starts = new long[this.parameters.Length];
        foreach (var end in new[] { false, true })
        {
            if (end)
                LastStart = Length;
            for (var i = 0; i < starts.Length; i++)
                if ((last?.Invoke(this.parameters[i]) ?? false) == end)
                    (starts[i], Length) = (Length, Length + (this.parameters[i].numel() + Alignment - 1) / Alignment * Alignment);
        }
        Weights = Move();
        Gradients = Zeros();
        for (var i = 0; i < starts.Length; i++)
        {
            using var scope = NewDisposeScope();
            this.parameters[i].grad = View(Gradients, i);
        }
    }

    /// <summary>Other parameters of the same shapes, without gradients, at the same places.</summary>
    internal FlatParameters(FlatParameters like, IEnumerable<Parameter> parameters)
    {
        (this.parameters, starts, Length, LastStart) = ([.. parameters], like.starts, like.Length, like.LastStart);
        Weights = Move();
    }

    // Into one new tensor, which they become views of.
    Tensor Move()
    {
        using var _ = no_grad();
        var weights = Zeros();
        for (var i = 0; i < starts.Length; i++)
        {
            using var scope = NewDisposeScope();
            var place = View(weights, i);
            place.copy_(parameters[i]);
            parameters[i].set_(place);
        }
        return weights;
    }

    /// <summary>Numbers in all, the zeros between parameters included.</summary>
    public long Length { get; }

    /// <summary>Where the parameters that lie at the end start.</summary>
    public long LastStart { get; }

    /// <summary>Every parameter, (<see cref="Length"/>).</summary>
    public Tensor Weights { get; }

    /// <summary>Every gradient, at the place of its parameter; a backward pass adds to it.</summary>
    public Tensor? Gradients { get; }

    /// <summary>The parameters, in their own order.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>A tensor of this length and device, of zeros, in no dispose scope.</summary>
    public Tensor Zeros() => zeros(Length, device: parameters[0].device).DetachFromDisposeScope();

    /// <summary>
    /// The part of <paramref name="flat"/> that lies as the parameter of number <paramref name="index"/>, in its shape, kernels
    /// of convolutions pixel by pixel as they are computed with; in the caller's scope.
    /// </summary>
    public Tensor View(Tensor flat, int index)
    {
        using var scope = NewDisposeScope();
        var numbers = flat.narrow(0, starts[index], parameters[index].numel());
        return Layout.KernelFromMatrix(numbers, parameters[index].shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Gradients?.Dispose();
    }
}

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
    public MovingAverage(FlatParameters live, IEnumerable<Parameter> average, IEnumerable<(Module Live, Module Average)> networks,
        double decay)
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
        var now = DecayAt(step, decay);
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
