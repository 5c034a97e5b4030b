using static TorchSharp.torch;

namespace TalkingHead.Formats;

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
        ("numpy.core.multiarray.scalar" or "numpy._core.multiarray.scalar", [PickledNumpyType type, var bytes]) => PickledScalars.Numpy(type, bytes, cursor),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, PickledBool, ..]) => tensor,
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2", [PickledStorage storage, PickledInteger offset, PickledSequence sizes, PickledSequence strides, ..])
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
        var tensor = new StoredTensor(storage.Type, Integers(sizes), Integers(strides), Integer(offset), storage.Bytes, $"{where}: a tensor");
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

    internal long Integer(PickledValue value) => value is PickledInteger integer && integer.Value >= long.MinValue && integer.Value <= long.MaxValue
        ? (long)integer.Value
        : throw cursor.Refuse("a size, stride or offset is no integer of 64 bits");

    internal ScalarType StorageType(PickledValue value) => value is PickledName name && storages.TryGetValue(name.Name, out var type)
        ? type
        : throw cursor.Refuse("a persistent id names no torch storage");
}
