using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Libtorch;

/// <summary>
/// Large products of float32 matrices on a CPU, without gradients, by oneDNN. libtorch's own go to MKL, which has no AVX-512
/// for processors other than Intel's: there oneDNN is twice as fast. Reached through libtorch's C interface for compiled
/// models (torch/csrc/inductor/aoti_torch/c/shim_cpu.h of PyTorch 2.10); where it has no oneDNN, libtorch's own product is taken.
/// </summary>
static unsafe class MatrixProduct
{
    // Below so many multiply-adds, or with fewer rows or columns on a side, oneDNN's way of laying out the second matrix costs
    // more than it saves.
    const long FewestMultiplyAdds = 128L * 128 * 128, Fewest = 32;

    static readonly delegate* unmanaged<nint, nint, nint*, byte*, double**, long, byte**, nint*, int> linear =
        (delegate* unmanaged<nint, nint, nint*, byte*, double**, long, byte**, nint*, int>)Aten.Export("aoti_torch_cpu__linear_pointwise");

    /// <summary>x (m,k) times the transpose of y (n,k), with bias (n) on each row or none, to (m,n).</summary>
    public static Tensor WithTransposed(Tensor x, Tensor y, Tensor? bias = null) =>
        Takes(x, y) ? ByOneDnn(x, y, bias) : nn.functional.linear(x, y, bias);

    /// <summary>b z + a x yᵀ for x (m,k), y (n,k) and z (m,n): (m,n).</summary>
    public static Tensor Added(Tensor z, Tensor x, Tensor y, double b, double a)
    {
        if (!Takes(x, y))
            return z.addmm(x, y.t(), (float)b, (float)a); // TorchSharp takes them as float32
        var product = ByOneDnn(x, y, bias: null);
        return (a == 1 ? product : product.Mul_(a)).Add_(z, b);
    }

    static Tensor ByOneDnn(Tensor x, Tensor y, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        x = x.contiguous();
        if (!y.t().is_contiguous()) // oneDNN reads rows and columns alike
            y = y.contiguous();
        nint result, third = bias?.Handle ?? 0;
        fixed (byte* none = "none\0"u8, empty = "\0"u8)
        {
            var algorithm = empty;
            Aten.Check(linear(x.Handle, y.Handle, bias is null ? null : &third, none, null, 0, &algorithm, &result), "_linear_pointwise");
        }
        return Tensor.UnsafeCreateTensor(result).MoveToOuterDisposeScope();
    }

    static bool Takes(Tensor x, Tensor y) => linear != null && x.ndim == 2 && Math.Min(Math.Min(x.size(0), x.size(1)), y.size(0)) >= Fewest
        && x.size(0) * x.size(1) * y.size(0) >= FewestMultiplyAdds && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32
        && !(is_grad_enabled() && (x.requires_grad || y.requires_grad));
}
