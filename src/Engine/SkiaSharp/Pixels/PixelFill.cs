using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>Sets pixels, with no blending.</summary>
static class PixelFill
{
    public static void Erase(PixelView view, SKColor color, SKRectI rect)
    {
        var inside = SKRectI.Intersect(rect, view.Info.Rect);
        if (inside.Width <= 0 || inside.Height <= 0)
            return;
        var area = view.Subset(inside);
        Span<byte> pixel = stackalloc byte[area.Info.BytesPerPixel];
        PixelConversion.Store([Word(color, area.Info)], pixel, area.Info.ColorType);
        for (var y = 0; y < inside.Height; y++)
        {
            if (pixel.Length == 1)
                area.Row(y).Fill(pixel[0]);
            else
                MemoryMarshal.Cast<byte, uint>(area.Row(y)).Fill(MemoryMarshal.Read<uint>(pixel));
        }
    }

    static uint Word(SKColor color, SKImageInfo info)
    {
        var word = PixelConversion.Word(color);
        var one = new Span<uint>(ref word);
        if (info.AlphaType != SKAlphaType.Unpremul)
            PixelConversion.Premultiply(one);
        // An opaque picture has nothing behind it: what shines through is black.
        return info.IsOpaque ? word | 0xFF000000 : word;
    }

    /// <summary>Sets the alpha byte of opaque pixels, which need not be 255 but is for those who read the bytes.</summary>
    public static void MakeOpaque(PixelView view)
    {
        for (var y = 0; y < view.Info.Height; y++)
        {
            foreach (ref var word in MemoryMarshal.Cast<byte, uint>(view.Row(y)))
                word |= 0xFF000000;
        }
    }
}
