using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Call("aten::sum", this, type);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Call("aten::sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Call("aten::sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Call("aten::sum.dim_IntList", this, (long[])[dim], keepdim, type);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1, dim2], keepdim, type);
        public Tensor mean() => Call("aten::mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Call("aten::mean.dim", this, dimensions, keepdim, type);
        public Tensor prod(ScalarType? type = null) => Call("aten::prod", this, type);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Call("aten::prod.dim_int", this, dim, keepdim, type);
        /// <summary>(Σ |x|ᵖ)^(1/p) over all elements.</summary>
        public Tensor norm(float p = 2) => Call("aten::norm.ScalarOpt_dim", this, (Scalar)p, Array.Empty<long>());
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Call("aten::norm.ScalarOpt_dim", this, (Scalar)p, (long[])[dim], keepdim);
        /// <summary>The p-norm of the difference.</summary>
        public Tensor dist(Tensor other, float p = 2) => Call("aten::dist", this, other, (double)p);
    }

    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.sum(dim, keepdim, type);
    public static Tensor mean(Tensor input) => input.mean();
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) => input.mean(dimensions, keepdim, type);
    public static Tensor prod(Tensor input, ScalarType? type = null) => input.prod(type);
    public static Tensor prod(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) => input.prod(dim, keepdim, type);
    public static Tensor norm(Tensor input, float p = 2) => input.norm(p);
    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2) => input.norm(dimension, keepdim, p);
    public static Tensor norm(Tensor input) => input.norm();
    public static Tensor dist(Tensor input, Tensor other, float p = 2) => input.dist(other, p);
}
