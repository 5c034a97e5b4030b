using TalkingHead.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>The three networks of a configuration, with fresh weights that its seed decides.</summary>
public sealed class NetworkSet : IDisposable
{
    /// <summary>Builds the networks; this seeds torch's generator.</summary>
    /// <exception cref="UserException">The configuration is of imported networks.</exception>
    public NetworkSet(RunConfiguration configuration, Device? device = null)
    {
        var (settings, size, norm) = (configuration.Network, configuration.Data.Size, configuration.SpectralNorm);
        if (settings.Layout != NetworkLayout.Paper)
            throw UserException.Usage($"network.layout is {SettingValue.Format(settings.Layout)}: imported networks can be used, not trained. Train with network.layout=paper.");
        manual_seed(configuration.Training.Seed);
        Embedder = new Embedder(settings, size, Mode(norm, norm.Embedder));
        Generator = new Generator(settings, size, Mode(norm, norm.Generator));
        Discriminator = new Discriminator(settings, size, Mode(norm, norm.Discriminator));
        foreach (var network in new nn.Module[] { Embedder, Generator, Discriminator })
        {
            network.Own().to(device ?? CPU);
            ComputeType.Set(network, configuration.Training.Precision);
        }
    }

    internal static SpectralMode Mode(SpectralNormSettings settings, bool normalized) => (normalized, settings.Iterate) switch
    {
        (false, _) => SpectralMode.Off,
        (true, PowerIteration.Step) => SpectralMode.EachStep,
        (true, _) => SpectralMode.EachForward,
    };

    /// <summary>E.</summary>
    public Embedder Embedder { get; }

    /// <summary>G with P.</summary>
    public Generator Generator { get; }

    /// <summary>V, w0 and b.</summary>
    public Discriminator Discriminator { get; }

    /// <summary>Training mode, or evaluation mode.</summary>
    public void Train(bool training = true)
    {
        Embedder.train(training);
        Generator.train(training);
        Discriminator.train(training);
    }

    /// <summary>Layers, parameters and multiply-adds of a configuration's networks: embedder, generator with P, V.</summary>
    public static IReadOnlyList<NetworkProfile> Profile(RunConfiguration configuration)
    {
        // Neither shapes nor counts depend on spectral norm.
        using var networks = new NetworkSet(configuration with { SpectralNorm = new() { Embedder = false, Generator = false, Discriminator = false } });
        using var scope = NewDisposeScope();
        int size = configuration.Data.Size;
        var picture = zeros(1, 3, size, size);
        var (e, g, v) = (networks.Embedder, networks.Generator, networks.Discriminator.Trunk);
        return
        [
            NetworkProfile.Measure("embedder", e, () => e.call(picture.unsqueeze(0), picture.unsqueeze(0))),
            NetworkProfile.Measure("generator", g, () => g.call(picture, g.Project(zeros(1, configuration.Network.Embedding)))),
            NetworkProfile.Measure("v", v, () => v.call(picture, picture)),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedder.Dispose();
        Generator.Dispose();
        Discriminator.Dispose();
    }
}
