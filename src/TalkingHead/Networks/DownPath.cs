using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

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
        for (int block = 0; block < channels.Length; block++)
            blocks.Add(new DownBlock(block == 0 ? inputs : channels[block - 1], channels[block], mode, first: block == 0, norm));
        attentionBlock = Array.FindIndex([.. channels.Select((_, block) => size >> (block + 1))], side => side == attentionSide);
        if (attentionBlock >= 0)
            attention = new SelfAttention(channels[attentionBlock], mode);
        RegisterComponents();
    }

    // (B,in,S,S) -> (B,channels[^1],s,s), s = S / 2^blocks
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Run(x, null).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="forward"/>; adds every block's own output, before any attention, to <paramref name="maps"/>.</summary>
    internal Tensor Run(Tensor x, List<Tensor>? maps)
    {
        x = Layout.PixelByPixel(x);
        for (int block = 0; block < blocks.Count; block++)
        {
            x = blocks[block].call(x);
            maps?.Add(x);
            if (block == attentionBlock)
                x = attention!.call(x);
        }
        return x;
    }
}
