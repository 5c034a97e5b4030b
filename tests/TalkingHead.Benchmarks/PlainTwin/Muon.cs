using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>Muon (Jordan et al. 2024); a convolution is a matrix of a row for each output channel.</summary>
sealed class Muon(IReadOnlyList<Parameter> parameters, double rate, double momentum)
{
    readonly Tensor[] means = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];

    public void ZeroGrad()
    {
        foreach (var parameter in parameters)
            parameter.grad?.zero_();
    }

    public void Step()
    {
        using var _ = no_grad();
        foreach (var (parameter, mean) in parameters.Zip(means))
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            mean.mul_(momentum).add_(gradient, 1 - momentum);
            var direction = Orthogonal((momentum * mean + (1 - momentum) * gradient).flatten(1));
            var (rows, columns) = (direction.shape[0], direction.shape[1]);
            parameter.add_(direction.view_as(parameter), -rate * Math.Sqrt(Math.Max(1, rows / (double)columns)));
        }
    }

    // Newton and Schulz's iteration with Jordan's polynomial: singular values to about 1.
    static Tensor Orthogonal(Tensor matrix)
    {
        var tall = matrix.shape[0] > matrix.shape[1];
        var x = tall ? matrix.t() : matrix;
        x = x / (x.norm() + 1e-7);
        for (var n = 0; n < 5; n++)
        {
            var square = x.mm(x.t());
            x = 3.4445 * x + (-4.7750 * square + 2.0315 * square.mm(square)).mm(x);
        }
        return tall ? x.t() : x;
    }
}
