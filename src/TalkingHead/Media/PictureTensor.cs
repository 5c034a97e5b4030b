using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Media;

/// <summary>The one place where bytes become tensors and back: uint8 HWC in 0..255 ↔ float NCHW in [-1, 1].</summary>
public static class PictureTensor
{
    /// <summary>Pictures of one size as (B, 3, H, W), v / 127.5 - 1. The bytes travel to the device, not the floats.</summary>
    public static Tensor ToTensor(IReadOnlyList<Picture> pictures, Device? device = null)
    {
        using var scope = NewDisposeScope();
        return FromBytes(ToBytes(pictures, device)).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures of one size as they are, (B, 3, H, W) uint8.</summary>
    internal static Tensor ToBytes(IReadOnlyList<Picture> pictures, Device? device = null)
    {
        if (pictures.Count == 0)
            throw new ArgumentException("No pictures to make a tensor of.", nameof(pictures));
        int width = pictures[0].Width, height = pictures[0].Height, size = pictures[0].Pixels.Length;
        var bytes = new byte[(long)size * pictures.Count];
        for (var i = 0; i < pictures.Count; i++)
        {
            if (pictures[i].Width != width || pictures[i].Height != height)
                throw new ArgumentException($"Picture {i} is {pictures[i].Width}x{pictures[i].Height}, the first {width}x{height}.",
                    nameof(pictures));
            pictures[i].Pixels.CopyTo(bytes, (long)i * size);
        }

        using var scope = NewDisposeScope();
        var hwc = tensor(bytes, [pictures.Count, height, width, 3], ScalarType.Byte); // (B, H, W, 3)
        if (device is not null)
            hwc = hwc.to(device);
        return hwc.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>uint8 in 0..255 of any shape, on any device, as a new float tensor in [-1, 1]: v / 127.5 - 1.</summary>
    public static Tensor FromBytes(Tensor bytes) => ToRange(bytes.to_type(ScalarType.Float32));

    /// <summary><see cref="FromBytes(Tensor)"/> into floats that are there already, of the same shape and device.</summary>
    internal static void FromBytes(Tensor bytes, Tensor into) => ToRange(into.copy_(bytes));

    /// <summary>One picture as (1, 3, H, W).</summary>
    public static Tensor ToTensor(this Picture picture, Device? device = null) => ToTensor([picture], device);

    /// <summary>(B, 3, H, W) or (3, H, W) in [-1, 1], clamped, rounded to the nearest byte.</summary>
    public static Picture[] ToPictures(Tensor images)
    {
        using var scope = NewDisposeScope();
        var batch = images.dim() == 3 ? images.unsqueeze(0) : images;
        if (batch.dim() != 4 || batch.shape[1] != 3)
            throw new ArgumentException($"Expected (B, 3, H, W) or (3, H, W), got ({string.Join(", ", images.shape)}).", nameof(images));
        int height = (int)batch.shape[2], width = (int)batch.shape[3];

        var hwc = Quantize(batch.to_type(ScalarType.Float32)).permute(0, 2, 3, 1).contiguous().cpu(); // (B, H, W, 3)
        var bytes = hwc.data<byte>().ToArray();
        var pictures = new Picture[batch.shape[0]];
        var size = 3 * width * height;
        for (var i = 0; i < pictures.Length; i++)
            pictures[i] = new(width, height, bytes.AsSpan(i * size, size).ToArray());
        return pictures;
    }

    /// <summary>Values in [-1, 1] to uint8: rounded and clamped, as the reference implementations of metrics measure.</summary>
    internal static Tensor Quantize(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.detach().Add(1).Mul(127.5).round().Clamp(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <summary>The first picture of <see cref="ToPictures"/>.</summary>
    public static Picture ToPicture(Tensor image) => ToPictures(image)[0];

    static Tensor ToRange(Tensor values) => values.Div_(127.5f).Sub_(1f);
}
