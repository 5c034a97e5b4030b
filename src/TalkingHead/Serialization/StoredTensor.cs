using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Serialization;

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
            throw new UserException($"{what} has {shape.Length} sizes and {strides.Length} strides; both must be the "
                + $"same number, {MostDimensions} at most.");
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
            throw new UserException(
                $"{what} of shape ({string.Join(",", shape)}) reaches element {last}, but its storage holds {storage.Length / ItemSize}: "
                    + $"the file is damaged.");
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

/// <summary>Moves stored tensors into a module's parameters and buffers, strictly.</summary>
static class StateDict
{
    /// <summary>
    /// Copies every entry of a module from a file. Strict in both directions: an entry that the file lacks, one of
    /// another shape, or a name in the file that nobody knows is an error, and then nothing was changed.
    /// </summary>
    /// <param name="module">What to fill.</param>
    /// <param name="source">The file's tensors by name.</param>
    /// <param name="where">The file, for the error.</param>
    /// <param name="nameInFile">The file's name for one of the module's; the same when null.</param>
    /// <param name="unused">Which names of the file are known but have no place in the module.</param>
    /// <exception cref="UserException">The file does not fit the module.</exception>
    internal static void Load(
        Module module,
        IReadOnlyDictionary<string, StoredTensor> source,
        string where,
        Func<string, string>? nameInFile = null,
        Func<string, bool>? unused = null)
    {
        var pairs = new List<(Tensor Target, StoredTensor Stored)>();
        var used = new HashSet<string>();
        var missing = new List<string>();
        foreach (var (name, target) in module.state_dict())
        {
            var key = nameInFile?.Invoke(name) ?? name;
            used.Add(key);
            if (!source.TryGetValue(key, out var stored))
            {
                if (!IsBatchCounter(name))
                    missing.Add(key);
                continue;
            }
            if (!stored.Shape.SequenceEqual(target.shape))
                throw new UserException(
                    $"{where}: tensor \"{key}\" is ({string.Join(",", stored.Shape)}) in the file, ({string.Join(",", target.shape)}) in "
                        + $"{module.GetName()}.");
            pairs.Add((target, stored));
        }
        var unknown = source.Keys.Where(key => !used.Contains(key) && unused?.Invoke(key) != true).ToList();
        if (missing.Count + unknown.Count > 0)
            throw new UserException(
                $"{where}: does not hold the weights of {module.GetName()}: "
                    + $"{List("lacks", missing)}{List("has the unknown", unknown)}the file is another network's.");

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (target, stored) in pairs)
            target.copy_(stored.ToTensor());
    }

    // Files from before PyTorch 0.4.1 have none, and nothing that is loaded for use counts batches.
    static bool IsBatchCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    static string List(string what, List<string> names) => names.Count == 0 ? ""
        : $"it {what} {string.Join(", ", names.Take(4).Select(name => $"\"{name}\""))}"
            + $"{(names.Count > 4 ? $" and {names.Count - 4} more" : "")}; ";
}

/// <summary>The element types that files and tensors share, with their name in each file format.</summary>
static class ElementTypes
{
    internal readonly record struct Names(ScalarType Type, int Size, string SafeTensors, string Npy, string Storage);

    // In the order of the safetensors format: by alignment, smallest first.
    internal static readonly Names[] All =
    [
        new(ScalarType.Bool, 1, "BOOL", "|b1", "BoolStorage"),
        new(ScalarType.Byte, 1, "U8", "|u1", "ByteStorage"),
        new(ScalarType.Int8, 1, "I8", "|i1", "CharStorage"),
        new(ScalarType.Int16, 2, "I16", "<i2", "ShortStorage"),
        new(ScalarType.Float16, 2, "F16", "<f2", "HalfStorage"),
        new(ScalarType.BFloat16, 2, "BF16", "", "BFloat16Storage"),
        new(ScalarType.Int32, 4, "I32", "<i4", "IntStorage"),
        new(ScalarType.Float32, 4, "F32", "<f4", "FloatStorage"),
        new(ScalarType.Float64, 8, "F64", "<f8", "DoubleStorage"),
        new(ScalarType.Int64, 8, "I64", "<i8", "LongStorage"),
    ];

    internal static int Size(ScalarType type) => For(type).Size;

    /// <summary>Position in the safetensors order.</summary>
    internal static int Rank(ScalarType type) => Array.FindIndex(All, names => names.Type == type);

    internal static Names For(ScalarType type) => Find(names => names.Type == type)
        ?? throw new UserException($"Elements of type {type} cannot be stored in a file: convert the tensor to float32 first.");

    internal static Names? Find(Predicate<Names> wanted)
    {
        foreach (var names in All)
            if (wanted(names))
                return names;
        return null;
    }
}

/// <summary>The one place where bytes of files become tensors and tensors become bytes.</summary>
static class TensorBytes
{
    const int ChunkBytes = 64 << 20; // spans end at 2 GiB, a tensor need not

    /// <summary>A new tensor with a stored tensor's type, shape and elements.</summary>
    internal static Tensor Read(StoredTensor stored, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var tensor = empty([.. stored.Shape], stored.Type);
        var flat = tensor.view(-1);
        for (long first = 0, part; first < stored.Count; first += part)
        {
            part = Math.Min(ChunkBytes / stored.ItemSize, stored.Count - first);
            stored.CopyTo(first, flat.narrow(0, first, part).bytes);
        }
        return (device is null ? tensor : tensor.to(device)).MoveToOuterDisposeScope();
    }

    /// <summary>A new tensor with an array's type, shape and elements.</summary>
    internal static Tensor Read(NpyArray array)
    {
        var tensor = empty([.. array.Shape], array.Type);
        array.Bytes.Span.CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>Writes the elements in C order, little-endian, from any device and any strides.</summary>
    internal static void Write(Tensor tensor, Stream stream)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        for (long first = 0, part; first < flat.NumberOfElements; first += part)
        {
            part = Math.Min(ChunkBytes / flat.ElementSize, flat.NumberOfElements - first);
            stream.Write(flat.narrow(0, first, part).bytes);
        }
    }
}
