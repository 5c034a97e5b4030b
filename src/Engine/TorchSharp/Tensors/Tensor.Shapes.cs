using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Call("aten::view", this, shape);
        public Tensor reshape(params long[] shape) => Call("aten::reshape", this, shape);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Call("aten::flatten.using_ints", this, start_dim, end_dim);
        public Tensor unflatten(long dim, params long[] sizes) => Call("aten::unflatten.int", this, dim, sizes);
        public Tensor squeeze(long? dim = null) => dim is { } at ? Call("aten::squeeze.dim", this, at) : Call("aten::squeeze", this);
        public Tensor unsqueeze(long dim) => Call("aten::unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => CallInPlace(this, "aten::unsqueeze_", this, dim);
        public Tensor transpose(long dim0, long dim1) => Call("aten::transpose.int", this, dim0, dim1);
        public Tensor t() => Call("aten::t", this);
        public Tensor permute(params long[] permutation) => Call("aten::permute", this, permutation);
        public Tensor movedim(long[] source, long[] destination) => Call("aten::movedim.intlist", this, source, destination);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Call("aten::expand", this, sizes, isImplicit);
        public Tensor expand(params long[] sizes) => Call("aten::expand", this, sizes);
        public Tensor expand_as(Tensor other) => Call("aten::expand_as", this, other);
        public Tensor repeat(params long[] sizes) => Call("aten::repeat", this, sizes);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Call("aten::repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor tile(long[] reps) => Call("aten::tile", this, reps);
        public Tensor broadcast_to(params long[] shape) => Call("aten::broadcast_to", this, shape);
        public Tensor narrow(long dim, long start, long length) => Call("aten::narrow", this, dim, start, length);
        public Tensor select(long dim, long index) => Call("aten::select.int", this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Call("aten::slice.Tensor", this, dim, start, finish, step);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Call("aten::as_strided", this, size, strides, storageOffset);
        public Tensor flip(params long[] dims) => Call("aten::flip", this, dims);
        public Tensor roll(long[] shifts, long[] dims) => Call("aten::roll", this, shifts, dims);
        public Tensor[] chunk(long chunks, long dim = 0) => CallList("aten::chunk", this, chunks, dim);
        public Tensor[] split(long size, int dim = 0) => CallList("aten::split.Tensor", this, size, (long)dim);
        public Tensor[] split(long[] sizes, long dim = 0) => CallList("aten::split_with_sizes", this, sizes, dim);
        public Tensor[] unbind(long dimension = 0) => CallList("aten::unbind.int", this, dimension);
        public Tensor gather(long dim, Tensor index) => Call("aten::gather", this, dim, index);
        public Tensor index_select(long dim, Tensor index) => Call("aten::index_select", this, dim, index);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => CallInPlace(this, "aten::index_add_", this, dim, index, source, alpha);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => CallInPlace(this, "aten::index_copy_", this, dim, index, source);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Call("aten::scatter.src", this, dim, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => CallInPlace(this, "aten::scatter_.src", this, dim, index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Call("aten::scatter_add", this, dim, index, src);
        public Tensor nonzero() => Call("aten::nonzero", this);
        public Tensor tril(long diagonal = 0) => Call("aten::tril", this, diagonal);
        public Tensor triu(long diagonal = 0) => Call("aten::triu", this, diagonal);
        public Tensor diag(long diagonal = 0) => Call("aten::diag", this, diagonal);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Call("aten::diagonal", this, offset, dim1, dim2);
        public Tensor unfold(long dimension, long size, long step) => Call("aten::unfold", this, dimension, size, step);
    }

    public static Tensor reshape(Tensor input, params long[] shape) => input.reshape(shape);
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) => input.flatten(start_dim, end_dim);
    public static Tensor unflatten(Tensor input, long dim, params long[] sizes) => input.unflatten(dim, sizes);
    public static Tensor squeeze(Tensor input, long? dim = null) => input.squeeze(dim);
    public static Tensor unsqueeze(Tensor input, long dim) => input.unsqueeze(dim);
    public static Tensor unsqueeze_(Tensor input, long dim) => input.unsqueeze_(dim);
    public static Tensor transpose(Tensor input, long dim0, long dim1) => input.transpose(dim0, dim1);
    public static Tensor t(Tensor input) => input.t();
    public static Tensor permute(Tensor input, params long[] permutation) => input.permute(permutation);
    public static Tensor movedim(Tensor input, long[] source, long[] destination) => input.movedim(source, destination);
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);
    public static Tensor tile(Tensor input, long[] dims) => input.tile(dims);
    public static Tensor broadcast_to(Tensor input, params long[] shape) => input.broadcast_to(shape);
    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);
    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);
    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) => input.roll(shifts, dims);
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) => tensor.split(split_size_or_sections, dim);
    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);
    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);
    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);
    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) => input.index_add_(dim, index, source, alpha);
    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) => input.index_copy_(dim, index, source);
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);
    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_(dim, index, src);
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_add(dim, index, src);
    public static Tensor nonzero(Tensor input) => input.nonzero();
    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);
    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) => input.diagonal(offset, dim1, dim2);
}
