using TalkingHead.Media;
using TalkingHead.Pretrained;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// LPIPS v0.1 (Zhang et al. 2018): squared differences of unit-length activations of a trunk, weighted over channels,
/// averaged over space, summed over layers; pictures enter as RGB in [-1,1]. Lower is more alike. "alex" is the trunk of
/// most reports; values of different trunks do not compare.
/// </summary>
public sealed class PerceptualDistance : IDisposable
{
    static readonly LpipsTrunk[] known = [LpipsTrunk.Alex, LpipsTrunk.Vgg, LpipsTrunk.Squeeze];
    internal static readonly string[] Trunks = [.. known.Select(trunk => trunk.Name)];

    internal const int LeastSide = 32; // every trunk's last map has at least a pixel

    readonly Lpips network;

    internal PerceptualDistance(Lpips network, Device device) => this.network = (Lpips)network.to(device);

    /// <summary>The measure of a trunk, "alex", "vgg" or "squeeze", with its published weights.</summary>
    /// <exception cref="UserException">Another trunk; a weights file is missing or another network's.</exception>
    public static PerceptualDistance Load(string trunk, Device device)
    {
        var kind = Array.Find(known, kind => kind.Name == trunk)
            ?? throw UserException.Usage($"unknown LPIPS trunk \"{trunk}\"; expected {string.Join(", ", Trunks)}.");
        return new(Lpips.Load(kind), device);
    }

    internal static string Definition(string trunk) => $"LPIPS v0.1, trunk {trunk}";

    /// <summary>Quantised pictures (B,3,H,W), uint8, of at least 32x32 pixels, to one value each, (B) float64.</summary>
    public Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var distances = network.call(PictureTensor.FromBytes(first), PictureTensor.FromBytes(second));
        return distances.to(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => network.Dispose();
}
