using SkiaSharp;
using static TorchSharp.torch;

namespace TorchSharp.Tensorboard;

/// <summary>One picture's pixels, four bytes each: red, green, blue, alpha.</summary>
sealed record Raster(int Width, int Height, byte[] Pixels)
{
    internal const int Columns = 8;

    /// <summary>A picture, or several side by side in rows of eight.</summary>
    internal static Raster Grid(Tensor tensor, string format)
    {
        var pictures = ToNchw(tensor, format);
        var columns = Math.Min(pictures.size(0), Columns);
        return Of(Tile(pictures, (pictures.size(0) + columns - 1) / columns, columns));
    }

    /// <summary>The frames of (N,T,C,H,W), the N clips tiled in a near square.</summary>
    internal static List<Raster> Frames(Tensor video)
    {
        if (video.ndim != 5) throw new ArgumentException($"add_video: the tensor is ({string.Join(",", video.shape)}), expected (N,T,C,H,W).");
        var bytes = ToBytes(video);
        var columns = (long)Math.Ceiling(Math.Sqrt(bytes.size(0)));
        var rows = (bytes.size(0) + columns - 1) / columns;
        return [.. Enumerable.Range(0, (int)bytes.size(1)).Select(t => Of(Tile(bytes.select(1, t), rows, columns)))];
    }

    internal byte[] EncodePng()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        Pixels.CopyTo(bitmap.GetPixelSpan());
        return EncodePng(bitmap);
    }

    internal static byte[] EncodePng(SKBitmap bitmap)
    {
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new InvalidOperationException($"A picture of {bitmap.Width}x{bitmap.Height} pixels could not be encoded as PNG.");
        return encoded.ToArray();
    }

    static Tensor ToNchw(Tensor tensor, string format)
    {
        var letters = format.ToUpperInvariant();
        if (letters.Length != tensor.ndim || letters.Distinct().Count() != letters.Length || letters.Except("NCHW").Any() || !letters.Contains('H') || !letters.Contains('W'))
            throw new ArgumentException($"add_img: the tensor is ({string.Join(",", tensor.shape)}), the format \"{format}\". Expected a letter of N, C, H, W for each dimension.");
        var ordered = tensor.permute([.. "NCHW".Where(letters.Contains).Select(letter => (long)letters.IndexOf(letter))]);
        if (!letters.Contains('N')) ordered = ordered.unsqueeze(0);
        if (!letters.Contains('C')) ordered = ordered.unsqueeze(1);
        return ToBytes(ordered);
    }

    static Tensor ToBytes(Tensor tensor)
    {
        var still = tensor.detach().cpu();
        return still.dtype == uint8 ? still : (still.to(float32) * 255).nan_to_num(0).clamp(0, 255).to(uint8);
    }

    // (N,C,H,W) -> (C, rows*H, columns*W), black where pictures are missing
    static Tensor Tile(Tensor pictures, long rows, long columns)
    {
        var (count, channels, height, width) = (pictures.size(0), pictures.size(1), pictures.size(2), pictures.size(3));
        if (rows * columns > count) pictures = cat([pictures, zeros([rows * columns - count, channels, height, width], uint8)]);
        return pictures.reshape(rows, columns, channels, height, width).permute(2, 0, 3, 1, 4).reshape(channels, rows * height, columns * width);
    }

    // (C,H,W) bytes of 1 (grey), 3 or 4 channels
    static Raster Of(Tensor picture)
    {
        var channels = picture.size(0);
        if (channels is not (1 or 3 or 4)) throw new ArgumentException($"The picture has {channels} channels, expected 1, 3 or 4.");
        var (height, width) = (picture.size(1), picture.size(2));
        var colours = channels == 1 ? picture.expand(3, height, width) : picture;
        var full = channels == 4 ? colours : cat([colours, torch.full([1, height, width], 255, uint8)]);
        return new((int)width, (int)height, full.permute(1, 2, 0).contiguous().bytes.ToArray());
    }
}
