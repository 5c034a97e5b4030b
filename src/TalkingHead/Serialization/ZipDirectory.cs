using System.Buffers.Binary;
using System.Text;

namespace TalkingHead.Serialization;

/// <summary>
/// The directory of a zip archive whose members are stored as they are, zip64 included. Compressed or encrypted
/// members are refused when asked for, so nothing can inflate; names are only compared, never used as paths.
/// </summary>
sealed class ZipDirectory
{
    const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50, EndSignature = 0x06054b50;
    const uint End64Signature = 0x06064b50, Locator64Signature = 0x07064b50;
    const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56, CentralBytes = 46, LocalBytes = 30;
    const int MostMembers = 1_000_000;

    readonly record struct Member(ushort Flags, ushort Method, long Compressed, long Size, long LocalOffset);

    readonly MappedFile file;
    readonly Dictionary<string, Member> members = [];
    readonly long directoryStart;

    internal ZipDirectory(MappedFile file)
    {
        this.file = file;
        var (count, offset) = FindDirectory();
        directoryStart = offset;
        if (count is < 0 or > MostMembers)
            throw Damaged($"its directory announces {count} members");
        for (var i = 0; i < count; i++)
            offset = ReadMember(offset);
    }

    internal IEnumerable<string> Names => members.Keys;

    internal bool Contains(string name) => members.ContainsKey(name);

    /// <summary>Where a member's bytes are in the file.</summary>
    internal (long Start, long Length) Locate(string name)
    {
        if (!members.TryGetValue(name, out var member))
            throw Damaged($"it has no member \"{name}\"");
        if (member.Method != 0 || member.Compressed != member.Size || (member.Flags & 1) != 0)
            throw new UserException(
                $"{file.Path}: member \"{name}\" is compressed or encrypted (method {member.Method}); torch.save stores members as they "
                + $"are. Save it again with torch.save.");
        var local = file.Slice(member.LocalOffset, LocalBytes);
        if (U32(local, 0) != LocalSignature)
            throw Damaged($"member \"{name}\" does not start where the directory says");
        var start = member.LocalOffset + LocalBytes + U16(local, 26) + U16(local, 28);
        if (member.Size < 0 || start > directoryStart || member.Size > directoryStart - start)
            throw Damaged($"member \"{name}\" of {member.Size} bytes does not fit into the file");
        return (start, member.Size);
    }

    (long Count, long Offset) FindDirectory()
    {
        var at = FindEnd();
        var end = file.Slice(at, EndBytes);
        (long count, long offset) = (U16(end, 10), U32(end, 16));
        if (at < Locator64Bytes || U32(file.Slice(at - Locator64Bytes, 4), 0) != Locator64Signature)
            return (count, offset);
        var end64 = file.Slice(U64(file.Slice(at - Locator64Bytes, Locator64Bytes), 8), End64Bytes);
        return U32(end64, 0) == End64Signature
            ? (U64(end64, 32), U64(end64, 48))
            : throw Damaged("its zip64 directory is missing");
    }

    // The last record, before a comment of up to 65,535 bytes.
    long FindEnd()
    {
        for (var at = file.Length - EndBytes; at >= Math.Max(0, file.Length - EndBytes - ushort.MaxValue); at--)
            if (U32(file.Slice(at, 4), 0) == EndSignature)
                return at;
        throw Damaged("its directory is missing");
    }

    long ReadMember(long at)
    {
        var entry = file.Slice(at, CentralBytes);
        if (U32(entry, 0) != CentralSignature)
            throw Damaged($"its directory breaks off after {members.Count} members");
        int nameLength = U16(entry, 28), extraLength = U16(entry, 30), commentLength = U16(entry, 32);
        var name = Encoding.UTF8.GetString(file.Slice(at + CentralBytes, nameLength));
        var member = new Member(U16(entry, 8), U16(entry, 10), U32(entry, 20), U32(entry, 24), U32(entry, 42));
        member = WithZip64(member, file.Slice(at + CentralBytes + nameLength, extraLength));
        if (!members.TryAdd(name, member))
            throw Damaged($"it has two members \"{name}\"");
        return at + CentralBytes + nameLength + extraLength + commentLength;
    }

    // Extra field 1 holds, in this order, whichever of the three did not fit into 32 bits.
    Member WithZip64(Member member, ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0), length = U16(extra, 2);
            if (length > extra.Length - 4)
                throw Damaged("an extra field is longer than its place");
            if (id == 1)
            {
                var values = extra.Slice(4, length);
                return member with
                {
                    Size = Next(ref values, member.Size),
                    Compressed = Next(ref values, member.Compressed),
                    LocalOffset = Next(ref values, member.LocalOffset),
                };
            }
            extra = extra[(4 + length)..];
        }
        return member;
    }

    static long Next(ref ReadOnlySpan<byte> values, long narrow)
    {
        if (narrow != uint.MaxValue || values.Length < 8)
            return narrow;
        var value = U64(values, 0);
        values = values[8..];
        return value;
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static long U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    UserException Damaged(string what) => new($"{file.Path}: not a whole zip archive: {what}. Copy or download it again.");
}
