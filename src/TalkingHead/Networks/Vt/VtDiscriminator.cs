using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Networks.Vt;

/// <summary>Its discriminator without the rows W_i: V's mean over places, times a person's vector, plus b.</summary>
sealed class VtDiscriminator : VtEncoder<Tensor, Tensor, Tensor>
{
    readonly VtSame res;
    readonly Parameter w_0;
    readonly Parameter b;
    readonly Parameter w_prime;
    readonly VtLayout layout;

    internal VtDiscriminator(VtLayout layout) : base(nameof(VtDiscriminator), layout)
    {
        this.layout = layout;
        res = new VtSame(layout, VtLayout.Embedding);
        w_0 = new Parameter(zeros(VtLayout.Embedding, 1));
        b = new Parameter(zeros(1));
        w_prime = new Parameter(zeros(VtLayout.Embedding, 1));
        RegisterComponents();
    }

    /// <summary>Pictures and landmark images (B,3,S,S) in [-1,1] to V (B,512).</summary>
    public override Tensor forward(Tensor pictures, Tensor landmarks)
    {
        Shapes.Expect(landmarks, "discriminator landmarks", pictures.shape);
        using var scope = NewDisposeScope();
        return res.Plain(Down(layout.ToOwn(cat([pictures, landmarks], 1)))).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>V (B,512) and embeddings in the place of rows (B or 1,512) to scores (B).</summary>
    public Tensor Score(Tensor features, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return (features * rows.Add(w_0.t())).sum(1).Add(b).MoveToOuterDisposeScope();
    }
}
