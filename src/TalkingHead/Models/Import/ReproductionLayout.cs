using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models.Import;

/// <summary>An up block: channels in and out, side of its two large kernels.</summary>
readonly record struct ReproductionUp(int Inputs, int Outputs, int Kernel);

/// <summary>
/// How one version of the best-known reproduction builds its networks. Its checkpoints are read as facts: names,
/// shapes, order of operations; what they leave open is read as in BigGAN and SAGAN: down blocks and D's residual
/// block begin with the activation, an attention's f is the key and g the query.
/// </summary>
sealed record ReproductionLayout
{
    /// <summary>The published weights: 60 M parameters in G, six blocks down to 4x4 and six up.</summary>
    public static ReproductionLayout Master { get; } = new()
    {
        Name = "vt-master",
        Down = [64, 128, 256, 512, 512, 512],
        Up = [new(512, 512, 3), new(512, 512, 3), new(512, 256, 3), new(256, 128, 3), new(128, 64, 3), new(64, 3, 9)],
        UpAttentionAfter = 3,
        Full = 255,
    };

    /// <summary>The later layout: 38 M parameters in G, four blocks down to 16x16 and four up, a last convolution.</summary>
    public static ReproductionLayout SaveDisc { get; } = new()
    {
        Name = "vt-save-disc",
        Down = [64, 128, 256, 512],
        Up = [new(512, 256, 3), new(256, 128, 3), new(128, 64, 3), new(64, 32, 3)],
        UpAttentionAfter = 1,
        LastChannels = 32,
        Slope = 0.01,
        Bilinear = true,
        PreNorm = true,
        Full = 1,
    };

    /// <exception cref="ArgumentException">The paper's own networks.</exception>
    public static ReproductionLayout For(NetworkLayout layout) => layout switch
    {
        NetworkLayout.VtMaster => Master,
        NetworkLayout.VtSaveDisc => SaveDisc,
        _ => throw new ArgumentException($"{layout} is no imported layout."),
    };

    public required string Name { get; init; }

    /// <summary>Channels of G's down blocks; the first has 9x9 kernels.</summary>
    public required int[] Down { get; init; }

    public required ReproductionUp[] Up { get; init; }

    /// <summary>The up block that attention follows.</summary>
    public required int UpAttentionAfter { get; init; }

    /// <summary>Channels before a last norm and convolution; 0 where the last up block makes the picture.</summary>
    public int LastChannels { get; init; }

    /// <summary>Of the leaky ReLU; 0 for a plain one.</summary>
    public double Slope { get; init; }

    /// <summary>Doubling by interpolation, not by the nearest pixel.</summary>
    public bool Bilinear { get; init; }

    /// <summary>In same-size blocks the norm comes before each convolution, not after.</summary>
    public bool PreNorm { get; init; }

    /// <summary>White in its pictures: 255 or 1.</summary>
    public required double Full { get; init; }

    /// <summary>Same-size blocks in G.</summary>
    public static int SameSizeBlocks => 5;

    /// <summary>Channels of E's and D's down blocks; attention follows the third, as in G.</summary>
    public static int[] EncoderDown => [64, 128, 256, 512, 512, 512];

    public static int AttentionAfter => 2;

    /// <summary>N.</summary>
    public static int Embedding => 512;

    /// <summary>Channels of every adaptive norm in the order of ψ, which holds shift then scale of each.</summary>
    public IReadOnlyList<int> StyleChannels =>
    [
        .. Enumerable.Repeat(Down[^1], 2 * SameSizeBlocks),
        .. Up.SelectMany(up => new[] { up.Inputs, up.Outputs }),
        .. LastChannels > 0 ? new[] { LastChannels } : [],
    ];

    public Tensor Activate(Tensor x) => Slope == 0 ? functional.relu(x) : x.LeakyRelu(Slope);

    public string EmitActivation(OnnxGraph graph, string name, string x) =>
        Slope == 0 ? graph.Each("Relu", name, x) : graph.Add("LeakyRelu", name, [x], ("alpha", Slope));

    public Tensor Double(Tensor x) => functional.interpolate(
        x, scale_factor: [2, 2], mode: Bilinear ? InterpolationMode.Bilinear : InterpolationMode.Nearest,
        align_corners: Bilinear ? false : null);

    // Pictures (…,3,H,W) in [-1,1] to its own numbers, indexed channel, width, height; and back.
    public Tensor ToOwn(Tensor x) => x.Add(1).Mul(Full / 2).transpose(-1, -2);

    public Tensor FromUnit(Tensor x) => x.Mul(2).Sub(1).transpose(-1, -2);

    public string EmitToOwn(OnnxGraph graph, string name, string x)
    {
        var shifted = graph.Sum($"{name}.shifted", x, Number(graph, 1));
        return graph.Transpose($"{name}.own", graph.Product($"{name}.scaled", shifted, Number(graph, (float)(Full / 2))), 0, 1, 3, 2);
    }

    public static string EmitFromUnit(OnnxGraph graph, string x)
    {
        var scaled = graph.Product("picture.scaled", x, Number(graph, 2));
        return graph.Transpose("picture.turned", graph.Sum("picture.shifted", scaled, Number(graph, -1)), 0, 1, 3, 2);
    }

    public static string Number(OnnxGraph graph, float number) =>
        graph.Shared(FormattableString.Invariant($"number.{number}"), () => tensor([number]));
}
