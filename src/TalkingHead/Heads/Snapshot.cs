using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Heads;

/// <summary>A generator's and ψ's numbers as they were when they did best.</summary>
sealed class Snapshot(nn.Module generator, Tensor psi) : IDisposable
{
    readonly Tensor[] live = [.. generator.state_dict().Values, psi];
    Tensor[] taken = [];

    public void Take()
    {
        using var _ = no_grad();
        if (taken.Length == 0)
            taken = [.. live.Select(tensor => tensor.detach().clone().DetachFromDisposeScope())];
        else
            for (int i = 0; i < live.Length; i++)
                taken[i].copy_(live[i]);
    }

    public void Restore()
    {
        using var _ = no_grad();
        for (int i = 0; i < taken.Length; i++)
            live[i].copy_(taken[i]);
    }

    public void Dispose()
    {
        foreach (var tensor in taken)
            tensor.Dispose();
    }
}
