using TorchSharp.Door;
using static TorchSharp.Door.Operators;

namespace TorchSharp;

// Parts, repetitions and other arrangements of a tensor.
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The whole tensor side by side, as often as sizes says, in a copy.</summary>
        public Tensor repeat(params long[] sizes) => Call("aten::repeat", this, sizes);
        /// <summary>Each element repeated next to itself.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Call("aten::repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Call("aten::repeat_interleave.self_Tensor", this, repeats, dim, output_size);
        public Tensor tile(long[] reps) => Call("aten::tile", this, reps);
        public Tensor narrow(long dim, long start, long length) => Call("aten::narrow", this, dim, start, length);
        public Tensor select(long dim, long index) => Call("aten::select.int", this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Call("aten::slice.Tensor", this, dim, start, finish, step);
        /// <summary>A view of the storage by size and strides, in elements; nothing but the bounds is checked.</summary>
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) => Call("aten::as_strided", this, size, strides, storageOffset);
        public Tensor flip(params long[] dims) => Call("aten::flip", this, dims);
        /// <summary>Elements shifted along dimensions; what leaves at the end comes back at the start.</summary>
        public Tensor roll(long[] shifts, long[] dims) => Call("aten::roll", this, shifts, dims);
        public Tensor roll(long shifts, long? dims = null) => roll((long[])[shifts], dims is { } at ? (long[])[at] : []);
        public Tensor roll(long[] shifts) => roll(shifts, (long[])[]);
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => Call("aten::roll", this, shifts, dims);
        public Tensor roll((long, long) shifts, (long, long) dims) => roll((long[])[shifts.Item1, shifts.Item2], (long[])[dims.Item1, dims.Item2]);
        public Tensor roll((long, long, long) shifts, (long, long, long) dims) => roll((long[])[shifts.Item1, shifts.Item2, shifts.Item3], (long[])[dims.Item1, dims.Item2, dims.Item3]);
        public Tensor[] chunk(long chunks, long dim = 0) => CallList("aten::chunk", this, chunks, dim);
        /// <summary>Parts of that size; the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => CallList("aten::split.Tensor", this, size, (long)dim);
        public Tensor[] split(long[] sizes, long dim = 0) => CallList("aten::split_with_sizes", this, sizes, dim);
        public Tensor[] split(params long[] sizes) => split(sizes, 0L);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => CallList("aten::split_with_sizes", this, sizes, dim);
        public Tensor[] unbind(long dimension = 0) => CallList("aten::unbind.int", this, dimension);
        /// <summary>Windows of a size and step along a dimension, as a view; the window is the last dimension.</summary>
        public Tensor unfold(long dimension, long size, long step) => Call("aten::unfold", this, dimension, size, step);
    }

    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);
    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) => input.repeat_interleave(repeats, dim, output_size);
    public static Tensor tile(Tensor input, long[] dims) => input.tile(dims);
    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);
    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);
    public static Tensor flip(Tensor input, params long[] dims) => input.flip(dims);
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);
    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);
    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) => input.roll(shifts, dims);
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) => tensor.split(split_size_or_sections, dim);
    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);
    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind(dim);
}
