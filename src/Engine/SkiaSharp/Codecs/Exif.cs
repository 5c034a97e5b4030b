using System.Buffers.Binary;

namespace SkiaSharp;

/// <summary>
/// Finds the EXIF block of a picture file and reads the orientation from it (EXIF 2.32, tag 0x0112). Whatever is not as it
/// should be counts as no orientation.
/// </summary>
static class Exif
{
    const ushort OrientationTag = 0x0112, ShortType = 3;

    public static SKEncodedOrigin OriginOfJpeg(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            // The scan begins: no more headers.
            if (marker is 0xDA or 0xD9)
                break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length)
                break;
            var body = file.Slice(at + 4, length - 2);
            if (marker == 0xE1 && body.StartsWith("Exif\0\0"u8))
                return OriginOfTiff(body[6..]);
            at += 2 + length;
        }
        return SKEncodedOrigin.Default;
    }

    public static SKEncodedOrigin OriginOfWebp(ReadOnlySpan<byte> file)
    {
        for (var at = 12L; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + 8 + length > file.Length)
                break;
            if (file.Slice((int)at, 4).SequenceEqual("EXIF"u8))
            {
                var body = file.Slice((int)at + 8, (int)length);
                return OriginOfTiff(body.StartsWith("Exif\0\0"u8) ? body[6..] : body);
            }
            at += 8 + length + (length & 1);
        }
        return SKEncodedOrigin.Default;
    }

    static SKEncodedOrigin OriginOfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8)
            return SKEncodedOrigin.Default;
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8))
            return SKEncodedOrigin.Default;
        var directory = (long)ReadUInt32(tiff[4..], little);
        if (directory + 2 > tiff.Length)
            return SKEncodedOrigin.Default;
        int count = ReadUInt16(tiff[(int)directory..], little);
        for (var entry = directory + 2; count > 0 && entry + 12 <= tiff.Length; count--, entry += 12)
        {
            var fields = tiff[(int)entry..];
            if (ReadUInt16(fields, little) == OrientationTag && ReadUInt16(fields[2..], little) == ShortType)
                return ReadUInt16(fields[8..], little) is var value and >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.Default;
        }
        return SKEncodedOrigin.Default;
    }

    static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
