using System.Buffers.Binary;

namespace Engine.Tests.Skia;

/// <summary>Changes picture files byte by byte: sizes that are not true, EXIF blocks.</summary>
static class FileSurgery
{
    /// <summary>The same JPEG with another size in its frame header.</summary>
    public static byte[] WithJpegSize(byte[] jpeg, int width, int height)
    {
        var copy = (byte[])jpeg.Clone();
        for (var at = 2; at + 9 < copy.Length; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at + 2)))
        {
            if (copy[at + 1] is not (0xC0 or 0xC2))
                continue;
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 5), (ushort)height);
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 7), (ushort)width);
            return copy;
        }
        throw new InvalidDataException("This JPEG has no frame header.");
    }

    public static byte[] WithPngSize(byte[] png, int width, int height)
    {
        var copy = (byte[])png.Clone();
        BinaryPrimitives.WriteInt32BigEndian(copy.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(copy.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(29), Crc(copy.AsSpan(12, 17)));
        return copy;
    }

    /// <summary>A lossless WebP file whose header claims the largest size there is, 16383x16383.</summary>
    public static byte[] WithLargestWebpSize(byte[] losslessWebp)
    {
        var copy = (byte[])losslessWebp.Clone();
        var header = copy.AsSpan(21, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header, (BinaryPrimitives.ReadUInt32LittleEndian(header) & 0xF0000000) | 16382 | 16382 << 14);
        return copy;
    }

    public static byte[] WithExif(byte[] file, ushort orientation, bool littleEndian)
    {
        var tiff = Tiff(orientation, littleEndian);
        if (file[0] == 0xFF)
            return [.. file[..2], 0xFF, 0xE1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, .. file[2..]];
        return WebpWithExif(file, tiff);
    }

    static byte[] Tiff(ushort orientation, bool littleEndian)
    {
        byte[] Short(int value) => littleEndian ? [(byte)value, (byte)(value >> 8)] : [(byte)(value >> 8), (byte)value];
        byte[] Long(int value) => littleEndian ? [.. Short(value), 0, 0] : [0, 0, .. Short(value)];
        // One entry before the orientation, so that a reader has to walk.
        return
        [
            .. littleEndian ? "II*\0"u8 : "MM\0*"u8, .. Long(8), .. Short(2),
            .. Short(0x0100), .. Short(4), .. Long(1), .. Long(64),
            .. Short(0x0112), .. Short(3), .. Long(1), .. Short(orientation), 0, 0,
            0, 0, 0, 0,
        ];
    }

    static byte[] WebpWithExif(byte[] webp, byte[] tiff)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(webp.AsSpan(21)) & 0xFFFFFFF;
        int width = (int)(size & 0x3FFF), height = (int)(size >> 14);
        byte[] Chunk(string type, byte[] body) =>
            [.. System.Text.Encoding.ASCII.GetBytes(type), (byte)body.Length, 0, 0, 0, .. body, .. new byte[body.Length & 1]];
        byte[] extended = [8, 0, 0, 0, (byte)width, (byte)(width >> 8), 0, (byte)height, (byte)(height >> 8), 0];
        byte[] content = [.. "WEBP"u8, .. Chunk("VP8X", extended), .. webp[12..], .. Chunk("EXIF", tiff)];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. "RIFF"u8, .. length, .. content];
    }

    // The checksum of PNG chunks (ISO 3309), bit by bit.
    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
