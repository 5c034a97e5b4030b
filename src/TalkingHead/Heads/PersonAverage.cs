using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Generator = TalkingHead.Networks.Generator;

namespace TalkingHead.Heads;

/// <summary>
/// The generator and ψ' that are judged and kept: a moving average over the steps, or, where the configuration has none,
/// the tuned ones themselves.
/// </summary>
sealed class PersonAverage : IDisposable
{
    readonly MovingAverage? average;
    int steps;

    public PersonAverage(Generator generator, FineTuningStep step, RunConfiguration configuration, Device device)
    {
        (Generator, Psi) = (generator, step.Psi);
        if (configuration.FineTuning.Averaging == 0)
            return;
        Generator = HeadGenerator.Empty(() => new Generator(configuration.Network, configuration.Data.Size, NetworkSet.Mode(configuration.SpectralNorm, configuration.SpectralNorm.Generator)), device);
        ComputeType.Set(Generator, configuration.Training.Precision);
        Generator.load_state_dict(generator.state_dict()); // P too, which is not tuned
        using var _ = no_grad();
        Psi = new Parameter(step.Psi.detach().clone().DetachFromDisposeScope(), requires_grad: false);
        average = new MovingAverage(step.GeneratorOptimizer.Flat, [.. Generator.ParametersWithoutProjection(), Psi], [(generator, Generator)], configuration.FineTuning.Averaging);
    }

    public Generator Generator { get; }

    public Parameter Psi { get; }

    /// <summary>After a step.</summary>
    public void Update() => average?.Update(++steps);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (average is null)
            return;
        Generator.Dispose();
        Psi.Dispose();
        average.Dispose();
    }
}
