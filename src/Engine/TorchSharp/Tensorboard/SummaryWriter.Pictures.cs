using Google.Protobuf;
using SkiaSharp;
using TorchSharp.Tensorboard;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class SummaryWriter
{
    /// <summary>A picture, or with an N in the format several in a grid of eight columns.</summary>
    /// <param name="img_tensor">0..255 for bytes, else 0..1; what lies outside is clipped. 1, 3 or 4 channels.</param>
    /// <param name="dataformats">What the dimensions are, in order: C, H, W and N as in "CHW", "NHWC", "HW".</param>
    public void add_img(string tag, Tensor img_tensor, int global_step, long? walltime = null, string dataformats = "CHW")
    {
        using var scope = NewDisposeScope();
        AddPicture(tag, Raster.Grid(img_tensor, dataformats), global_step, walltime);
    }

    /// <summary>A picture file of any format that SkiaSharp reads.</summary>
    public void add_img(string tag, string file_name, int global_step, long? walltime = null)
    {
        using var bitmap = SKBitmap.Decode(file_name)
            ?? throw new ArgumentException($"add_img: {file_name} is no picture that can be read. Expected PNG, JPEG or WebP.");
        Add(global_step, walltime, Picture(tag, bitmap.Height, bitmap.Width, 4, Raster.EncodePng(bitmap)));
    }

    /// <summary>A moving picture, as an animated GIF.</summary>
    /// <param name="vid_tensor">(N,T,C,H,W), N clips side by side; 0..255 for bytes, else 0..1.</param>
    public void add_video(string tag, Tensor vid_tensor, int global_step, int fps = 4, long? walltime = null)
    {
        using var scope = NewDisposeScope();
        var frames = Raster.Frames(vid_tensor);
        Add(global_step, walltime, Picture(tag, frames[0].Height, frames[0].Width, 3, GifFile.Encode(frames, fps)));
    }

    void AddPicture(string tag, Raster raster, int step, long? walltime) =>
        Add(step, walltime, Picture(tag, raster.Height, raster.Width, 4, raster.EncodePng()));

    static Summary.Types.Value Picture(string tag, int height, int width, int channels, byte[] encoded) => new()
    {
        Tag = tag,
        Image = new() { Height = height, Width = width, Colorspace = channels, EncodedImageString = UnsafeByteOperations.UnsafeWrap(encoded) },
    };
}
