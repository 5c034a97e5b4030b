using System.Numerics;
using static TorchSharp.torch;

namespace TalkingHead.Formats;

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
