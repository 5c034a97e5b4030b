using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TalkingHead.Serialization;

/// <summary>A value of a PyTorch checkpoint: plain data, never an object with behaviour.</summary>
public abstract record PickledValue
{
    internal virtual bool IsContainer => false;

    internal virtual IReadOnlyList<PickledValue> Children => [];
}

/// <summary>Python's <c>None</c>.</summary>
public sealed record PickledNone : PickledValue
{
    internal static readonly PickledNone Value = new();
}

/// <summary>A <c>bool</c>.</summary>
public sealed record PickledBool(bool Value) : PickledValue;

/// <summary>An <c>int</c> of any size.</summary>
public sealed record PickledInteger(BigInteger Value) : PickledValue;

/// <summary>A <c>float</c>.</summary>
public sealed record PickledFloat(double Value) : PickledValue;

/// <summary>A <c>str</c>; also a device, as "cuda:0".</summary>
public sealed record PickledString(string Value) : PickledValue;

/// <summary><c>bytes</c>.</summary>
public sealed record PickledBytes(ReadOnlyMemory<byte> Value) : PickledValue;

/// <summary>A torch element type left as a value, such as "torch.float32".</summary>
public sealed record PickledDtype(string Name) : PickledValue;

/// <summary>A <c>list</c>, <c>tuple</c> (<c>torch.Size</c> too), <c>set</c> or <c>frozenset</c>.</summary>
public sealed record PickledSequence(PickledSequence.Sort Kind, List<PickledValue> Items) : PickledValue
{
    /// <summary>Which Python type a sequence was.</summary>
    public enum Sort
    {
        /// <summary><c>list</c></summary>
        List,

        /// <summary><c>tuple</c></summary>
        Tuple,

        /// <summary><c>set</c> or <c>frozenset</c></summary>
        Set,
    }

    internal override bool IsContainer => true;

    internal override IReadOnlyList<PickledValue> Children => Items;
}

/// <summary>A <c>dict</c> or <c>OrderedDict</c>, in its order. Keys are scalars.</summary>
public sealed record PickledDictionary : PickledValue
{
    /// <summary>The entries, in their order.</summary>
    public OrderedDictionary<PickledValue, PickledValue> Items { get; } = [];

    /// <summary>Attributes set on the object beside its entries: a state dict's <c>_metadata</c>.</summary>
    public PickledDictionary? Attributes { get; internal set; }

    /// <summary>The value under a text key, or null.</summary>
    public PickledValue? Find(string key) => Items.TryGetValue(new PickledString(key), out var value) ? value : null;

    internal override bool IsContainer => true;

    internal override IReadOnlyList<PickledValue> Children => Attributes is null ? Items.Values : [.. Items.Values, Attributes];
}

/// <summary>A tensor or parameter, still in the file.</summary>
public sealed record PickledTensor(StoredTensor Tensor) : PickledValue;

/// <summary>A name of the allow-list, on its way to being called; never part of a finished tree.</summary>
sealed record PickledName(string Name) : PickledValue;

/// <summary>A torch storage, on its way into a tensor.</summary>
sealed record PickledStorage(ScalarType Type, TensorStorage Bytes) : PickledValue;

/// <summary>A numpy element type, on its way into a scalar.</summary>
sealed record PickledNumpyType(string Code) : PickledValue;

/// <summary>
/// Checks a finished tree: nothing half-made is left in it, nothing contains itself, and neither its depth nor its
/// size when every shared part is counted each time it is met can surprise whoever walks it.
/// </summary>
static class PickleGraph
{
    const int MostLevels = 64;
    const long MostValues = 4_000_000;

    sealed class Visit
    {
        internal long Values = 1; // with everything inside
        internal int Levels = 1;
        internal bool Open = true;
    }

