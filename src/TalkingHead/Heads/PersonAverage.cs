using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Networks.Generator;

namespace TalkingHead.Heads;

/// <summary>
/// The generator and ψ' that are judged and kept: a moving average over the steps, or, where the configuration has none,
/// the tuned ones themselves.
/// </summary>
sealed class PersonAverage : IDisposable
{
    readonly double decay;
    readonly Tensor livePsi;
    readonly Averaging? average;
    int steps;

    public PersonAverage(Generator generator, Tensor psi, RunConfiguration configuration, Device device)
    {
        (decay, livePsi, Generator, Psi) = (configuration.FineTuning.Averaging, psi, generator, psi);
        if (decay == 0)
            return;
        average = new Averaging(generator, decay);
        Generator = HeadGenerator.Empty(() => new Generator(configuration.Network, configuration.Data.Size, NetworkSet.Mode(configuration.SpectralNorm, configuration.SpectralNorm.Generator)), device);
        Generator.load_state_dict(average.State);
        using var _ = no_grad();
        Psi = psi.detach().clone().DetachFromDisposeScope();
    }

    public Generator Generator { get; }

    public Tensor Psi { get; }

    /// <summary>After a step.</summary>
    public void Update()
    {
        if (average is null)
            return;
        using var _ = no_grad();
        average.Update(++steps);
        Generator.load_state_dict(average.State);
        Psi.mul_(Averaging.DecayAt(steps, decay)).add_(livePsi, 1 - Averaging.DecayAt(steps, decay));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (average is null)
            return;
        average.Dispose();
        Generator.Dispose();
        Psi.Dispose();
    }
}
