using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

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
        if (module is not (NormalizedLayer or InstanceNorm or SelfAttention))
            return null;
        var layer = (Module<Tensor, Tensor>)module;
        return layer.register_forward_hook((_, x, y) => module switch
        {
            NormalizedLayer normalized => Add(Describe(normalized), y, Places(normalized, x, y) * normalized.weight.numel()),
            SelfAttention => Add("attention", y, AttentionMacs(x)),
            _ => Add("instance norm", y, 0),
        }).remove;

        Tensor Add(string kind, Tensor y, long macs)
        {
            layers.Add(new LayerProfile(path, kind, y.shape[1..], module.parameters(recurse: false).Sum(parameter => parameter.numel()), macs));
            return y;
        }
    }

    // Where the kernel is laid on: before the mean of a layer that halves, whatever its fast way saves.
    static long Places(NormalizedLayer layer, Tensor x, Tensor y)
    {
        var at = layer is NormalizedConv2d { Resampling: Resampling.Halve } ? x : y;
        return at.numel() / at.shape[1];
    }

    static string Describe(NormalizedLayer layer) => layer.weight.shape is [_, _, var kernel, _] ? $"conv {kernel}x{kernel}" : "linear";

    // Query with key, weights with value: its three convolutions count for themselves.
    static long AttentionMacs(Tensor x)
    {
        long channels = x.shape[1], places = x.shape[2] * x.shape[3];
        return places * places * (channels / 8 + channels);
    }
}
