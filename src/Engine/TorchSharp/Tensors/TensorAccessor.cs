using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>A CPU tensor's elements as .NET values, in logical order.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    readonly Tensor tensor;
    readonly bool owned;
    readonly long[] sizes, strides;
    readonly bool contiguous;

    internal TensorAccessor(Tensor tensor)
    {
        owned = tensor.device_type != DeviceType.CPU;
        this.tensor = owned ? tensor.cpu().DetachFromDisposeScope() : tensor;
        sizes = this.tensor.size();
        strides = this.tensor.stride();
        contiguous = this.tensor.is_contiguous();
    }

    public long Count => tensor.NumberOfElements;

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get => *At(Offset(indices));
        set => *At(Offset(indices)) = value;
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var into = array[arrayIndex..];
        var count = (int)Math.Min(into.Length, Count - tensorIndex);
        if (contiguous) new ReadOnlySpan<T>(At(tensorIndex), count).CopyTo(into);
        else for (var k = 0; k < count; k++) into[k] = *At(Offset(tensorIndex + k));
        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var from = array[arrayIndex..];
        var count = (int)Math.Min(from.Length, Count - tensorIndex);
        if (contiguous) from[..count].CopyTo(new Span<T>(At(tensorIndex), count));
        else for (var k = 0; k < count; k++) *At(Offset(tensorIndex + k)) = from[k];
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        if (owned) tensor.Dispose();
    }

    T* At(long offset) => (T*)tensor.Pointer + offset;

    long Offset(long[] indices)
    {
        if (indices.Length != sizes.Length)
            throw new ArgumentException($"{indices.Length} indices for a tensor of {sizes.Length} dimensions.");
        long offset = 0;
        for (var k = 0; k < indices.Length; k++)
        {
            if ((ulong)indices[k] >= (ulong)sizes[k])
                throw new ArgumentOutOfRangeException(nameof(indices), $"index {indices[k]} at dimension {k}, whose size is {sizes[k]}.");
            offset += indices[k] * strides[k];
        }
        return offset;
    }

    // Element number k in logical (row-major) order.
    long Offset(long k)
    {
        long offset = 0;
        for (var d = sizes.Length - 1; d >= 0; d--)
        {
            offset += k % sizes[d] * strides[d];
            k /= sizes[d];
        }
        return offset;
    }
}
