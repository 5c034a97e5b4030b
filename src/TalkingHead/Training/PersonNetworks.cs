using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Models.Import;
using TalkingHead.Serialization;
using TorchSharp;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;
using Module = TorchSharp.torch.nn.Module;

namespace TalkingHead.Training;

/// <summary>The two networks that animate a person, of whichever layout a configuration names.</summary>
public sealed class PersonNetworks : IDisposable
{
    const string File = "networks.safetensors", EmbedderPrefix = "embedder", GeneratorPrefix = "generator";

    PersonNetworks(nn.Module<Tensor, Tensor, Tensor> embedder, PersonGenerator generator) => (Embedder, Generator) = (embedder, generator);

    /// <summary>Source frames and landmark images (B,K,3,S,S) in [-1,1] to ê (B,N).</summary>
    public nn.Module<Tensor, Tensor, Tensor> Embedder { get; }

    /// <summary>Landmark images and ψ to pictures.</summary>
    public PersonGenerator Generator { get; }

    /// <summary>
    /// The configuration's networks in evaluation mode, with weights that are yet to be loaded: the numbers drawn for them are
    /// put back.
    /// </summary>
    public static PersonNetworks Build(RunConfiguration configuration, Device? device = null)
    {
        using var random = get_rng_state();
        var (settings, size, norm) = (configuration.Network, configuration.Data.Size, configuration.SpectralNorm);
        var networks = settings.Layout == NetworkLayout.Paper
            ? new PersonNetworks(new Embedder(settings, size, NetworkSet.Mode(norm, norm.Embedder)),
                new Generator(settings, size, NetworkSet.Mode(norm, norm.Generator)))
            : new PersonNetworks(new ReproductionEmbedder(ReproductionLayout.For(settings.Layout)),
                new ReproductionGenerator(ReproductionLayout.For(settings.Layout)));
        foreach (var network in new Module[] { networks.Embedder, networks.Generator })
        {
            network.Own().to(device ?? CPU);
            network.eval();
            ComputeType.Set(network, configuration.Training.Precision);
        }
        set_rng_state(random);
        return networks;
    }

    /// <summary>An embedder and a generator at hand; they become the result's.</summary>
    internal static PersonNetworks From(Embedder embedder, Generator generator) => new(embedder, generator);

    /// <summary>Loads the weights of a run's checkpoint folder.</summary>
    /// <exception cref="UserException">The file is missing, damaged, or of other networks.</exception>
    public void Load(string folder)
    {
        var path = Path.Combine(folder, File);
        using var file = SafeTensorsFile.Open(path);
        foreach (var (prefix, network) in new (string, Module)[] { (EmbedderPrefix, Embedder), (GeneratorPrefix, Generator) })
            StateDict.Load(network, file.Tensors, path, name => $"{prefix}.{name}",
                name => !name.StartsWith(prefix + ".", StringComparison.Ordinal));
    }

    /// <summary>Writes the weights as a checkpoint folder has them, with <paramref name="more"/> beside.</summary>
    internal void Save(string folder, IEnumerable<KeyValuePair<string, Tensor>> more) => SafeTensors.Save(
        Path.Combine(folder, File), [.. Prefixed(EmbedderPrefix, Embedder), .. Prefixed(GeneratorPrefix, Generator), .. more]);

    internal static IEnumerable<KeyValuePair<string, Tensor>> Prefixed(string prefix, Module network) =>
        network.state_dict().Select(pair => KeyValuePair.Create($"{prefix}.{pair.Key}", pair.Value));

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedder.Dispose();
        Generator.Dispose();
    }
}