    // Depth-first with a stack of its own: a hostile file must not exhaust the thread's.
    internal static void Check(PickledValue root, PickleCursor cursor)
    {
        var visits = new Dictionary<PickledValue, Visit>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(PickledValue Value, Visit Visit, int Next, IReadOnlyList<PickledValue> Children)>();
        Enter(root);
        while (path.TryPop(out var at))
        {
            if (at.Next == at.Children.Count)
            {
                at.Visit.Open = false;
                if (path.TryPeek(out var parent))
                    Count(parent.Visit, at.Visit);
                continue;
            }
            path.Push(at with { Next = at.Next + 1 });
            var child = at.Children[at.Next];
            if (!child.IsContainer)
                CheckLeaf(child, at.Visit);
            else if (!visits.TryGetValue(child, out var visit))
                Enter(child);
            else if (visit.Open)
                throw cursor.Refuse("a container contains itself");
            else
                Count(at.Visit, visit);
        }

        void Enter(PickledValue value)
        {
            var visit = new Visit();
            if (!value.IsContainer)
                CheckLeaf(value, visit);
            visits.Add(value, visit);
            path.Push((value, visit, 0, value.Children));
            if (path.Count > MostLevels)
                throw cursor.Refuse($"containers are nested more than {MostLevels} deep");
        }

        void CheckLeaf(PickledValue leaf, Visit parent)
        {
            if (leaf is PickledName or PickledStorage or PickledNumpyType)
                throw cursor.Refuse($"{(leaf as PickledName)?.Name ?? "a storage or numpy type"} stands as a value; only tensors and "
                    + $"plain data can");
            parent.Values++;
        }

        void Count(Visit outer, Visit inner)
        {
            outer.Values += inner.Values;
            outer.Levels = Math.Max(outer.Levels, inner.Levels + 1);
            if (outer.Values > MostValues || outer.Levels > MostLevels)
                throw cursor.Refuse($"shared containers unfold to more than {MostValues} values or {MostLevels} levels");
        }
    }
}

/// <summary>The plain forms of bytes and of numpy's scalars, as Python 3 writes them in protocol 2.</summary>
static class PickledScalars
{
    /// <summary>The bytes of a text of characters up to U+00FF.</summary>
    internal static PickledBytes Latin1(PickledString text, PickleCursor cursor)
    {
        cursor.Spend(text.Value.Length);
        var bytes = new byte[text.Value.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = text.Value[i] <= 0xff ? (byte)text.Value[i]
                : throw cursor.Refuse("bytes written as text hold a character above U+00FF");
        return new PickledBytes(bytes);
    }

    /// <summary>A numpy scalar as the Python number that it is.</summary>
    internal static PickledValue Numpy(PickledNumpyType type, PickledValue content, PickleCursor cursor)
    {
        var bytes = content switch
        {
            PickledBytes plain => plain.Value.Span,
            PickledString python2 => Latin1(python2, cursor).Value.Span,
            _ => throw cursor.Refuse("a numpy scalar without bytes"),
        };
        return (type.Code, bytes.Length) switch
        {
            ("b1", 1) => new PickledBool(bytes[0] != 0),
            ("i1", 1) => new PickledInteger((sbyte)bytes[0]),
            ("u1", 1) => new PickledInteger(bytes[0]),
            ("i2", 2) => new PickledInteger(MemoryMarshal.Read<short>(bytes)),
            ("u2", 2) => new PickledInteger(MemoryMarshal.Read<ushort>(bytes)),
            ("i4", 4) => new PickledInteger(MemoryMarshal.Read<int>(bytes)),
            ("u4", 4) => new PickledInteger(MemoryMarshal.Read<uint>(bytes)),
            ("i8", 8) => new PickledInteger(MemoryMarshal.Read<long>(bytes)),
            ("u8", 8) => new PickledInteger(MemoryMarshal.Read<ulong>(bytes)),
            ("f2", 2) => new PickledFloat((double)MemoryMarshal.Read<Half>(bytes)),
            ("f4", 4) => new PickledFloat(MemoryMarshal.Read<float>(bytes)),
            ("f8", 8) => new PickledFloat(MemoryMarshal.Read<double>(bytes)),
            _ => throw cursor.Refuse($"a numpy scalar of type \"{type.Code}\" with {bytes.Length} bytes"),
        };
    }
}

/// <summary>
/// The names a checkpoint may mention and what each one makes here. Every other name is refused where it is read,
/// before any argument is.
/// </summary>
sealed class PickleNames(PickleCursor cursor, string where, long fileLength)
{
    // One file's tensors together may not unfold (by strides of 0 or shared storages) far beyond its size.
    const long SmallFile = 256L << 20;
    const int MostUnfolding = 16;

    static readonly HashSet<string> callable =
    [
        "collections.OrderedDict", "torch.Size", "torch.device",
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
        "builtins.set", "builtins.frozenset", "builtins.bytes", "_codecs.encode",
        "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
    ];

    static readonly HashSet<string> dtypes =
    [
        "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64",
    ];

    static readonly Dictionary<string, ScalarType> storages =
        ElementTypes.All.ToDictionary(names => $"torch.{names.Storage}", names => names.Type);

    long unfolded;

    internal PickledValue Resolve(string module, string name)
    {
        var full = $"{(module == "__builtin__" ? "builtins" : module)}.{name}"; // Python 2 and protocol 2 say __builtin__
        if (module == "torch" && dtypes.Contains(name))
            return new PickledDtype(full);
        if (callable.Contains(full) || storages.ContainsKey(full))
            return new PickledName(full);
        throw cursor.Refuse($"it asks for \"{full}\", which is not among the names of tensors and plain containers");
    }

