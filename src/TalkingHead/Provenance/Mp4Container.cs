using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TalkingHead.Provenance;

/// <summary>A top-level box of an ISO base media file.</summary>
readonly record struct TopBox(string Type, long Start, long Length);

/// <summary>
/// How MP4 files carry a manifest store (C2PA 2.x, appendix A.5): a uuid box behind ftyp. The hash covers every other
/// top-level box, each with its place, so that no box can be moved.
/// </summary>
static class Mp4Container
{
    const long MostMoov = 512 << 20;
    const int MostStore = 64 << 20, MostBoxes = 100_000, MostDepth = 8;

    internal static readonly byte[] Uuid = Convert.FromHexString("D8FEC3D61B0E483C92975828877EC481");

    // After the uuid: version and flags, the purpose, the place of a Merkle box (none).
    static readonly byte[] Purpose = [0, 0, 0, 0, .. "manifest\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];

    static readonly string[] Holders = ["moov", "trak", "mdia", "minf", "stbl", "edts", "udta"];

    internal static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length >= 8 && bytes[4..8].SequenceEqual("ftyp"u8);

    /// <exception cref="BadCredentialsException">Sizes that do not fit.</exception>
    internal static List<TopBox> Boxes(Stream file)
    {
        var boxes = new List<TopBox>();
        Span<byte> head = stackalloc byte[16];
        for (long at = 0; at < file.Length;)
        {
            file.Position = at;
            var got = file.ReadAtLeast(head, 16, throwOnEndOfStream: false);
            if (got < 8)
                throw new BadCredentialsException("the file breaks off in a box's header");
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (length == 1)
                length = got == 16 ? BinaryPrimitives.ReadInt64BigEndian(head[8..]) : -1;
            else if (length == 0)
                length = file.Length - at;
            var type = Encoding.Latin1.GetString(head[4..8]);
            if (length < 8 || length > file.Length - at)
                throw new BadCredentialsException(
                    $"the box at byte {at:N0} says that it has {length:N0} bytes where {file.Length - at:N0} are left");
            boxes.Add(new(type, at, length));
            if (boxes.Count > MostBoxes)
                throw new BadCredentialsException($"the file has more than {MostBoxes:N0} boxes");
            at += length;
        }
        return boxes;
    }

    /// <summary>The manifest store and its box; null without one.</summary>
    /// <exception cref="BadCredentialsException">Two, or one that is damaged.</exception>
    internal static (byte[] Store, TopBox Box)? Locate(Stream file, IReadOnlyList<TopBox> boxes)
    {
        (byte[], TopBox)? found = null;
        Span<byte> head = stackalloc byte[8 + 16 + 21];
        foreach (var box in boxes)
        {
            if (box.Type != "uuid" || box.Length < head.Length)
                continue;
            file.Position = box.Start;
            file.ReadExactly(head);
            if (!head[8..24].SequenceEqual(Uuid))
                continue;
            if (found is not null)
                throw new BadCredentialsException("the file holds two manifest stores");
            if (!head[24..37].SequenceEqual(Purpose.AsSpan(0, 13)))
                throw new BadCredentialsException("their box does not say that it is a manifest's");
            if (box.Length - head.Length > MostStore)
                throw new BadCredentialsException($"they have {box.Length >> 20} MiB; the limit is {MostStore >> 20}");
            var store = new byte[box.Length - head.Length];
            file.ReadExactly(store);
            found = (store, box);
        }
        return found;
    }

    /// <summary>The uuid box around a store.</summary>
    internal static byte[] Wrap(byte[] store)
    {
        byte[] box = [0, 0, 0, 0, .. "uuid"u8, .. Uuid, .. Purpose, .. store];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        return box;
    }

    /// <summary>The assertion's content for a hash: what is left out, and the hash.</summary>
    internal static Dictionary<string, object?> Binding(byte[] hash) => CborTree.Map(
        ("exclusions", new object?[]
        {
            CborTree.Map(("xpath", "/uuid"), ("data", new object?[] { CborTree.Map(("offset", 8), ("value", Uuid)) })),
            CborTree.Map(("xpath", "/ftyp")),
            CborTree.Map(("xpath", "/mfra")),
        }),
        ("alg", "sha256"), ("hash", hash), ("name", "talkinghead"));

    /// <summary>Hashes a file's boxes with their places, but for those that are left out.</summary>
    internal static byte[] Hash(Stream file, IEnumerable<TopBox> boxes, Predicate<TopBox> isLeftOut, HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[1 << 20];
        foreach (var box in boxes)
        {
            if (isLeftOut(box))
                continue;
            BinaryPrimitives.WriteInt64BigEndian(buffer, box.Start);
            hash.AppendData(buffer, 0, 8);
            file.Position = box.Start;
            for (var left = box.Length; left > 0;)
            {
                var got = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (got == 0)
                    throw new EndOfStreamException();
                hash.AppendData(buffer, 0, got);
                left -= got;
            }
        }
        return hash.GetHashAndReset();
    }

    /// <summary>
    /// Copies a file with room of <paramref name="length"/> zero bytes behind ftyp, for the box, and the chunk offsets in
    /// moov moved by as much.
    /// </summary>
    /// <returns>Where the room begins.</returns>
    internal static long CopyWithRoom(Stream from, Stream to, int length)
    {
        var boxes = Boxes(from);
        if (boxes.Count == 0 || boxes[0].Type != "ftyp")
            throw new BadCredentialsException("the file does not begin with ftyp");
        var room = boxes[0].Length;
        foreach (var box in boxes)
        {
            from.Position = box.Start;
            if (box.Type == "moov")
            {
                if (box.Length > MostMoov)
                    throw new BadCredentialsException($"its moov box has {box.Length >> 20} MiB; the limit is {MostMoov >> 20}");
                var moov = new byte[box.Length];
                from.ReadExactly(moov);
                Shift(moov, length, room, 0);
                to.Write(moov);
            }
            else if (box.Type == "moof")
                throw new BadCredentialsException("fragmented files are not signed");
            else
                Copy(from, to, box.Length);
            if (box.Start == 0)
                to.Write(new byte[length]);
        }
        return room;
    }

    static void Copy(Stream from, Stream to, long length)
    {
        var buffer = new byte[1 << 20];
        while (length > 0)
        {
            var got = from.Read(buffer, 0, (int)Math.Min(length, buffer.Length));
            if (got == 0)
                throw new EndOfStreamException();
            to.Write(buffer, 0, got);
            length -= got;
        }
    }

    // stco and co64 (ISO/IEC 14496-12, 8.7.5): absolute places in the file of what lies behind the room.
    static void Shift(Span<byte> holder, int by, long behind, int depth)
    {
        if (depth > MostDepth)
            throw new BadCredentialsException($"its boxes lie more than {MostDepth} deep in each other");
        for (var rest = holder[8..]; rest.Length >= 8;)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (size < 8 || size > rest.Length)
                throw new BadCredentialsException("a box in its moov is damaged");
            var box = rest[..(int)size];
            var type = Encoding.Latin1.GetString(box[4..8]);
            if (type is "stco" or "co64")
                ShiftTable(box, type == "stco" ? 4 : 8, by, behind);
            else if (Holders.Contains(type))
                Shift(box, by, behind, depth + 1);
            rest = rest[(int)size..];
        }
    }

    static void ShiftTable(Span<byte> table, int width, int by, long behind)
    {
        if (table.Length < 16 || BinaryPrimitives.ReadUInt32BigEndian(table[12..]) is var count && count * (long)width > table.Length - 16)
            throw new BadCredentialsException("a table in its moov is damaged");
        for (var entries = table.Slice(16, (int)(count * width)); !entries.IsEmpty; entries = entries[width..])
        {
            var place = width == 4 ? BinaryPrimitives.ReadUInt32BigEndian(entries) : BinaryPrimitives.ReadInt64BigEndian(entries);
            if (place < behind)
                continue;
            if (width == 8)
                BinaryPrimitives.WriteInt64BigEndian(entries, place + by);
            else if (place + by <= uint.MaxValue)
                BinaryPrimitives.WriteUInt32BigEndian(entries, (uint)(place + by));
            else
                throw new BadCredentialsException("its chunks lie too far for the room that the credentials take (4 GiB)");
        }
    }
}
