using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

/// <summary>The networks and batches of the small fixtures (32x32).</summary>
static class SmallSetting
{
    public const int Batch = 2, Shots = 2, Clips = 5, Side = 32;

    public static RunConfiguration Configuration(string kind) => kind == "normal" ? Normal : Plain;

    static readonly RunConfiguration Normal = new RunConfiguration
    {
        Data = new() { Size = Side },
        Network = new()
        {
            BaseChannels = 8,
            MaxChannels = 16,
            Embedding = 16,
            EncoderSide = 4,
            BottleneckSide = 8,
            ResidualBlocks = 2,
            AttentionSide = 16,
            UpAttentionSide = 16,
        },
        Objective = new ObjectiveSettings { Content = ContentKind.Pyramid }.Resolved(),
        Optimizer = new() { Epsilon = 1e-3 },
    };

    static readonly RunConfiguration Plain = Normal with
    {
        SpectralNorm = new() { Embedder = false, Generator = false, Rows = false, Iterate = PowerIteration.Forward },
        Optimizer = new() { GeneratorRate = 2e-4, Beta1 = 0.5, Beta2 = 0.99, Epsilon = 1e-3, DiscriminatorSteps = 1 },
    };

    /// <summary>Formula-made weights; u and v refined by five iterations.</summary>
    public static NetworkSet Networks(RunConfiguration configuration)
    {
        var networks = new NetworkSet(configuration);
        foreach (var network in new nn.Module[] { networks.Embedder, networks.Generator, networks.Discriminator })
        {
            Formula.Fill(network);
            foreach (var layer in SpectralNorm.Layers(network))
                layer.Iterate(5);
        }
        return networks;
    }

    /// <summary>W with formula-made rows and direction.</summary>
    public static EmbeddingTable Rows(RunConfiguration configuration)
    {
        var embeddings = new EmbeddingTable(configuration);
        embeddings.Add(Enumerable.Range(0, Clips).Select(Clip));
        using var scope = NewDisposeScope();
        var rows = Formula.Values("rows", Clips, configuration.Network.Embedding).Mul(0.2);
        embeddings.Overwrite(rows.data<float>().ToArray());
        if (embeddings.Spectrum is { } spectrum)
            spectrum.Direction = Formula.Values("rows.v", configuration.Network.Embedding);
        return embeddings;
    }

    public static string Clip(int number) => $"clip {number}";

    public static string[] ClipsOf(int step) => [Clip(step % Clips), Clip((3 * step + 1) % Clips)];

    public static Tensor Source(int step) => Formula.Values($"source.{step}", Batch, Shots, 3, Side, Side);

    public static Tensor SourceLandmarks(int step) => Formula.Values($"source_landmarks.{step}", Batch, Shots, 3, Side, Side);

    public static Tensor Target(int step) => Formula.Values($"target.{step}", Batch, 3, Side, Side);

    public static Tensor TargetLandmarks(int step) => Formula.Values($"target_landmarks.{step}", Batch, 3, Side, Side);

    public static EpisodeBatch BatchOf(int step) =>
        new(Source(step), SourceLandmarks(step), Target(step), TargetLandmarks(step), ClipsOf(step));
}
