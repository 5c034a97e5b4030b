using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>The three networks of a configuration, with fresh weights that its seed decides.</summary>
public sealed class NetworkSet : IDisposable
{
    /// <summary>Builds the networks; this seeds torch's generator.</summary>
    /// <exception cref="UserException">The configuration is of imported networks.</exception>
    public NetworkSet(RunConfiguration configuration, Device? device = null)
    {
        var (settings, size, norm) = (configuration.Network, configuration.Data.Size, configuration.SpectralNorm);
        if (settings.Layout != NetworkLayout.Paper)
            throw UserException.Usage($"network.layout is {SettingValue.Format(settings.Layout)}: imported networks can be used, not "
                + $"trained. Train with network.layout=paper.");
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
        using var networks = new NetworkSet(configuration with
        {
            SpectralNorm = new()
            {
                Embedder = false, Generator = false,
                Discriminator = false
            }
        });
        using var scope = NewDisposeScope();
        var size = configuration.Data.Size;
        var picture = zeros(1, 3, size, size);
        var (e, g, v) = (networks.Embedder, networks.Generator, networks.Discriminator.Trunk);
        return
        [
            NetworkProfile.Measure("embedder", e, () => e.call(picture.unsqueeze(0), picture.unsqueeze(0))),
            NetworkProfile.Measure("generator", g, () => g.call(picture,
                g.Project(zeros(1, configuration.Network.Embedding), picture.unsqueeze(0), picture.unsqueeze(0)))),
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

/// <summary>One layer in the order of use: its path, output shape, own parameters and multiply-adds for one picture.</summary>
public sealed record LayerProfile(string Path, string Kind, IReadOnlyList<long> Output, long Parameters, long Macs);

/// <summary>A network's layers, measured in one forward of one picture.</summary>
public sealed record NetworkProfile(string Name, IReadOnlyList<LayerProfile> Layers, long Parameters)
{
    /// <summary>Multiply-adds of one picture: convolutions, linear layers and attention.</summary>
    public long Macs => Layers.Sum(layer => layer.Macs);

    /// <summary>Runs <paramref name="forward"/>, which must call <paramref name="network"/> with a batch of one.</summary>
    internal static NetworkProfile Measure(string name, Module network, Action forward)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var layers = new List<LayerProfile>();
        var removals = network.named_modules().Select(pair => Watch(pair.name, pair.module, layers)).OfType<Action>().ToList();
        forward();
        removals.ForEach(remove => remove());
        return new NetworkProfile(name, layers, network.parameters().Sum(parameter => parameter.numel()));
    }

    static Action? Watch(string path, Module module, List<LayerProfile> layers)
    {
        if (module is AdaptiveInstanceNorm adaptive)
        {
            var remover = adaptive.register_forward_hook((_, _, _, y) => Add("AdaIN", y, 0));
            return remover.remove;
        }
        if (module is not (SpectralNormLayer or InstanceNorm or SelfAttention))
            return null;
        var layer = (Module<Tensor, Tensor>)module;
        return layer.register_forward_hook((_, x, y) => module switch
        {
            SpectralNormLayer normalized => Add(Describe(normalized), y, Places(normalized, x, y) * normalized.weight.numel()),
            SelfAttention => Add("attention", y, AttentionMacs(x)),
            _ => Add("instance norm", y, 0),
        }).remove;

        Tensor Add(string kind, Tensor y, long macs)
        {
            layers.Add(new LayerProfile(path, kind, y.shape[1..],
                module.parameters(recurse: false).Sum(parameter => parameter.numel()), macs));
            return y;
        }
    }

    // Where the kernel is laid on: before the mean of a layer that halves, whatever its fast way saves.
    static long Places(SpectralNormLayer layer, Tensor x, Tensor y)
    {
        var at = layer is SpectralNormConv2d { Resampling: Resampling.Halve } ? x : y;
        return at.numel() / at.shape[1];
    }

    static string Describe(SpectralNormLayer layer) => layer.weight.shape is [_, _, var kernel, _] ? $"conv {kernel}x{kernel}" : "linear";

    // Query with key, weights with value: its three convolutions count for themselves.
    static long AttentionMacs(Tensor x)
    {
        long channels = x.shape[1], places = x.shape[2] * x.shape[3];
        return places * places * (channels / 8 + channels);
    }
}
