using static TorchSharp.torch;

namespace TalkingHead.Formats;

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

    internal static int Size(ScalarType type) => Of(type).Size;

    /// <summary>Position in the safetensors order.</summary>
    internal static int Rank(ScalarType type) => Array.FindIndex(All, names => names.Type == type);

    internal static Names Of(ScalarType type) => Find(names => names.Type == type)
        ?? throw new UserException($"Elements of type {type} cannot be stored in a file: convert the tensor to float32 first.");

    internal static Names? Find(Predicate<Names> wanted)
    {
        foreach (var names in All)
            if (wanted(names))
                return names;
        return null;
    }
}
