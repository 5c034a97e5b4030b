namespace TorchSharp;

public static partial class torch
{
    /// <summary>One place in tensor[...].</summary>
    public readonly struct TensorIndex
    {
        internal enum Kind { None, Ellipsis, Single, Slice, Tensor }

        internal readonly Kind kind;
        internal readonly long? start, stop, step;
        internal readonly Tensor? tensor;

        TensorIndex(Kind kind, long? start = null, long? stop = null, long? step = null, Tensor? tensor = null) =>
            (this.kind, this.start, this.stop, this.step, this.tensor) = (kind, start, stop, step, tensor);

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None = new(Kind.None);
        public static TensorIndex Null = new(Kind.None);

        /// <summary>All dimensions that the other indices leave.</summary>
        public static TensorIndex Ellipsis = new(Kind.Ellipsis);

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = new(Kind.Slice);

        public static TensorIndex Single(long? index) => new(Kind.Single, index);
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Kind.Slice, start, stop, step);
        public static TensorIndex Slice((int?, int?) range) => new(Kind.Slice, range.Item1, range.Item2);
        public static TensorIndex Slice(Range range) => new(Kind.Slice, Position(range.Start), EndPosition(range.End));
        public static TensorIndex Tensor(Tensor tensor) => new(Kind.Tensor, tensor: tensor);

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex(Index index) => Single(Position(index));
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex((int?, int?) range) => Slice(range);

        /// <summary>How many of the tensor's dimensions it takes.</summary>
        internal long Consumes => kind switch
        {
            Kind.Single or Kind.Slice => 1,
            Kind.Tensor => tensor!.dtype is ScalarType.Bool ? tensor.ndim : 1,
            _ => 0,
        };

        static long Position(Index index) => index.IsFromEnd ? -index.Value : index.Value;

        // ^0 as an end is the dimension's own end.
        static long? EndPosition(Index index) => index is { IsFromEnd: true, Value: 0 } ? null : Position(index);
    }
}
