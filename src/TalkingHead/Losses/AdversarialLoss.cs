using TalkingHead.Libtorch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Losses;

/// <summary>
/// Adversarial losses of scores (B): the generator's −D(x̂) in L_ADV, and the discriminator's hinge loss L_DSC (paper, eqs. 4 and 6).
/// </summary>
public static class AdversarialLoss
{
    /// <summary>−D(x̂): what the embedder and the generator lower.</summary>
    public static Tensor Generator(Tensor fake)
    {
        using var scope = NewDisposeScope();
        return (-fake.mean()).MoveToOuterDisposeScope();
    }

    /// <summary>max(0, 1 − D(x)) + max(0, 1 + D(x̂)); no sigmoid before it.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake)
    {
        using var scope = NewDisposeScope();
        return functional.relu(real.RSub(1)).mean().Add(functional.relu(fake.Add(1)).mean()).MoveToOuterDisposeScope();
    }
}
