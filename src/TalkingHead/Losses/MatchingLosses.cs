using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Losses;

/// <summary>L_FM (paper, section 3.2; Wang et al. 2018).</summary>
public static class FeatureMatching
{
    /// <summary>Sum over maps of the mean absolute difference; the real side is a constant.</summary>
    public static Tensor Loss(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => AbsoluteDifference.Sum(fake, real);
}

/// <summary>L_MCH (paper, section 3.2): makes ê_i usable as the discriminator's row of a new person.</summary>
public static class EmbeddingMatch
{
    /// <summary>Mean absolute difference of embeddings and rows (B,N); the rows are the discriminator's and stay as they are.</summary>
    public static Tensor Loss(Tensor embedding, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return functional.l1_loss(embedding, rows.detach()).MoveToOuterDisposeScope();
    }
}
