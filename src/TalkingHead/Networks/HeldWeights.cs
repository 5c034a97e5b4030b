using TalkingHead.Configuration;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>
/// While this lives, every layer of a network uses its weight as it was at the start: divided by σ, in the form that its
/// convolution wants and in the type it computes with, worked out once. For a network that is frozen meanwhile.
/// </summary>
sealed class HeldWeights : IDisposable
{
    readonly NormalizedLayer[] layers;

    public HeldWeights(Module network)
    {
        using var _ = torch.no_grad();
        layers = [.. network.modules().Prepend(network).OfType<NormalizedLayer>().Distinct()];
        foreach (var layer in layers)
            layer.Hold();
    }

    public void Dispose()
    {
        foreach (var layer in layers)
            layer.Release();
    }
}

/// <summary>
/// bfloat16 by explicit casts: convolutions and linear layers take their input and their weight in it. Norms, softmax, sums
/// over places, losses and optimisers stay in float32.
/// </summary>
static class ComputeType
{
    /// <summary>Sets what the layers of a network compute with.</summary>
    public static void Set(Module network, Precision precision)
    {
        foreach (var layer in network.modules().Prepend(network).OfType<NormalizedLayer>())
            layer.ComputeType = precision == Precision.Bf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
    }
}
