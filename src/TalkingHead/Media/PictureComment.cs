using System.Buffers.Binary;
using System.Text;

namespace TalkingHead.Media;

/// <summary>Puts a comment into the metadata of encoded pictures.</summary>
static class PictureComment
{
    /// <summary>What pictures and videos made by a network carry by default.</summary>
    public const string Synthetic = "Synthetic media: made by a talking head model, not a recording.";

    const int HeaderEnd = 8 + 25; // PNG signature and IHDR chunk

    /// <summary>An iTXt chunk after the header (PNG specification, 11.3.3.4), under the keyword for comments or another.</summary>
    public static byte[] InPng(byte[] png, string comment, string keyword = "Comment")
    {
        byte[] chunk = [.. new byte[4], .. "iTXt"u8, .. Encoding.ASCII.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(comment), .. new byte[4]];
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 12);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
        return [.. png.AsSpan(0, HeaderEnd), .. chunk, .. png.AsSpan(HeaderEnd)];
    }

    /// <summary>A COM segment after the start marker.</summary>
    public static byte[] InJpeg(byte[] jpeg, string comment)
    {
        var text = Encoding.UTF8.GetBytes(comment);
        byte[] segment = [0xFF, 0xFE, (byte)((text.Length + 2) >> 8), (byte)(text.Length + 2), .. text];
        return [.. jpeg.AsSpan(0, 2), .. segment, .. jpeg.AsSpan(2)];
    }

    /// <summary>A comment extension before the trailer (GIF89a, 24).</summary>
    public static byte[] GifTail(string comment)
    {
        List<byte> tail = [0x21, 0xFE];
        foreach (var block in Encoding.UTF8.GetBytes(comment).Chunk(255))
            tail.AddRange([(byte)block.Length, .. block]);
        return [.. tail, 0, 0x3B];
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
        }

        return ~crc;
    }
}
