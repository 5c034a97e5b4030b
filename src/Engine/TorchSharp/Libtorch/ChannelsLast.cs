using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>
/// Pictures stored pixel by pixel, all channels of one together: the shape stays (B,C,H,W), the strides change. Tensor
/// cores want it; operators keep it from input to output.
/// </summary>
public static class ChannelsLast
{
    const long Format = 2; // at::MemoryFormat::ChannelsLast

    /// <summary>The same numbers stored so; the tensor itself, as another object, where they are already.</summary>
    /// <exception cref="ArgumentException">The tensor has not four dimensions.</exception>
    public static Tensor Of(Tensor tensor) => tensor.ndim == 4 ? Call("aten::contiguous", tensor, Format)
        : throw new ArgumentException($"Channels-last needs (B,C,H,W), the tensor is ({string.Join(",", tensor.shape)}).", nameof(tensor));

    /// <summary>Stores every four-dimensional parameter and buffer so. The objects stay: optimisers go on with them.</summary>
    public static T Of<T>(T module) where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var no = no_grad();
        foreach (var tensor in module.parameters().Concat(module.buffers()).Where(tensor => tensor.ndim == 4)) tensor.SetData(Of(tensor.detach()));
        return module;
    }

    /// <summary>Whether the tensor's channels lie together.</summary>
    public static bool Is(Tensor tensor)
    {
        if (tensor.ndim != 4) return false;
        long[] size = tensor.shape, wanted = [size[1] * size[2] * size[3], 1, size[1] * size[3], size[1]];
        return tensor.stride().Zip(wanted, size).All(row => row.Third == 1 || row.First == row.Second);
    }
}
