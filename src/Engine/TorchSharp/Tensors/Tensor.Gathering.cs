using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Elements picked or written by index tensors, and the triangles and diagonals of matrices.
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>out[i][j] = this[i][index[i][j]] for dim 1, of the size of index.</summary>
        public Tensor gather(long dim, Tensor index) => Call("aten::gather", this, dim, index);
        /// <summary>The slices that a one-dimensional index names, along a dimension.</summary>
        public Tensor index_select(long dim, Tensor index) => Call("aten::index_select", this, dim, index);
        /// <summary>A copy with alpha·source added to the slices that the index names; equal indices add up.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Call("aten::index_add", this, dim, index, source, alpha);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => CallInPlace(this, "aten::index_add_", this, dim, index, source, alpha);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => CallInPlace(this, "aten::index_copy_", this, dim, index, source);
        public Tensor index_fill(long dim, Tensor index, Scalar value) => Call("aten::index_fill.int_Scalar", this, dim, index, value);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => CallInPlace(this, "aten::index_fill_.int_Scalar", this, dim, index, value);
        /// <summary>A copy with out[i][index[i][j]] = src[i][j] for dim 1.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => Call("aten::scatter.src", this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => CallInPlace(this, "aten::scatter_.src", this, dim, index, src);
        /// <summary>A copy with src added where scatter would write; equal indices add up.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Call("aten::scatter_add", this, dim, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => CallInPlace(this, "aten::scatter_add_", this, dim, index, src);
        /// <summary>The indices of the elements that are not zero, one row each.</summary>
        public Tensor nonzero() => Call("aten::nonzero", this);
        public Tensor tril(long diagonal = 0) => Call("aten::tril", this, diagonal);
        public Tensor triu(long diagonal = 0) => Call("aten::triu", this, diagonal);
        /// <summary>The diagonal of a matrix, or the matrix with that diagonal.</summary>
        public Tensor diag(long diagonal = 0) => Call("aten::diag", this, diagonal);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Call("aten::diagonal", this, offset, dim1, dim2);
    }

    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) => Call("aten::gather", input, dim, index, sparse_grad);
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);
    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add(dim, index, source, alpha);
    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add_(dim, index, source, alpha);
    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy_(dim, index, source);
    public static Tensor index_fill(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill(dim, index, value);
    public static Tensor index_fill_(Tensor input, long dim, Tensor index, Scalar value) => input.index_fill_(dim, index, value);
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);
    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_(dim, index, src);
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add(dim, index, src);
    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add_(dim, index, src);
    public static Tensor nonzero(Tensor input) => input.nonzero();
    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) => input.diagonal(offset, dim1, dim2);
}
