using System.Runtime.Intrinsics;
using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// Muon (Jordan et al. 2024): each matrix moves along the mean of its gradients made orthogonal, so that all its directions
/// move alike. A convolution is a matrix with a row for each output channel. Short trainings gain most by it: few
/// directions hold nearly all of a gradient, and Adam, which looks at one number at a time, follows those.
/// </summary>
/// <param name="weights">The matrices, and where the mean of each one's gradients is kept.</param>
/// <param name="momentum">Decay of the mean.</param>
/// <param name="parallel">Where matrices are worked at the same time; null for one after the other.</param>
sealed class Muon(IReadOnlyList<(Parameter Weight, Tensor Mean)> weights, double momentum, ParallelParts? parallel)
{
    const int Iterations = 5;

    // Of the polynomial a σ + b σ³ + c σ⁵, which takes singular values from (0,1] to about 1 (0.7 to 1.2).
    const float A = 3.4445f, B = -4.7750f, C = 2.0315f;

    bool begun;

    /// <summary>Moves the matrices that have a gradient by about <paramref name="rate"/> in each direction.</summary>
    public void Step(double rate)
    {
        var next = -1;
        if (parallel is null)
            Run(0);
        else
            parallel.Run(parallel.Parts, Run, first: !begun);
        begun = true;

        // Whoever is free takes the next matrix: each is worked on its own.
        int Run(int part)
        {
            for (int k; (k = Interlocked.Increment(ref next)) < weights.Count;)
                Move(weights[k].Weight, weights[k].Mean, rate);
            return part;
        }
    }

    void Move(Parameter weight, Tensor mean, double rate)
    {
        if (weight.grad is not { } gradient)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var ahead = Ahead(mean, gradient, momentum);
        var direction = Orthogonal(Layout.MatrixFromKernel(ahead));
        var (rows, columns) = (direction.shape[0], direction.shape[1]);
        weight.Add_(Layout.KernelFromMatrix(direction, weight.shape), -rate * Math.Sqrt(Math.Max(1, rows / (double)columns)));
    }

    /// <summary>
    /// Takes a gradient into the mean of those before, and gives Nesterov's look ahead: the mean as it would be if the same
    /// gradient came again. On a CPU in one loop over memory.
    /// </summary>
    internal static unsafe Tensor Ahead(Tensor mean, Tensor gradient, double momentum)
    {
        if (!IsDense(mean) || !IsDense(gradient))
            return AheadInSteps(mean, gradient, momentum);
        var ahead = empty_like(mean);
        float* m = Aten.Data(mean), g = Aten.Data(gradient), a = Aten.Data(ahead);
        var (kept, added) = ((float)momentum, (float)(1 - momentum));
        long i = 0, count = mean.numel();
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var more = Vector256.Load(g + i) * added;
            var sum = Vector256.Load(m + i) * kept + more;
            sum.Store(m + i);
            (sum * kept + more).Store(a + i);
        }
        for (; i < count; i++)
        {
            m[i] = m[i] * kept + g[i] * added;
            a[i] = m[i] * kept + g[i] * added;
        }
        return ahead;
    }

    // The reference.
    internal static Tensor AheadInSteps(Tensor mean, Tensor gradient, double momentum)
    {
        mean.Mul_(momentum).Add_(gradient, 1 - momentum);
        return mean.Mul(momentum).Add_(gradient, 1 - momentum);
    }

    // Of weights and what belongs to them: kernels lie pixel by pixel.
    static bool IsDense(Tensor x) => x.IsFloatOnCpu()
        && (x.ndim == 4 ? Aten.LiesPixelByPixel(x) : x.is_contiguous());

    /// <summary>
    /// The orthogonal matrix closest to <paramref name="matrix"/>, roughly, by Newton and Schulz's iteration. Each step
    /// multiplies with a polynomial in X Xᵀ, which all commute: only the small square matrices are iterated.
    /// </summary>
    internal static Tensor Orthogonal(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        // X Xᵀ has the squares of X's singular values: small matrices, whose work is nothing, keep their digits.
        var small = Math.Min(matrix.shape[0], matrix.shape[1]) <= 32;
        var x = Wide(matrix).contiguous().to(small ? ScalarType.Float64 : ScalarType.Float32); // (m,n), m ≤ n
        var square = MatrixProduct.WithTransposed(x, x);     // X Xᵀ, (m,m); like all that follow, its own transpose
        var length = square.trace().sqrt().Add(1e-7);
        square = square / length.Square();
        var all = eye(square.shape[0], dtype: square.dtype, device: square.device);
        for (var k = 0; k < Iterations; k++)
        {
            var odd = MatrixProduct.Added(square, square, square, B, C); // b X Xᵀ + c (X Xᵀ)², to which a belongs
            all = k == 0 ? all.Mul(A).Add(odd) : MatrixProduct.Added(all, odd, all, A, 1);
            if (k + 1 < Iterations)
            {
                var half = MatrixProduct.Added(square, odd, square, A, 1);
                square = MatrixProduct.Added(half, half, odd, A, 1);
                if (!small)
                    square = square.Add(square.t()).Mul_(0.5); // what rounding makes unlike its transpose grows from step to step
            }
        }
        all = all / length;
        return (IsTall(matrix) ? MatrixProduct.WithTransposed(matrix.to(x.dtype), all) : MatrixProduct.WithTransposed(all, x.t()))
            .to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // The reference.
    internal static Tensor OrthogonalInSteps(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        var x = Wide(matrix);
        x = x / x.norm().Add(1e-7);
        for (var k = 0; k < Iterations; k++)
        {
            var square = x.mm(x.t());
            x = x.Mul(A).Add(square.Mul(B).Add(square.mm(square).Mul(C)).mm(x));
        }
        return (IsTall(matrix) ? x.t() : x).MoveToOuterDisposeScope();
    }

    static bool IsTall(Tensor matrix) => matrix.shape[0] > matrix.shape[1];

    static Tensor Wide(Tensor matrix) => IsTall(matrix) ? matrix.t() : matrix;
}
