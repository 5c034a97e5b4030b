using TalkingHead.Configuration;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>Down blocks in a row, with self-attention after the one that ends at a given side.</summary>
sealed class DownPath : Module<Tensor, List<Tensor>?, Tensor>
{
    readonly ModuleList<DownBlock> blocks = [];
    readonly SelfAttention? attention;
    readonly int place = -1;

    public DownPath(long inputs, long[] channels, long size, long attentionSide, bool spectral, bool norm = false) : base(nameof(DownPath))
    {
        for (var n = 0; n < channels.Length; n++)
        {
            blocks.Add(new DownBlock(n == 0 ? inputs : channels[n - 1], channels[n], spectral, first: n == 0, norm));
            if (size >> (n + 1) == attentionSide)
                (place, attention) = (n, new SelfAttention(channels[n], spectral));
        }
        RegisterComponents();
    }

    /// <summary>Channels of the blocks that halve a picture down to <paramref name="side"/>.</summary>
    public static long[] Channels(RunConfiguration configuration, int side) =>
        [.. Enumerable.Range(0, int.Log2(configuration.Data.Size / side))
            .Select(n => Math.Min((long)configuration.Network.BaseChannels << n, configuration.Network.MaxChannels))];

    /// <summary>The path of the embedder and of the discriminator.</summary>
    public static DownPath Encoder(RunConfiguration configuration, bool spectral)
    {
        var net = configuration.Network;
        long[] channels = [.. Channels(configuration, net.EncoderSide)[..^1], net.Embedding];
        return new DownPath(6, channels, configuration.Data.Size, net.AttentionSide, spectral);
    }

    public override Tensor forward(Tensor x, List<Tensor>? maps)
    {
        for (var n = 0; n < blocks.Count; n++)
        {
            x = blocks[n].call(x);
            maps?.Add(x);
            if (n == place)
                x = attention!.call(x);
        }
        return x;
    }
}

sealed class Embedder : Module<Tensor, Tensor, Tensor>
{
    readonly DownPath path;

    public Embedder(RunConfiguration configuration) : base(nameof(Embedder))
    {
        path = DownPath.Encoder(configuration, configuration.SpectralNorm.Embedder);
        RegisterComponents();
    }

    // frames and landmark images (B,K,3,S,S) -> (B,N), the mean over the K
    public override Tensor forward(Tensor x, Tensor y)
    {
        var h = path.call(cat([x, y], 2).flatten(0, 1), null);
        return functional.relu(h).sum([2, 3]).view(x.shape[0], x.shape[1], -1).mean([1]);
    }
}

sealed class Generator : Module<Tensor, Tensor, Tensor>
{
    readonly DownPath path;
    readonly ModuleList<AdaptiveBlock> residual = [];
    readonly ModuleList<UpBlock> up = [];
    readonly SelfAttention? attention;
    readonly SpectralConv2d last;
    readonly SpectralLinear projection;
    readonly int place = -1;
    readonly List<long> adaptive = []; // channels of the adaptive norms, in the order of use

    public Generator(RunConfiguration configuration) : base(nameof(Generator))
    {
        var (net, size, spectral) = (configuration.Network, configuration.Data.Size, configuration.SpectralNorm.Generator);
        var channels = DownPath.Channels(configuration, net.BottleneckSide);
        path = new DownPath(3, channels, size, net.AttentionSide, spectral, norm: true);
        for (var n = 0; n < net.ResidualBlocks; n++)
        {
            residual.Add(new AdaptiveBlock(channels[^1], spectral));
            adaptive.AddRange(channels[^1], channels[^1]);
        }
        for (var n = 0; n < channels.Length; n++)
        {
            var (inputs, outputs) = (channels[Math.Min(channels.Length - n, channels.Length - 1)], channels[channels.Length - 1 - n]);
            up.Add(new UpBlock(inputs, outputs, spectral));
            adaptive.AddRange(inputs, outputs);
            if (net.BottleneckSide << (n + 1) == net.UpAttentionSide)
                (place, attention) = (n, new SelfAttention(outputs, spectral));
        }
        adaptive.Add(channels[0]);
        last = new SpectralConv2d(channels[0], 3, 3, spectral);
        projection = new SpectralLinear(net.Embedding, 2 * adaptive.Sum(), spectral);
        RegisterComponents();
    }

    /// <summary>Embedding (B,N) -> scale and shift of every adaptive norm (B,A).</summary>
    public Tensor Project(Tensor e) => projection.call(e);

    // landmark image (B,3,S,S), psi (B,A) -> picture (B,3,S,S) in [-1,1]
    public override Tensor forward(Tensor y, Tensor psi)
    {
        var styles = new Styles(psi, adaptive);
        var h = path.call(y, null);
        foreach (var block in residual)
            h = block.call(h, styles);
        for (var n = 0; n < up.Count; n++)
        {
            h = up[n].call(h, styles);
            if (n == place)
                h = attention!.call(h);
        }
        return last.call(functional.relu(styles.Apply(h))).tanh();
    }
}

/// <summary>V: a picture with its landmarks -> (B,N) and the feature maps after each block.</summary>
sealed class ProjectionTrunk : Module<Tensor, Tensor, (Tensor Features, List<Tensor> Maps)>
{
    readonly DownPath path;
    readonly ResidualBlock residual;

    public ProjectionTrunk(RunConfiguration configuration) : base(nameof(ProjectionTrunk))
    {
        path = DownPath.Encoder(configuration, configuration.SpectralNorm.Discriminator);
        residual = new ResidualBlock(configuration.Network.Embedding, configuration.SpectralNorm.Discriminator);
        RegisterComponents();
    }

    public override (Tensor Features, List<Tensor> Maps) forward(Tensor x, Tensor y)
    {
        var maps = new List<Tensor>();
        var h = residual.call(path.call(cat([x, y], 1), maps));
        maps.Add(h);
        return (functional.relu(h).sum([2, 3]), maps);
    }
}

/// <summary>D(x, y, i) = V(x, y) · (W_i + w0) + b; the rows W_i come from outside.</summary>
sealed class Discriminator : Module<Tensor, Tensor, Tensor, (Tensor Scores, List<Tensor> Maps)>
{
    readonly ProjectionTrunk trunk;
    readonly SpectralLinear w0;
    readonly Parameter b;

    public Discriminator(RunConfiguration configuration) : base(nameof(Discriminator))
    {
        trunk = new ProjectionTrunk(configuration);
        w0 = new SpectralLinear(configuration.Network.Embedding, 1, configuration.SpectralNorm.Discriminator, bias: false);
        b = new Parameter(zeros(1));
        RegisterComponents();
    }

    public ProjectionTrunk Trunk => trunk;

    public override (Tensor Scores, List<Tensor> Maps) forward(Tensor x, Tensor y, Tensor rows)
    {
        var (features, maps) = trunk.call(x, y);
        return ((features * (rows + w0.NormalWeight())).sum(1) + b, maps);
    }
}
