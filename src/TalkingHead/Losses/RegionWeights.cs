using TalkingHead.Libtorch;
using TalkingHead.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Losses;

/// <summary>
/// How much each pixel counts in the content loss: 1, and more at the eyes and the mouth, which are a few percent of a picture
/// but what people look at. Where they are is read from the landmark image, whose groups have colours of their own.
/// </summary>
static class RegionWeights
{
    /// <summary>
    /// Weights (B,1,S,S) for pictures with the landmark images (B,3,S,S) in [-1,1], drawn in the paper's style; null where all
    /// pixels count the same.
    /// </summary>
    /// <param name="landmarks">The landmark images.</param>
    /// <param name="eyeWeight">How much more than 1 a pixel at an eye counts.</param>
    /// <param name="mouthWeight">How much more a pixel at the mouth counts.</param>
    public static Tensor? Compute(Tensor landmarks, double eyeWeight, double mouthWeight)
    {
        if (eyeWeight == 0 && mouthWeight == 0)
            return null;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var parts = HeadFrame.PartMasks(landmarks).chunk(3, 1);
        var (eyes, mouth) = (maximum(parts[0], parts[1]), parts[2]);
        var side = landmarks.shape[^1];
        return Grow(eyes, side / 32).Mul(eyeWeight).Add(Grow(mouth, side / 16).Mul(mouthWeight)).Add(1)
            .MoveToOuterDisposeScope();
    }

    // The lines of a mask and all within so many pixels of them: what they enclose too. A window's largest number, but in a few
    // operators over all places: libtorch's pooling with a stride of 1 takes ten times as long.
    internal static Tensor Grow(Tensor mask, long reach) =>
        Largest(Largest(functional.pad(functional.relu(mask), [reach, reach, reach, reach]), 2, 2 * reach + 1), 3, 2 * reach + 1);

    // Of so many neighbours along a dimension, which gets shorter: windows are joined to longer ones.
    static Tensor Largest(Tensor x, int dimension, long window)
    {
        for (long covered = 1, step; covered < window; covered += step)
        {
            step = Math.Min(covered, window - covered);
            var length = x.size(dimension) - step;
            x = maximum(x.narrow(dimension, 0, length), x.narrow(dimension, step, length));
        }
        return x;
    }
}
