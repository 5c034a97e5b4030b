using System.Buffers.Binary;

namespace TalkingHead.Media;

/// <summary>
/// Raw RGB frames, each with its time, as ffmpeg reads them from a pipe: Matroska (RFC 9559) with the codec V_UNCOMPRESSED, a
/// cluster for each frame, in microseconds.
/// </summary>
sealed class TimedFrameStream
{
    const double TicksPerSecond = 1e6;
    const int NanosecondsPerTick = 1000;

    readonly Stream output;

    public TimedFrameStream(Stream output, int width, int height)
    {
        this.output = output;
        var info = Element(0x1549A966, Element(0x2AD7B1, Number(NanosecondsPerTick)));
        var video = Element(0xE0, [.. Element(0xB0, Number(width)), .. Element(0xBA, Number(height)),
            .. Element(0x2EB524, "RGB\x18"u8)]);
        var track = Element(0xAE, [.. Element(0xD7, Number(1)), .. Element(0x73C5, Number(1)), .. Element(0x83, Number(1)),
            .. Element(0x86, "V_UNCOMPRESSED"u8), .. video]);
        output.Write(
        [
            .. Element(0x1A45DFA3, Element(0x4282, "matroska"u8)),
            0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, // a segment as long as it will be
            .. info, .. Element(0x1654AE6B, track),
        ]);
    }

    /// <param name="pixels">width x height x 3 bytes.</param>
    /// <param name="seconds">From 0 on, ascending.</param>
    public void Write(ReadOnlySpan<byte> pixels, double seconds)
    {
        var time = Element(0xE7, Number((long)Math.Round(seconds * TicksPerSecond)));
        byte[] block = [0x81, 0, 0, 0x80]; // track 1, at the cluster's own time, a key frame
        var head = Head(0xA3, block.Length + pixels.Length);
        output.Write([.. Head(0x1F43B675, time.Length + head.Length + block.Length + pixels.Length), .. time, .. head, .. block]);
        output.Write(pixels);
    }

    static byte[] Element(uint id, ReadOnlySpan<byte> content) => [.. Head(id, content.Length), .. content];

    // An id as it is, then a length of eight bytes.
    static byte[] Head(uint id, long length)
    {
        Span<byte> name = stackalloc byte[4], size = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(name, id);
        BinaryPrimitives.WriteInt64BigEndian(size, length);
        size[0] = 1;
        return [.. name.TrimStart((byte)0), .. size];
    }

    static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
