using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TalkingHead.Formats;

namespace TalkingHead.Datasets;

/// <summary>
/// The index of one part, mapped: it opens in the same time whatever it holds, and only what is looked at is read. It may
/// come from anywhere, so every number is checked against what it points into.
/// </summary>
sealed class DatasetIndex : IDisposable
{
    const int MostSize = 16384;

    readonly MappedFile file;
    readonly IndexHeader header;

    internal DatasetIndex(string folder, DatasetPart part)
    {
        Part = part;
        file = MappedFile.Open(System.IO.Path.Combine(folder, part.IndexName));
        try
        {
            header = ReadHeader();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal DatasetPart Part { get; }

    internal string Path => file.Path;

    internal int Clips => header.Clips;

    internal int Shards => header.Shards;

    internal int Identities => header.Identities;

    internal int Size => header.Size;

    internal long Frames => header.Frames;

    internal string Recipe => Text(0, header.RecipeBytes);

    internal IndexClip Clip(int clip)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)clip, (uint)header.Clips, nameof(clip));
        var entry = Read<IndexClip>(header.ClipsAt + (long)clip * IndexClip.Bytes);
        if (entry.Length <= 0 || entry.Offset < 0 || entry.Frames <= 0 || (uint)entry.Shard >= header.Shards || (uint)entry.Identity >= header.Identities
            || entry.FirstMember < 0 || entry.FirstMember > header.Members - entry.Frames - ClipMember.FirstFrame
            || entry.Offset > ShardBytes(entry.Shard) - entry.Length || entry.Split > Split.Test)
            throw Damaged($"clip {clip} points outside");
        return entry;
    }

    internal ReadOnlySpan<byte> IdBytes(in IndexClip clip) => TextBytes(clip.IdAt, clip.IdBytes);

    internal string Id(in IndexClip clip) => Text(clip.IdAt, clip.IdBytes);

    internal string Identity(int identity) => Text(IdentityEntry(identity).NameAt, IdentityEntry(identity).NameBytes);

    internal Split SplitOf(int identity) => IdentityEntry(identity).Split;

    /// <param name="clip">Whose member.</param>
    /// <param name="member">0 the record, 1 the landmarks, then the frames.</param>
    internal ClipMember Member(in IndexClip clip, int member)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)member, (uint)(clip.Frames + ClipMember.FirstFrame), nameof(member));
        var entry = Read<ClipMember>(header.MembersAt + (clip.FirstMember + member) * Unsafe.SizeOf<ClipMember>());
        if ((long)entry.Offset + entry.Length > clip.Length)
            throw Damaged($"member {member} of clip {Id(clip)} points outside it");
        return entry;
    }

    /// <summary>Bytes of the shard's file.</summary>
    internal long ShardBytes(int shard) => Read<long>(header.ShardsAt + (long)shard * sizeof(long));

    /// <summary>Where the id stands, or the complement of where it would.</summary>
    internal int Find(ReadOnlySpan<byte> id)
    {
        int low = 0, high = Clips - 1;
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var order = IdBytes(Clip(middle)).SequenceCompareTo(id);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>Whether the whole file is as it was written.</summary>
    internal bool IsWhole()
    {
        var sum = new System.IO.Hashing.XxHash3();
        const int Most = 1 << 24;
        for (long at = IndexHeader.Bytes; at < file.Length; at += Most)
            sum.Append(file.Slice(at, (int)Math.Min(Most, file.Length - at)));
        return sum.GetCurrentHashAsUInt64() == header.TablesChecksum;
    }

    public void Dispose() => file.Dispose();

    IndexHeader ReadHeader()
    {
        if (file.Length < IndexHeader.Bytes)
            throw Damaged($"{file.Length} bytes are too few");
        var read = Read<IndexHeader>(0);
        if (read.Magic != IndexHeader.MagicWord)
            throw new UserException($"{file.Path}: not the index of a dataset.");
        if (read.Version != IndexHeader.CurrentVersion)
            throw new UserException($"{file.Path}: the dataset has format version {read.Version}, this program reads version {IndexHeader.CurrentVersion}; prepare it again with this program, or use the one that made it.");
        if (read.HeaderChecksum != read.ComputeHeaderChecksum() || read.Clips < 0 || read.Shards < 0 || read.Identities < 0 || read.RecipeBytes < 0
            || read.Members < 0 || read.Members > file.Length || read.TextBytes < 0 || read.Size is < 1 or > MostSize || read.FileBytes != file.Length)
            throw Damaged("its header does not agree with its content");
        if (read.Part != Part.Number || read.Parts != Part.Count)
            throw new UserException($"{file.Path}: holds part {read.Part} of {read.Parts}; give the file its own name again.");
        return read;
    }

    IndexIdentity IdentityEntry(int identity) => Read<IndexIdentity>(header.IdentitiesAt + (long)identity * IndexIdentity.Bytes);

    string Text(uint at, int bytes) => Encoding.UTF8.GetString(TextBytes(at, bytes));

    ReadOnlySpan<byte> TextBytes(uint at, int bytes) =>
        at + (long)bytes <= header.TextBytes ? file.Slice(header.TextAt + at, bytes) : throw Damaged("a name lies outside its text");

    T Read<T>(long offset) where T : unmanaged => MemoryMarshal.Read<T>(file.Slice(offset, Unsafe.SizeOf<T>()));

    UserException Damaged(string what) => new($"{file.Path}: the index is damaged: {what}; prepare the dataset again, or copy the file again.");
}
