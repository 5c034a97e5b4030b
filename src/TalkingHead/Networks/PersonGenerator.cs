using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>A generator of pictures (B,3,S,S) from landmark images (B,3,S,S), both in [-1,1], and a person's ψ (B or 1,<see cref="StyleLength"/>).</summary>
public abstract class PersonGenerator : Module<Tensor, Tensor, Tensor>
{
    private protected PersonGenerator(string name) : base(name)
    {
    }

    /// <summary>Length of ψ.</summary>
    public abstract int StyleLength { get; }

    /// <summary>Embeddings ê (B,N) to ψ = P ê (B,<see cref="StyleLength"/>).</summary>
    public abstract Tensor Project(Tensor embedding);
}
