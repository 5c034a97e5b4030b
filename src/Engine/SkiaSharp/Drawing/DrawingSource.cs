using SkiaSharp.Native;

namespace SkiaSharp;

/// <summary>What cairo draws with for the length of one call: a pattern, and the pixels under it where it shows a picture.</summary>
sealed class DrawingSource(Cairo.Pattern pattern, IDisposable? pixels = null) : IDisposable
{
    public Cairo.Pattern Pattern => pattern;

    /// <summary>The pixels of a picture as a pattern.</summary>
    /// <param name="view">The pixels.</param>
    /// <param name="swapped">Whether the canvas holds red where cairo thinks blue is.</param>
    /// <param name="opacity">Multiplies alpha.</param>
    public static DrawingSource Picture(PixelView view, bool swapped, float opacity = 1)
    {
        var picture = new Pixels(view, swapped, opacity);
        return new DrawingSource(new Cairo.Pattern(Cairo.cairo_pattern_create_for_surface(picture.Surface)), picture);
    }

    public static int Filter(SKSamplingOptions sampling) =>
        sampling.UseCubic ? Cairo.FilterBest
        : sampling.Mipmap != SKMipmapMode.None ? Cairo.FilterGood
        : sampling.Filter == SKFilterMode.Linear ? Cairo.FilterBilinear
        : Cairo.FilterNearest;

    public void Dispose()
    {
        pattern.Dispose();
        pixels?.Dispose();
    }

    /// <summary>A surface over the pixels where cairo can read them as they lie, else over a converted copy.</summary>
    sealed class Pixels : IDisposable
    {
        readonly SKBitmap? copy;

        public Pixels(PixelView view, bool swapped, float opacity)
        {
            var order = swapped ? SKColorType.Rgba8888 : SKColorType.Bgra8888;
            var ready = view.Info.ColorType == order || (view.Info.ColorType == SKColorType.Rgb888x && swapped);
            if (!ready || view.Info.AlphaType == SKAlphaType.Unpremul || opacity < 1 || view.RowBytes % 4 != 0 || view.Address % 4 != 0)
            {
                copy = new SKBitmap(view.Info.Width, view.Info.Height, order, SKAlphaType.Premul);
                PixelConversion.Copy(view, copy.View);
                if (opacity < 1)
                    Fade(copy.GetPixelSpan(), (uint)MathF.Round(opacity * 255));
                view = copy.View;
            }
            var format = view.Info.IsOpaque ? Cairo.FormatRgb24 : Cairo.FormatArgb32;
            Surface = Cairo.Surface.Over(view.Address, format, view.Info.Width, view.Info.Height, view.RowBytes);
        }

        public Cairo.Surface Surface { get; }

        static void Fade(Span<byte> bytes, uint opacity)
        {
            foreach (ref var value in bytes)
                value = (byte)PixelConversion.Scale(value, opacity);
        }

        public void Dispose()
        {
            Surface.Dispose();
            copy?.Dispose();
        }
    }
}
