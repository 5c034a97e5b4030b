using TalkingHead.Libtorch;
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
        var total = Mean(0);
        for (int map = 1; map < fake.Count; map++)
            total = total.Add(Mean(map));
        return total.MoveToOuterDisposeScope();

        // In float32, whatever the networks compute with.
        Tensor Mean(int map) => functional.l1_loss(fake[map].to(ScalarType.Float32), real[map].detach().to(ScalarType.Float32));
    }
}
