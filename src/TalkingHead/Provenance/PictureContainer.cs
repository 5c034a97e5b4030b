using System.Buffers.Binary;
using System.IO.Hashing;

namespace TalkingHead.Provenance;

/// <summary>Where a picture file keeps its manifest store, or where one would go.</summary>
/// <param name="Store">The store's bytes; null where there is none.</param>
/// <param name="Start">First byte of the chunk, segments or block that hold it; where there is none, where to insert it.</param>
/// <param name="Length">Bytes of these; 0 where there is none.</param>
readonly record struct ManifestPlace(byte[]? Store, int Start, int Length);

/// <summary>
/// How PNG, JPEG and GIF files carry a manifest store (C2PA 2.x, appendix A.3): a caBX chunk, APP11 segments, an
/// application extension.
/// </summary>
static class PictureContainer
{
    const int PngHeader = 8 + 25; // signature and IHDR
    const int MostSegment = 65_000, JumbfHeader = 8;

    static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    // Extension, application, 11 bytes: name and authentication code.
    static readonly byte[] GifExtension = [0x21, 0xFF, 11, .. "C2PA_GIF"u8, 1, 0, 0];

    /// <summary>The media type by a file's first bytes; null for what is none of the three.</summary>
    internal static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(PngSignature) ? "image/png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : null;

    /// <exception cref="BadCredentialsException">The file breaks off or holds two stores.</exception>
    internal static ManifestPlace Locate(string type, byte[] bytes)
    {
        try
        {
            return type switch
            {
                "image/png" => InPng(bytes),
                "image/jpeg" => InJpeg(bytes),
                _ => InGif(bytes),
            };
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new BadCredentialsException("the file breaks off", e);
        }
    }

    /// <summary>The chunk, segments or block around a store.</summary>
    internal static byte[] Wrap(string type, byte[] store) => type switch
    {
        "image/png" => PngChunk(store),
        "image/jpeg" => JpegSegments(store),
        _ => [.. GifExtension, .. store.Chunk(255).SelectMany(block => (byte[])[(byte)block.Length, .. block]), 0],
    };

    static byte[] PngChunk(byte[] store)
    {
        byte[] chunk = [0, 0, 0, 0, .. "caBX"u8, .. store, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, store.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, chunk.Length - 8)));
        return chunk;
    }

    // ISO/IEC 19566-5, annex D: "JP", the box's number, the packet's; every packet after the first repeats the box's header.
    static byte[] JpegSegments(byte[] store)
    {
        var all = new MemoryStream();
        var packet = 1;
        foreach (var part in store.AsSpan(JumbfHeader).ToArray().Chunk(MostSegment))
        {
            byte[] segment = [0xFF, 0xEB, 0, 0, .. "JP"u8, 0, 1, 0, 0, 0, 0, .. store.AsSpan(0, JumbfHeader), .. part];
            BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), checked((ushort)(segment.Length - 2)));
            BinaryPrimitives.WriteInt32BigEndian(segment.AsSpan(8), packet++);
            all.Write(segment);
        }
        return all.ToArray();
    }

    static ManifestPlace InPng(byte[] bytes)
    {
        var place = new ManifestPlace(null, PngHeader, 0);
        for (var at = PngSignature.Length; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at, 4));
            var type = bytes.AsSpan(at + 4, 4);
            var data = bytes.AsSpan(at + 8, length);
            var whole = checked(length + 12);
            _ = bytes.AsSpan(at, whole);
            if (type.SequenceEqual("caBX"u8))
                place = place.Store is null ? new(data.ToArray(), at, whole) : throw Twice();
            if (type.SequenceEqual("IEND"u8))
                break;
            at += whole;
        }
        return place;
    }

    static ManifestPlace InJpeg(byte[] bytes)
    {
        int at = 2, insert = 2, start = -1, end = -1, box = -1;
        var store = new List<byte>();
        while (at < bytes.Length)
        {
            if (bytes[at] != 0xFF)
                throw new BadCredentialsException($"byte {at:N0} of the JPEG file is no marker");
            var marker = bytes[at + 1];
            if (marker is 0xDA or 0xD9) // the picture itself, or the end
                break;
            if (marker is 0xFF or 0x01 or (>= 0xD0 and <= 0xD7))
            {
                at += marker == 0xFF ? 1 : 2;
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2, 2)) + 2;
            var segment = bytes.AsSpan(at, length);
            if (marker == 0xE0 && at == 2)
                insert = at + length; // JFIF's comes first
            if (marker == 0xEB && length > 20 && segment[4..6].SequenceEqual("JP"u8) && segment[16..20].SequenceEqual("jumb"u8))
            {
                int number = BinaryPrimitives.ReadUInt16BigEndian(segment[6..]);
                if (start < 0)
                    (start, end, box) = (at, at, number);
                if (number == box)
                {
                    if (at != end)
                        throw new BadCredentialsException("their segments do not follow each other");
                    store.AddRange(segment[(store.Count == 0 ? 12 : 12 + JumbfHeader)..]);
                    end = at + length;
                }
                else
                    throw Twice();
            }
            at += length;
        }
        return start < 0 ? new(null, insert, 0) : new([.. store], start, end - start);
    }

    static ManifestPlace InGif(byte[] bytes)
    {
        var at = 13 + TableLength(bytes[10]);
        var place = new ManifestPlace(null, at, 0);
        while (at < bytes.Length && bytes[at] != 0x3B)
        {
            var start = at;
            var ours = bytes.AsSpan(at).StartsWith(GifExtension);
            at += ours ? GifExtension.Length
                : bytes[at] == 0x21 ? 2
                : bytes[at] == 0x2C ? 10 + TableLength(bytes[at + 9]) + 1
                : throw new BadCredentialsException($"byte {at:N0} of the GIF file begins no block");
            var store = new List<byte>();
            for (int length; (length = bytes[at]) > 0; at += length + 1)
            {
                var part = bytes.AsSpan(at + 1, length);
                if (ours)
                    store.AddRange(part);
            }
            at++;
            if (ours)
                place = place.Store is null ? new([.. store], start, at - start) : throw Twice();
        }
        return place;

        static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    static BadCredentialsException Twice() => new("the file holds two manifest stores");
}
