using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks.Vt;

/// <summary>The six down blocks that E and D begin with, and their attention.</summary>
abstract class VtEncoder<TIn1, TIn2, TOut> : Module<TIn1, TIn2, TOut>
{
    internal readonly VtDown resDown1, resDown2, resDown3;
    internal readonly VtAttention self_att;
    internal readonly VtDown resDown4, resDown5, resDown6;

    private protected VtEncoder(string name, VtLayout layout) : base(name)
    {
        int[] channels = VtLayout.EncoderDown;
        VtDown Block(int i) => new(layout, i == 0 ? 6 : channels[i - 1], channels[i], 3);
        (resDown1, resDown2, resDown3) = (Block(0), Block(1), Block(2));
        self_att = new VtAttention(channels[VtLayout.AttentionAfter]);
        (resDown4, resDown5, resDown6) = (Block(3), Block(4), Block(5));
    }

    // (B,6,W,H) -> (B,512,W/64,H/64)
    private protected Tensor Down(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = self_att.call(resDown3.call(resDown2.call(resDown1.call(x))));
        return resDown6.call(resDown5.call(resDown4.call(x))).MoveToOuterDisposeScope();
    }
}

/// <summary>Its embedder: as the paper's, but the largest value over places in the place of their sum.</summary>
sealed class VtEmbedder : VtEncoder<Tensor, Tensor, Tensor>
{
    readonly VtLayout layout;

    internal VtEmbedder(VtLayout layout) : base(nameof(VtEmbedder), layout)
    {
        this.layout = layout;
        RegisterComponents();
    }

    /// <summary>Source frames and landmark images (B,K,3,S,S) in [-1,1] to ê (B,512), the mean over the K.</summary>
    public override Tensor forward(Tensor frames, Tensor landmarks)
    {
        Shapes.Expect(landmarks, "embedder landmarks", frames.shape);
        using var scope = NewDisposeScope();
        var x = layout.ToOwn(cat([frames, landmarks], 2)).flatten(0, 1);    // (B·K,6,S,S)
        var each = layout.Activate(Down(x).amax([2, 3]));                   // (B·K,512)
        return each.view(frames.shape[0], frames.shape[1], -1).mean([1]).MoveToOuterDisposeScope();
    }
}
