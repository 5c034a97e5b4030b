using TalkingHead.Configuration;
using TalkingHead.Objectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>One side of the adversarial game: parameters that are frozen but in their own phase, and their optimiser.</summary>
sealed class GameSide : IDisposable
{
    readonly Parameter[] parameters;
    readonly Adam optimizer;
    readonly double clipNorm;

    public GameSide(IEnumerable<Parameter> parameters, double rate, OptimizerSettings settings)
    {
        this.parameters = [.. parameters];
        optimizer = optim.Adam(this.parameters, rate, settings.Beta1, settings.Beta2, settings.Epsilon);
        clipNorm = settings.ClipNorm;
        Freeze();
    }

    public Adam Optimizer => optimizer;

    public void Thaw() => RequireGrad(true);

    /// <summary>Frozen parameters get no gradient; gradients still pass through their layers to the input.</summary>
    public void Freeze() => RequireGrad(false);

    /// <summary>One optimiser step on the weighted sum of the terms, which is returned, detached.</summary>
    public Tensor Learn(LossTerms terms)
    {
        var total = terms.Total();
        optimizer.zero_grad();
        total.backward();
        if (clipNorm > 0)
            ClipGradients();
        optimizer.step();
        return total.detach();
    }

    // Scales all gradients alike so that together they are no longer than the limit; nn.utils has it with a device sync.
    void ClipGradients()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToList();
        var length = stack(gradients.Select(gradient => gradient.norm())).norm();
        var factor = (clipNorm / (length + 1e-6)).clamp(max: 1);
        foreach (var gradient in gradients)
            gradient.mul_(factor);
    }

    void RequireGrad(bool value)
    {
        foreach (var parameter in parameters)
            parameter.requires_grad_(value);
    }

    public void Dispose() => optimizer.Dispose();
}
