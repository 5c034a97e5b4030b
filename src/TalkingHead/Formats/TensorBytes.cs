using static TorchSharp.torch;

namespace TalkingHead.Formats;

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
