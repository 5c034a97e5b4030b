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
        var words = new uint[area.Info.Width];
        Array.Fill(words, PixelConversion.Word(color));
        // An opaque picture has nothing behind it: what shines through is black.
        if (area.Info.IsOpaque)
        {
            PixelConversion.Premultiply(words);
            foreach (ref var word in words.AsSpan())
                word |= 0xFF000000;
        }
        else
        {
            PixelConversion.ChangeAlpha(words, area.Info.WithAlphaType(SKAlphaType.Unpremul), area.Info);
        }
        for (var y = 0; y < area.Info.Height; y++)
            PixelConversion.Store(words, area.Row(y), area.Info.ColorType);
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
