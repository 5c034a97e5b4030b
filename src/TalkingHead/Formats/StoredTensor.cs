using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TalkingHead.Formats;

/// <summary>The bytes of a file that one or several tensors look into.</summary>
sealed class TensorStorage(MappedFile file, long length)
{
    internal MappedFile File { get; } = file;

    internal long Length { get; } = length;

    /// <summary>Where the bytes start; a legacy checkpoint tells only after its tensors are known.</summary>
    internal long Start { get; set; } = -1;
}

/// <summary>
/// A tensor in an open file: element type, shape, strides and place. Nothing is read before it is asked for, and
/// nothing can be read once the file is closed. Bounds are checked when it is made.
/// </summary>
public sealed class StoredTensor
{
    const int MostDimensions = 64;

    readonly TensorStorage storage;
    readonly long[] shape;
    readonly long[] strides;
    readonly long offset;

    internal StoredTensor(ScalarType type, long[] shape, long[] strides, long offset, TensorStorage storage, string what)
    {
        (Type, this.shape, this.strides, this.offset, this.storage) = (type, shape, strides, offset, storage);
        ItemSize = ElementTypes.Size(type);
        Count = CheckedCount(what);
        IsContiguous = Count == 0 || HasDenseOrder();
    }

    /// <summary>Element type.</summary>
    public ScalarType Type { get; }

    /// <summary>Length of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>Elements between neighbours along each dimension.</summary>
    public IReadOnlyList<long> Strides => strides;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    internal int ItemSize { get; }

    internal bool IsContiguous { get; }

    /// <summary>A new tensor with these elements, on the CPU or where <paramref name="device"/> says.</summary>
    public Tensor ToTensor(Device? device = null) => TensorBytes.Read(this, device);

    /// <summary>The elements in C order.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has another size than this tensor's elements.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != ItemSize)
            throw new ArgumentException($"Elements of {Type} are {ItemSize} bytes, a {typeof(T).Name} is not.");
        var values = new T[checked((int)Count)];
        CopyTo(0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Copies the elements from number <paramref name="first"/> on, in C order, until the destination is full.</summary>
    internal void CopyTo(long first, Span<byte> destination)
    {
        var count = destination.Length / ItemSize;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Count - count);
        if (count == 0)
            return;
        if (IsContiguous)
            storage.File.Slice(storage.Start + (offset + first) * ItemSize, destination.Length).CopyTo(destination);
        else
            Gather(first, count, destination);
    }

    // One element at a time: the slow way, for the rare tensor that was saved as a view.
    void Gather(long first, int count, Span<byte> destination)
    {
        var index = new long[shape.Length];
        for (var d = shape.Length - 1; d >= 0; d--)
            (first, index[d]) = Math.DivRem(first, shape[d]);
        for (var i = 0; i < count; i++)
        {
            var at = offset;
            for (var d = 0; d < index.Length; d++)
                at += index[d] * strides[d];
            storage.File.Slice(storage.Start + at * ItemSize, ItemSize).CopyTo(destination[(i * ItemSize)..]);
            for (var d = index.Length - 1; d >= 0 && ++index[d] == shape[d]; d--)
                index[d] = 0;
        }
    }

    // A stride means nothing along a dimension of length one.
    bool HasDenseOrder()
    {
        var dense = DenseStrides(shape);
        for (var d = 0; d < shape.Length; d++)
            if (shape[d] != 1 && strides[d] != dense[d])
                return false;
        return true;
    }

    long CheckedCount(string what)
    {
        if (shape.Length != strides.Length || shape.Length > MostDimensions)
            throw new UserException($"{what} has {shape.Length} sizes and {strides.Length} strides; both must be the same number, {MostDimensions} at most.");
        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            throw new UserException($"{what} has a negative size, stride or offset: the file is damaged.");
        if (shape.Contains(0))
            return 0;
        BigInteger count = 1, last = offset;
        for (var d = 0; d < shape.Length; d++)
        {
            count *= shape[d];
            last += (BigInteger)(shape[d] - 1) * strides[d];
        }
        if ((last + 1) * ItemSize > storage.Length || count * ItemSize > long.MaxValue)
            throw new UserException($"{what} of shape ({string.Join(",", shape)}) reaches element {last}, but its storage holds {storage.Length / ItemSize}: the file is damaged.");
        return (long)count;
    }

    internal static long[] DenseStrides(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        long step = 1;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = step;
            step = unchecked(step * Math.Max(1, shape[d])); // an overflow is caught by the count
        }
        return strides;
    }
}
