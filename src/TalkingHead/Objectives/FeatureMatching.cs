using static TorchSharp.torch;

namespace TalkingHead.Objectives;

/// <summary>L_FM (paper, section 3.2; Wang et al. 2018).</summary>
public static class FeatureMatching
{
    /// <summary>Sum over maps of the mean absolute difference; the real side is a constant.</summary>
    public static Tensor Loss(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => AbsoluteDifference.Sum(fake, real);
}
