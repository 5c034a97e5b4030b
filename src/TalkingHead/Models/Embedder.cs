using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>E (paper, section 3.1): frames of a person with their landmark images to the person's embedding.</summary>
public sealed class Embedder : Module<Tensor, Tensor, Tensor>, IOnnxEmbedder
{
    readonly DownPath path;
    readonly int size;

    /// <summary>Pictures of side <paramref name="size"/>, with fresh weights from torch's generator.</summary>
    public Embedder(NetworkSettings settings, int size, SpectralMode mode) : base(nameof(Embedder))
    {
        this.size = size;
        path = new DownPath(6, settings.EncoderChannels(size), size, settings.AttentionSide, mode, norm: false);
        RegisterComponents();
    }

    /// <summary>Source frames and landmark images (B,K,3,S,S) in [-1,1] to ê (B,N), the mean over the K.</summary>
    public override Tensor forward(Tensor frames, Tensor landmarks)
    {
        var (b, k) = (frames.shape[0], frames.shape[1]);
        Shapes.Expect(frames, "embedder frames", b, k, 3, size, size);
        Shapes.Expect(landmarks, "embedder landmarks", b, k, 3, size, size);
        using var scope = NewDisposeScope();
        var x = cat([frames, landmarks], 2).flatten(0, 1);          // (B·K,6,S,S)
        var each = functional.relu(path.call(x).As(ScalarType.Float32)).sum([2, 3]); // (B·K,N)
        return each.view(b, k, -1).mean([1]).MoveToOuterDisposeScope(); // (B,N)
    }

    // Frames and landmark images (K,3,S,S) of one person -> ê (1,N)
    string IOnnxEmbedder.Emit(OnnxGraph graph, string frames, string landmarks, long side)
    {
        var x = graph.Add("Concat", "embedder.pairs", [frames, landmarks], ("axis", 1L)); // (K,6,S,S)
        var map = graph.Each("Relu", "embedder.relu", graph.Single(path.Emit(graph, "embedder.path", x, side)));
        var each = graph.Reduce("ReduceSum", "embedder.each", map, keep: false, 2, 3); // (K,N)
        return graph.Reduce("ReduceMean", "embedder.mean", each, keep: true, 0);
    }
}

/// <summary>An embedder that can be written as an ONNX graph.</summary>
interface IOnnxEmbedder
{
    /// <summary>Adds the embedder: source frames and landmark images (K,3,side,side) in [-1,1] of one person to ê (1,N).</summary>
    string Emit(OnnxGraph graph, string frames, string landmarks, long side);
}

/// <summary>Down blocks in a row, with self-attention after the one that ends at a given side.</summary>
public sealed class DownPath : Module<Tensor, Tensor>
{
    readonly ModuleList<DownBlock> blocks;
    readonly SelfAttention? attention;
    readonly int attentionBlock;

    internal DownPath(long inputs, int[] channels, int size, int attentionSide, SpectralMode mode, bool norm)
        : base(nameof(DownPath))
    {
        blocks = new ModuleList<DownBlock>();
        for (var block = 0; block < channels.Length; block++)
            blocks.Add(new DownBlock(block == 0 ? inputs : channels[block - 1], channels[block], mode, first: block == 0, norm));
        attentionBlock = Array.FindIndex([.. channels.Select((_, block) => size >> (block + 1))], side => side == attentionSide);
        if (attentionBlock >= 0)
            attention = new SelfAttention(channels[attentionBlock], mode);
        RegisterComponents();
    }

    // (B,in,S,S) -> (B,channels[^1],s,s), s = S / 2^blocks
    /// <summary>x (B,C,H,W) to (B,N,h,w), each block halving the sides.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Run(x, null).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="forward"/>; adds every block's own output, before any attention, to <paramref name="maps"/>.</summary>
    internal Tensor Run(Tensor x, List<Tensor>? maps)
    {
        x = Layout.PixelByPixel(x);
        for (var block = 0; block < blocks.Count; block++)
        {
            x = blocks[block].call(x);
            maps?.Add(x);
            if (block == attentionBlock)
                x = attention!.call(x);
        }
        return x;
    }

    // side: of x; maps: as for Run
    internal string Emit(OnnxGraph graph, string name, string x, long side, List<string>? maps = null)
    {
        for (var block = 0; block < blocks.Count; block++)
        {
            x = blocks[block].Emit(graph, $"{name}.blocks.{block}", x);
            maps?.Add(x);
            if (block == attentionBlock)
                x = attention!.Emit(graph, $"{name}.attention", x, side >> (block + 1));
        }
        return x;
    }
}
