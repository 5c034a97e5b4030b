using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// One tensor seen in another shape: a view of the same numbers wherever the strides allow it.
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same numbers in another shape; fails where the strides do not allow it. One size may be -1.</summary>
        public Tensor view(params long[] shape) => Call("aten::view", this, shape);
        /// <summary>A view where the strides allow it, else a copy. One size may be -1.</summary>
        public Tensor reshape(params long[] shape) => Call("aten::reshape", this, shape);
        public Tensor view_as(Tensor other) => view(other.shape);
        /// <summary>Dimensions start_dim to end_dim as one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Call("aten::flatten.using_ints", this, start_dim, end_dim);
        /// <summary>One dimension as several.</summary>
        public Tensor unflatten(long dim, params long[] sizes) => Call("aten::unflatten.int", this, dim, sizes);
        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);
        /// <summary>Without the dimensions of size 1, or without that one.</summary>
        public Tensor squeeze(long? dim = null) => dim is { } at ? Call("aten::squeeze.dim", this, at) : Call("aten::squeeze", this);
        public Tensor squeeze_(long? dim = null) => dim is { } at ? CallInPlace(this, "aten::squeeze_.dim", this, at) : CallInPlace(this, "aten::squeeze_", this);
        public Tensor unsqueeze(long dim) => Call("aten::unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => CallInPlace(this, "aten::unsqueeze_", this, dim);
        public Tensor transpose(long dim0, long dim1) => Call("aten::transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => CallInPlace(this, "aten::transpose_", this, dim0, dim1);
        public Tensor t() => Call("aten::t", this);
        public Tensor permute(params long[] permutation) => Call("aten::permute", this, permutation);
        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());
        public Tensor movedim(long[] source, long[] destination) => Call("aten::movedim.intlist", this, source, destination);
        /// <summary>Dimensions of size 1 repeated without a copy; -1 leaves a size as it is.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Call("aten::expand", this, sizes, isImplicit);
        public Tensor expand(params long[] sizes) => Call("aten::expand", this, sizes);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Call("aten::expand", this, sizes, isImplicit);
        public Tensor expand(Size sizes, bool isImplicit = false) => Call("aten::expand", this, sizes.Shape, isImplicit);
        public Tensor expand_as(Tensor other) => Call("aten::expand_as", this, other);
        public Tensor broadcast_to(params long[] shape) => Call("aten::broadcast_to", this, shape);

        /// <summary>The dimensions reversed.</summary>
        public Tensor T => Call("aten::numpy_T", this);

        /// <summary>The last two dimensions swapped.</summary>
        public Tensor mT => Call("aten::mT", this);
    }

    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);
    public static Tensor unflatten(Tensor input, long dim, Size sizes) => input.unflatten(dim, sizes);
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);
    public static Tensor squeeze_(Tensor input, long? dim = null) => input.squeeze_(dim);
    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);
    public static Tensor unsqueeze_(Tensor input, long dim) => input.unsqueeze_(dim);
    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);
    public static Tensor t(Tensor input) => input.t();
    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);
    public static Tensor movedim(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);
    public static Tensor movedim(Tensor input, long source, long destination) => input.movedim([source], [destination]);
    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);
}
