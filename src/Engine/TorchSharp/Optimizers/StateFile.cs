using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// Tensors in an optimiser's file: element type, number of dimensions and sizes as LEB128 numbers, then the raw bytes.
/// Reading trusts nothing: type and size must be those of the parameter before anything is allocated.
/// </summary>
static class StateFile
{
    internal static void Write(BinaryWriter writer, Tensor tensor)
    {
        writer.Write7BitEncodedInt64((long)tensor.dtype);
        var sizes = tensor.shape;
        writer.Write7BitEncodedInt64(sizes.Length);
        foreach (var size in sizes) writer.Write7BitEncodedInt64(size);
        writer.Flush();
        tensor.WriteBytesToStream(writer.BaseStream, 1 << 20);
    }

    internal static void WriteOptional(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        if (tensor is not null) Write(writer, tensor);
    }

    /// <summary>Reads into <paramref name="target"/>, which has the type and size that the file must have.</summary>
    internal static void Read(BinaryReader reader, Tensor target)
    {
        var type = (ScalarType)reader.Read7BitEncodedInt64();
        var sizes = ReadSizes(reader);
        if (type != target.dtype || !sizes.AsSpan().SequenceEqual(target.shape))
            throw new InvalidDataException($"The optimiser file holds {type} ({string.Join(", ", sizes)}) where the parameter is {target.dtype} ({string.Join(", ", target.shape)}). Load it into the network it was saved with.");
        using var scope = NewDisposeScope();
        using var no = no_grad();
        var read = empty(sizes, type);
        read.ReadBytesFromStream(reader.BaseStream, 1 << 20);
        target.copy_(read);
    }

    internal static void ReadOptional(BinaryReader reader, ref Tensor? target, Tensor like)
    {
        if (!reader.ReadBoolean())
        {
            target?.Dispose();
            target = null;
            return;
        }
        target ??= OptimizerState.Zeros(like);
        Read(reader, target);
    }

    static long[] ReadSizes(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt64();
        if (count is < 0 or > 16) throw new InvalidDataException($"The optimiser file names a tensor of {count} dimensions: it is damaged or no optimiser file.");
        var sizes = new long[count];
        for (var k = 0; k < count; k++) sizes[k] = reader.Read7BitEncodedInt64();
        return sizes;
    }
}
