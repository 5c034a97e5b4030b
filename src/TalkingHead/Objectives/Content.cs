using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Objectives;

/// <summary>L_CNT: how far x̂ is from x, in the activations of a network (paper, section 3.2) or at several scales.</summary>
public static class Content
{
    /// <summary>Sum over tapped layers of the mean absolute difference of activations; the gradient reaches the fake side only.</summary>
    public static Tensor Perceptual(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real) => AbsoluteDifference.Sum(fake, real);

    /// <summary>Sum over levels of the mean absolute difference of pictures (B,C,H,W).</summary>
    public static Tensor Pyramid(Tensor fake, Tensor real, int levels)
    {
        using var scope = NewDisposeScope();
        return AbsoluteDifference.Sum(Levels(fake, levels), Levels(real, levels)).MoveToOuterDisposeScope();
    }

    // Each level is the 2x2 means of the one before.
    static List<Tensor> Levels(Tensor picture, int count)
    {
        var levels = new List<Tensor> { picture };
        while (levels.Count < count)
            levels.Add(functional.avg_pool2d(levels[^1], 2));
        return levels;
    }
}
