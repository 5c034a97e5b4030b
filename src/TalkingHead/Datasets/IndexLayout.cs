using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TalkingHead.Datasets;

/// <summary>
/// The index of a part, all numbers little-endian: header, clips in order of their ids (compared byte by byte), their members, shards, identities in
/// order, then the text that offsets point into. Checksums are XXH3.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct IndexHeader
{
    internal const ulong MagicWord = 0x31_58_44_49_4C_43_48_54; // "THCLIDX1", which never changes
    internal const int CurrentVersion = 1;

    internal static readonly int Bytes = Unsafe.SizeOf<IndexHeader>();

    internal ulong Magic;
    internal int Version, Part, Parts, Size;
    internal int Clips, Shards, Identities, RecipeBytes; // the recipe is the first text
    internal long Frames, Members, TextBytes;
    internal ulong TablesChecksum, HeaderChecksum;       // of all that follows the header; of the header before this field

    internal readonly long ClipsAt => Bytes;

    internal readonly long MembersAt => ClipsAt + (long)Clips * IndexClip.Bytes;

    internal readonly long ShardsAt => MembersAt + Members * Unsafe.SizeOf<ClipMember>();

    internal readonly long IdentitiesAt => ShardsAt + (long)Shards * sizeof(long);

    internal readonly long TextAt => IdentitiesAt + (long)Identities * IndexIdentity.Bytes;

    internal readonly long FileBytes => TextAt + TextBytes;

    internal readonly ulong ComputeHeaderChecksum()
    {
        var copy = this;
        return Checksum.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<IndexHeader>(in copy))[..(Bytes - sizeof(ulong))]);
    }
}

/// <summary>A clip in the index.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct IndexClip
{
    internal static readonly int Bytes = Unsafe.SizeOf<IndexClip>();

    internal long Offset;      // in the shard, of its first tar header
    internal long FirstMember; // in the table of members; record, landmarks, frames
    internal ulong Checksum;   // of all its bytes in the shard, headers and padding too
    internal uint IdAt;        // in the text
    internal int Length, Frames, Shard, Identity;
    internal ushort IdBytes;
    internal Split Split;
    internal byte Unused;
}

/// <summary>An identity in the index.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct IndexIdentity
{
    internal static readonly int Bytes = Unsafe.SizeOf<IndexIdentity>();

    internal uint NameAt; // in the text
    internal ushort NameBytes;
    internal Split Split;
    internal byte Unused;
}
