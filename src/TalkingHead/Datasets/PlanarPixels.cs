using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TalkingHead.Datasets;

/// <summary>
/// Interleaved pixels to planes, height x width bytes each, as networks take them: 16 pixels at a time. Their slow
/// reference is <see cref="Media.PictureTensor"/>, which a test holds them to.
/// </summary>
static class PlanarPixels
{
    const int Lanes = 16;

    // Which bytes of three loads of 16 bytes of RGB go to 16 bytes of a channel; an index past 15 gives zero.
    static readonly Vector128<byte>[,] RgbShuffles = Shuffles();

    /// <summary>RGBA, of which alpha is left out, to three planes.</summary>
    internal static void FromRgba(ReadOnlySpan<byte> rgba, Span<byte> planes)
    {
        var count = Expect(rgba.Length, 4, planes.Length);
        Span<byte> red = planes[..count], green = planes[count..(2 * count)], blue = planes[(2 * count)..];
        var words = MemoryMarshal.Cast<byte, uint>(rgba);
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var from = words.Slice(i, Lanes);
            var (a, b, c, d) = (Vector128.Create(from), Vector128.Create(from[4..]), Vector128.Create(from[8..]), Vector128.Create(from[12..]));
            Channel(a, b, c, d, 0).CopyTo(red[i..]);
            Channel(a, b, c, d, 8).CopyTo(green[i..]);
            Channel(a, b, c, d, 16).CopyTo(blue[i..]);
        }

        for (; i < count; i++)
            (red[i], green[i], blue[i]) = (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
    }

    /// <summary>RGB to three planes.</summary>
    internal static void FromRgb(ReadOnlySpan<byte> rgb, Span<byte> planes)
    {
        var count = Expect(rgb.Length, 3, planes.Length);
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var from = rgb.Slice(3 * i, 3 * Lanes);
            var (a, b, c) = (Vector128.Create(from), Vector128.Create(from[16..]), Vector128.Create(from[32..]));
            for (var channel = 0; channel < 3; channel++)
            {
                (Vector128.Shuffle(a, RgbShuffles[channel, 0]) | Vector128.Shuffle(b, RgbShuffles[channel, 1]) | Vector128.Shuffle(c, RgbShuffles[channel, 2]))
                    .CopyTo(planes[(channel * count + i)..]);
            }
        }

        for (; i < count; i++)
            (planes[i], planes[count + i], planes[2 * count + i]) = (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
    }

    /// <summary>Flips planes left to right.</summary>
    internal static void Mirror(Span<byte> planes, int width)
    {
        for (var at = 0; at < planes.Length; at += width)
            planes.Slice(at, width).Reverse();
    }

    static Vector128<byte> Channel(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d, int shift)
    {
        var low = Vector128.Create(0xFFu);
        var first = Vector128.Narrow((a >>> shift) & low, (b >>> shift) & low);
        var second = Vector128.Narrow((c >>> shift) & low, (d >>> shift) & low);
        return Vector128.Narrow(first, second);
    }

    static Vector128<byte>[,] Shuffles()
    {
        var shuffles = new Vector128<byte>[3, 3];
        var indices = new byte[Lanes];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var load = 0; load < 3; load++)
            {
                for (var lane = 0; lane < Lanes; lane++)
                    indices[lane] = 3 * lane + channel - Lanes * load is >= 0 and < Lanes and var index ? (byte)index : byte.MaxValue;
                shuffles[channel, load] = Vector128.Create(indices);
            }
        }

        return shuffles;
    }

    static int Expect(int bytes, int perPixel, int planes) => planes % 3 == 0 && planes / 3 * perPixel == bytes
        ? planes / 3
        : throw new ArgumentException($"{bytes} bytes of {perPixel} a pixel do not fill three planes of {planes} bytes together.");
}
