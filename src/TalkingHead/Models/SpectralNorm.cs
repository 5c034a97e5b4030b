using TalkingHead.Libtorch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>Whether a network's weights are divided by their largest singular values, and when u and v are refined.</summary>
public enum SpectralMode
{
    /// <summary>Plain weights.</summary>
    Off,

    /// <summary>One power iteration where <see cref="SpectralNorm.Iterate"/> is called: once per optimiser step.</summary>
    EachStep,

    /// <summary>One power iteration at each forward in training mode of a layer that is not frozen.</summary>
    EachForward,
}

/// <summary>Spectral norm over a whole network.</summary>
public static class SpectralNorm
{
    /// <summary>Floor of the lengths that the power iteration divides by (paper).</summary>
    public const double Epsilon = 1e-4;

    /// <summary>After an optimiser step: power iterations of every layer that does not iterate at each forward.</summary>
    public static void Iterate(Module network, int times = 1)
    {
        foreach (var layer in Layers(network).Where(layer => !layer.IteratesEachForward))
            layer.Iterate(times);
    }

    /// <summary>
    /// The state of the same network built with <see cref="SpectralMode.Off"/>: each weight divided by its exact
    /// largest singular value, no u and v. In the current dispose scope.
    /// </summary>
    public static Dictionary<string, Tensor> Fold(Module network)
    {
        using var _ = no_grad();
        var state = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        foreach (var (path, module) in network.named_modules())
        {
            if (module is not SpectralNormLayer { IsNormalized: true } layer)
                continue;
            var prefix = path == "" ? "" : path + ".";
            state[prefix + nameof(layer.weight)].Div_(ExactSigma(layer.weight));
            state.Remove(prefix + nameof(layer.u));
            state.Remove(prefix + nameof(layer.v));
        }
        return state;
    }

    /// <summary>Largest singular value of a weight as a matrix of one row per output, to about 1e-7.</summary>
    public static double ExactSigma(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var matrix = weight.flatten(1).to(ScalarType.Float64);
        var (rows, columns) = (matrix.shape[0], matrix.shape[1]);
        // The eigenvalues of the smaller Gram matrix are the squares of the singular values.
        var gram = rows < columns ? matrix.mm(matrix.t()) : matrix.t().mm(matrix);
        return Math.Sqrt(linalg.eigvalsh(gram).max().item<double>());
    }

    internal static IEnumerable<SpectralNormLayer> Layers(Module network) =>
        network.modules().Prepend(network).OfType<SpectralNormLayer>().Where(layer => layer.IsNormalized).Distinct();
}
