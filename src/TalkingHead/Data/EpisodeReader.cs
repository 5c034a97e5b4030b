using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SkiaSharp;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data;

/// <summary>
/// Decodes and draws the pictures of an episode into planes of bytes (3, S, S). One thread's own: its buffers are used
/// again.
/// </summary>
sealed class EpisodeReader(Dataset dataset, EpisodeLoading loading)
{
    readonly int side = dataset.Size;
    readonly byte[] rgba = new byte[4 * dataset.Size * dataset.Size];
    readonly Picture drawn = new(dataset.Size, dataset.Size);
    byte[] background = [];
    byte[] encoded = new byte[1 << 16];

    /// <param name="episode">What to read.</param>
    /// <param name="sources">(K, 3, S, S).</param>
    /// <param name="sourceLandmarks">(K, 3, S, S).</param>
    /// <param name="target">(3, S, S).</param>
    /// <param name="targetLandmarks">(3, S, S).</param>
    /// <exception cref="UserException">A frame is damaged; names clip and shard.</exception>
    internal void Read(Episode episode, Span<byte> sources, Span<byte> sourceLandmarks, Span<byte> target, Span<byte> targetLandmarks)
    {
        var faces = dataset.ReadFaces(episode.Clip);
        var size = target.Length;
        if (episode.Background is { } other)
        {
            if (background.Length != size)
                background = new byte[size];
            ReadPicture(other.Clip, other.Frame, background);
        }

        for (var k = 0; k < episode.Sources.Count; k++)
            Read(episode, episode.Sources[k], faces, sources.Slice(k * size, size), sourceLandmarks.Slice(k * size, size));
        Read(episode, episode.Target, faces, target, targetLandmarks);
    }

    void Read(Episode episode, int frame, ClipLandmarks faces, Span<byte> picture, Span<byte> landmarkImage)
    {
        ReadPicture(episode.Clip, frame, picture);
        var landmarks = faces[frame];
        if (episode.Background is not null)
            BackgroundSwap.Blend(background, landmarks, picture, side);
        episode.Colors?.Apply(picture, side);
        if (episode.Mirrored)
        {
            PlanarPixels.Mirror(picture, side);
            landmarks = landmarks.Mirror(side);
        }

        Array.Clear(drawn.Pixels);
        LandmarkImage.Over(drawn, landmarks, loading.Drawing);
        PlanarPixels.FromRgb(drawn.Pixels, landmarkImage);
    }

    void ReadPicture(int clip, int frame, Span<byte> planes)
    {
        dataset.ReadPixels(clip, frame, ref encoded, rgba);
        PlanarPixels.FromRgba(rgba, planes);
    }
}

/// <summary>Brings frames and landmarks of one side to another: scaled, or with a black border all around.</summary>
static class FrameFit
{
    internal static Picture Fit(ReadOnlySpan<byte> rgba, int from, int to, ResizeKind kind) => Fit(ToPicture(rgba, from), to, kind);

    internal static Picture Fit(Picture picture, int to, ResizeKind kind)
    {
        if (picture.Width == to)
            return picture;
        if (kind == ResizeKind.Resize)
            return picture.Resize(to, to);
        var padded = new Picture(to, to);
        padded.Paste(picture, Border(picture.Width, to), Border(picture.Width, to));
        return padded;
    }

    internal static Picture ToPicture(ReadOnlySpan<byte> rgba, int side)
    {
        var picture = new Picture(side, side);
        Picture.FromRgba(rgba, picture.Pixels);
        return picture;
    }

    internal static Landmarks Fit(Landmarks landmarks, int from, int to, ResizeKind kind)
    {
        if (from == to)
            return landmarks;
        return kind == ResizeKind.Resize
            ? landmarks.Crop(new(0, 0, from, from), to, to)
            : landmarks.Map(new Similarity(1, 0, Border(from, to), Border(from, to)));
    }

    static int Border(int from, int to) => (to - from) / 2;
}

/// <summary>The JPEG files that frames are stored as.</summary>
static class FrameJpeg
{
    internal static byte[] Encode(Picture picture, int quality)
    {
        using var bitmap = PictureFile.ToBitmap(picture);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality)
            ?? throw new InvalidOperationException($"JPEG encoding of a {picture.Width}x{picture.Height} picture failed.");
        return data.ToArray();
    }

    /// <summary>Decodes a frame into RGBA, whose last byte says nothing; false where it is no whole picture of that side.</summary>
    internal static unsafe bool Decode(ReadOnlySpan<byte> jpeg, int side, Span<byte> rgba)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, 4 * side * side);
        fixed (byte* bytes = jpeg, pixels = rgba)
        {
            using var data = SKData.Create((nint)bytes, jpeg.Length);
            using var codec = SKCodec.Create(data);
            var info = new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
            return codec is not null && codec.Info.Size == info.Size && codec.GetPixels(info, (nint)pixels) == SKCodecResult.Success;
        }
    }
}

/// <summary>
/// Interleaved pixels to planes, height x width bytes each, as networks take them: 16 pixels at a time. Their slow
/// reference is <see cref="TalkingHead.Media.PictureTensor"/>, which a test holds them to.
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
            var (a, b, c, d) = (Vector128.Create(from), Vector128.Create(from[4..]), Vector128.Create(from[8..]),
                Vector128.Create(from[12..]));
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
                (Vector128.Shuffle(a, RgbShuffles[channel, 0]) | Vector128.Shuffle(b, RgbShuffles[channel, 1]) | Vector128.Shuffle(c,
                    RgbShuffles[channel, 2]))
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
