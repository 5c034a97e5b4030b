using SkiaSharp;
using TalkingHead.Media;

namespace TalkingHead.Studio;

/// <summary>
/// The newest frame between who receives and who computes: three buffers that change places, one being filled, one waiting, one
/// in work. A frame that waits is replaced by a newer one.
/// </summary>
sealed class FrameBuffers
{
    /// <summary>How long a taker waits before it looks for commands.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    readonly Lock change = new();
    readonly AutoResetEvent offered = new(false);
    byte[] waiting = new byte[Limits.FrameBytes], working = new byte[Limits.FrameBytes];
    int length;
    bool ended;

    /// <summary>Of who receives.</summary>
    public byte[] Filling { get; private set; } = new byte[Limits.FrameBytes];

    /// <summary>What was filled in is the newest frame.</summary>
    public void Offer(int bytes)
    {
        lock (change)
            (Filling, waiting, length) = (waiting, Filling, bytes);
        offered.Set();
    }

    /// <summary>The newest frame, which is the taker's until the next call; empty where none came in a while. False at the end.</summary>
    public bool Take(out ReadOnlySpan<byte> frame)
    {
        offered.WaitOne(Patience);
        lock (change)
        {
            var there = length;
            if (there > 0)
                (waiting, working, length) = (working, waiting, 0);
            frame = working.AsSpan(0, there);
            return !ended;
        }
    }

    public void End()
    {
        lock (change)
            ended = true;
        offered.Set();
    }
}

/// <summary>Reads the camera's frames.</summary>
static class JpegFrame
{
    /// <summary>
    /// The picture, in the memory of <paramref name="into"/> where that fits; null where it is none, cut off or too large.
    /// </summary>
    public static Picture? Read(ReadOnlySpan<byte> bytes, SKBitmap decoded, ref Picture? into)
    {
        if (!bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return null;
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
            return null;
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width is < 16 or > Limits.FrameSide || height is < 16 or > Limits.FrameSide)
            return null;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        if (decoded.Info.Width != width || decoded.Info.Height != height)
            decoded.TryAllocPixels(info);
        if (codec.GetPixels(info, decoded.GetPixels()) != SKCodecResult.Success)
            return null;
        return into = PictureFile.FromBitmap(decoded, into);
    }
}
