using TalkingHead.Faces;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// L1 and SSIM where people look: in the box around the true frame's eyes or mouth, grown on each side by a tenth of the
/// distance of the outer eye corners. SSIM is the mean over windows whose centres lie in the box, so that it reads
/// <see cref="Window"/> / 2 pixels around it.
/// </summary>
/// <param name="Name">In definitions.</param>
/// <param name="First">Of its points.</param>
/// <param name="Last">Likewise.</param>
sealed record FaceRegion(string Name, int First, int Last)
{
    internal static readonly FaceRegion Eyes = new("eyes", 36, 47), Mouth = new("mouth", 48, 67);

    const double Margin = 0.1;
    const int Window = Metrics.Ssim.Window;

    internal static string Definition(FaceRegion region) => $"in the box around the "
        + $"true frame's {region.Name}, grown by {Margin:0.0} of the distance of the outer eye corners";

    /// <summary>One value a frame; NaN where a face or the truth is missing.</summary>
    internal static double[] L1(FrameSeries series, FaceRegion region) => Compute(series, region, 0, Metrics.L1.Compute);

    /// <inheritdoc cref="L1"/>
    internal static double[] Ssim(FrameSeries series, FaceRegion region) => Compute(series, region, Window / 2, Metrics.Ssim.Compute);

    static double[] Compute(FrameSeries series, FaceRegion region, int around, Func<Tensor, Tensor, Tensor> metric) =>
        series.EachFace((i, real, _) =>
    {
        var (left, top, right, bottom) = region.Box(real, series.Truth[i], around);
        if (right - left < Math.Max(1, 2 * around + 1) || bottom - top < Math.Max(1, 2 * around + 1))
            return double.NaN; // outside the picture
        using var scope = NewDisposeScope();
        Tensor Cut(Picture picture) => PictureTensor.ToBytes([Crop(picture, left, top, right, bottom)], CPU);
        return metric(Cut(series.Truth[i]), Cut(series.Frames[i])).item<double>();
    });

    // In whole pixels, within the picture; right and bottom are excluded.
    (int Left, int Top, int Right, int Bottom) Box(Landmarks real, Picture picture, int around)
    {
        var margin = Margin * double.Hypot(real[36].X - real[45].X, real[36].Y - real[45].Y) + around;
        var (x, y) = (Enumerable.Range(First, Last - First + 1).Select(point => (double)real[point].X).ToArray(),
            Enumerable.Range(First, Last - First + 1).Select(point => (double)real[point].Y).ToArray());
        return (Within(x.Min() - margin, picture.Width), Within(y.Min() - margin, picture.Height),
            Within(x.Max() + margin + 1, picture.Width), Within(y.Max() + margin + 1, picture.Height));
    }

    static int Within(double place, int side) => (int)Math.Round(Math.Clamp(place, 0, side));

    static Picture Crop(Picture picture, int left, int top, int right, int bottom)
    {
        var crop = new Picture(right - left, bottom - top);
        crop.Paste(picture, -left, -top);
        return crop;
    }
}
