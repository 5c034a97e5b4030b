using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Objectives;

/// <summary>The L1 distance between two lists of maps.</summary>
static class AbsoluteDifference
{
    /// <summary>Sum over maps of the mean absolute difference. The gradient reaches <paramref name="fake"/> only.</summary>
    public static Tensor Sum(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor> real)
    {
        if (fake.Count != real.Count)
            throw new ArgumentException($"got {fake.Count} maps of the fake and {real.Count} of the real picture.");
        using var scope = NewDisposeScope();
        var total = functional.l1_loss(fake[0], real[0].detach());
        for (int map = 1; map < fake.Count; map++)
            total = total + functional.l1_loss(fake[map], real[map].detach());
        return total.MoveToOuterDisposeScope();
    }
}