    internal PickledValue Call(string name, List<PickledValue> arguments) => (name, arguments) switch
    {
        ("collections.OrderedDict", []) => new PickledDictionary(),
        ("collections.OrderedDict", [PickledSequence { Kind: PickledSequence.Sort.List } pairs]) => FromPairs(pairs),
        ("torch.Size", [PickledSequence sizes]) => As(PickledSequence.Sort.Tuple, sizes),
        ("torch.device", [PickledString device]) => device,
        ("torch.device", [PickledString device, PickledInteger index]) => new PickledString($"{device.Value}:{index.Value}"),
        ("builtins.set" or "builtins.frozenset", [PickledSequence items]) => As(PickledSequence.Sort.Set, items),
        ("builtins.set" or "builtins.frozenset", []) => new PickledSequence(PickledSequence.Sort.Set, []),
        ("builtins.bytes", []) => new PickledBytes(ReadOnlyMemory<byte>.Empty),
        ("_codecs.encode", [PickledString text, PickledString { Value: "latin1" }]) => PickledScalars.Latin1(text, cursor),
        ("numpy.dtype", [PickledString code, ..]) => new PickledNumpyType(code.Value),
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [PickledNumpyType type, var bytes]) =>
        PickledScalars.Numpy(type, bytes, cursor),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, PickledBool, ..]) => tensor,
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2", [PickledStorage storage, PickledInteger offset,
            PickledSequence sizes, PickledSequence strides, ..])
            => Tensor(storage, offset, sizes, strides),
        _ => throw cursor.Refuse($"\"{name}\" is called with {arguments.Count} arguments of another form than torch writes"),
    };

    /// <summary>Sets a pickled object's state: the attributes of an OrderedDict, the byte order of a numpy type.</summary>
    internal PickledValue Build(PickledValue target, PickledValue state)
    {
        switch (target, state)
        {
            case (PickledDictionary dictionary, PickledDictionary attributes):
                dictionary.Attributes = attributes;
                return target;
            case (PickledNumpyType, PickledSequence { Items: [_, PickledString { Value: "<" or "|" or "=" }, ..] }):
                return target;
            default:
                throw cursor.Refuse("BUILD sets the state of what is no OrderedDict");
        }
    }

    /// <summary>A dict's key or a set's member: a scalar, so that no key takes long to compare.</summary>
    internal PickledValue Key(PickledValue key) => key is PickledString or PickledInteger or PickledBool or PickledFloat or PickledNone
        ? key
        : throw cursor.Refuse("a dict's key is no text, number, bool or None");

    PickledSequence As(PickledSequence.Sort kind, PickledSequence items)
    {
        cursor.Spend(items.Items.Count);
        return new(kind, items.Items);
    }

    // Python 2 pickles an OrderedDict as a list of [key, value] lists.
    PickledDictionary FromPairs(PickledSequence pairs)
    {
        cursor.Spend(pairs.Items.Count);
        var dictionary = new PickledDictionary();
        foreach (var pair in pairs.Items)
            if (pair is PickledSequence { Items: [var key, var value] })
                dictionary.Items[Key(key)] = value;
            else
                throw cursor.Refuse("an OrderedDict is made of what are no pairs");
        return dictionary;
    }

    PickledTensor Tensor(PickledStorage storage, PickledInteger offset, PickledSequence sizes, PickledSequence strides)
    {
        var tensor = new StoredTensor(storage.Type, Integers(sizes), Integers(strides), Integer(offset), storage.Bytes,
            $"{where}: a tensor");
        unfolded += Math.Min(tensor.Count * tensor.ItemSize, long.MaxValue / 4);
        if (unfolded > SmallFile + MostUnfolding * fileLength)
            throw cursor.Refuse($"its tensors unfold to more than {unfolded} bytes from a file of {fileLength}");
        return new PickledTensor(tensor);
    }

    long[] Integers(PickledSequence sequence)
    {
        cursor.Spend(sequence.Items.Count);
        return [.. sequence.Items.Select(Integer)];
    }

    internal long Integer(PickledValue value) => value is PickledInteger integer && integer.Value >= long.MinValue
        && integer.Value <= long.MaxValue
        ? (long)integer.Value
        : throw cursor.Refuse("a size, stride or offset is no integer of 64 bits");

    internal ScalarType StorageType(PickledValue value) => value is PickledName name && storages.TryGetValue(name.Name, out var type)
        ? type
        : throw cursor.Refuse("a persistent id names no torch storage");
}
