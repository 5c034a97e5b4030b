using TalkingHead.Perception;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>
/// Identity similarity: the cosine of two faces' ArcFace embeddings (Deng et al. 2019), each face aligned by its own
/// landmarks (<see cref="FaceAlignment"/>). 1 is the same face; values of different recognisers do not compare.
/// </summary>
public sealed class Csim : IDisposable
{
    static readonly Dictionary<string, (ArcFaceKind Kind, bool? Bgr)> known = new()
    {
        ["ir-se50"] = (ArcFaceKind.IrSe50, null),
        ["ir-se50-rgb"] = (ArcFaceKind.IrSe50, false),
        ["r50"] = (ArcFaceKind.IResNet50, null),
        ["r100"] = (ArcFaceKind.IResNet100, null),
    };

    readonly ArcFace network;

    internal Csim(ArcFace network, Device device) => this.network = (ArcFace)network.to(device);

    /// <summary>What a network may be called: IR-SE50 with BGR as it was trained or with RGB, iResNet50, iResNet100.</summary>
    public static IReadOnlyCollection<string> Networks => known.Keys;

    /// <summary>A recogniser with its published weights.</summary>
    /// <param name="name">One of <see cref="Networks"/>.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="UserException">Another name; the weights file is missing or another network's.</exception>
    public static Csim Load(string name, Device device)
    {
        var (kind, bgr) = Find(name);
        return new(ArcFace.Load(kind, bgr), device);
    }

    internal static string Definition(string name)
    {
        var (kind, bgr) = Find(name);
        return $"cosine of ArcFace embeddings, {kind.Name} on {(bgr ?? kind.Bgr ? "BGR" : "RGB")}, faces aligned to 112x112";
    }

    /// <summary>Aligned faces (B,3,112,112), uint8 RGB, to (B,512), each of length one.</summary>
    public Tensor Embed(Tensor faces)
    {
        Pictures.Expect(faces);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return network.call(Pictures.Signed(faces)).MoveToOuterDisposeScope();
    }

    /// <summary>Aligned faces (B,3,112,112), uint8 RGB, to one cosine a pair, (B) float64.</summary>
    public Tensor Of(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        using var scope = NewDisposeScope();
        return (Embed(first).to(ScalarType.Float64) * Embed(second).to(ScalarType.Float64)).sum([1]).MoveToOuterDisposeScope();
    }

    public void Dispose() => network.Dispose();

    static (ArcFaceKind Kind, bool? Bgr) Find(string name) => known.TryGetValue(name, out var found)
        ? found
        : throw UserException.Usage($"unknown CSIM network \"{name}\"; expected {string.Join(", ", known.Keys)}.");
}
