using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TalkingHead.Serialization;

namespace TalkingHead.Data;

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
        if (entry.Length <= 0 || entry.Offset < 0 || entry.Frames <= 0 || (uint)entry.Shard >= header.Shards
            || (uint)entry.Identity >= header.Identities
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
            throw new UserException(
                $"{file.Path}: the dataset has format version {read.Version}, this program reads version {IndexHeader.CurrentVersion}; "
                    + $"prepare it again with this program, or use the one that made it.");
        if (read.HeaderChecksum != read.ComputeHeaderChecksum() || read.Clips < 0 || read.Shards < 0 || read.Identities < 0
            || read.RecipeBytes < 0
            || read.Members < 0 || read.Members > file.Length || read.TextBytes < 0 || read.Size is < 1 or > MostSize
            || read.FileBytes != file.Length)
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

    UserException Damaged(string what) => new($"{file.Path}: the index is damaged: {what}; prepare the dataset again, or copy the "
        + $"file again.");
}

/// <summary>
/// The index of a part, all numbers little-endian: header, clips in order of their ids (compared byte by byte), their
/// members, shards, identities in
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
        return Checksum.Compute(MemoryMarshal.AsBytes(new ReadOnlySpan<IndexHeader>(in copy))[..(Bytes - sizeof(ulong))]);
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

/// <summary>Writes a part's index from its journal; holds the clips' names in memory, and nothing else of them.</summary>
static class IndexWriter
{
    /// <summary>Ids in the order of the index: by their UTF-8 bytes.</summary>
    internal static readonly Comparison<string> Order = string.CompareOrdinal; // UTF-16 order is UTF-8's without surrogates, which ids lack

    internal static void Write(Stream to, DatasetPart part, JournalEntry.Started started, Journal journal,
        IEnumerable<(string Id, long Entry)> clips, IReadOnlyDictionary<string, Split> identities, IReadOnlyList<long> shardBytes)
    {
        var sorted = clips.ToArray();
        Array.Sort(sorted, (a, b) => Order(a.Id, b.Id));
        string[] names = [.. identities.Keys.Order(StringComparer.Ordinal)];
        var text = new Text();
        var recipeBytes = text.Add(started.Recipe).Bytes;
        var header = new IndexHeader
        {
            Magic = IndexHeader.MagicWord,
            Version = IndexHeader.CurrentVersion,
            Part = part.Number,
            Parts = part.Count,
            Size = started.Size,
            Clips = sorted.Length,
            Shards = shardBytes.Count,
            Identities = names.Length,
            RecipeBytes = recipeBytes,
        };
        var people = new IndexIdentity[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var (at, bytes) = text.Add(names[i]);
            people[i] = new() { NameAt = at, NameBytes = checked((ushort)bytes), Split = identities[names[i]] };
        }

        to.Position = IndexHeader.Bytes;
        var sum = new XxHash3();
        foreach (var (id, entry) in sorted)
        {
            var clip = (JournalEntry.Clip)journal.Read(entry);
            var (at, bytes) = text.Add(id);
            Put(new IndexClip
            {
                Offset = clip.Offset,
                FirstMember = header.Members,
                Checksum = clip.Checksum,
                IdAt = at,
                Length = clip.Length,
                Frames = clip.Frames,
                Shard = clip.Shard,
                Identity = Array.BinarySearch(names, clip.Identity, StringComparer.Ordinal),
                IdBytes = checked((ushort)bytes),
                Split = clip.Split,
            });
            header.Frames += clip.Frames;
            header.Members += clip.Files.Length;
        }

        foreach (var (_, entry) in sorted)
            PutAll(MemoryMarshal.AsBytes(((JournalEntry.Clip)journal.Read(entry)).Files.AsSpan()));
        foreach (var length in shardBytes)
            Put(length);
        PutAll(MemoryMarshal.AsBytes(people.AsSpan()));
        PutAll(text.Bytes);
        header.TextBytes = text.Bytes.Length;
        header.TablesChecksum = sum.GetCurrentHashAsUInt64();
        header.HeaderChecksum = header.ComputeHeaderChecksum();
        to.Position = 0;
        to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<IndexHeader>(in header)));

        void Put<T>(T value) where T : unmanaged => PutAll(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

        void PutAll(ReadOnlySpan<byte> bytes)
        {
            sum.Append(bytes);
            to.Write(bytes);
        }
    }

    sealed class Text
    {
        readonly MemoryStream stream = new();

        internal ReadOnlySpan<byte> Bytes => stream.GetBuffer().AsSpan(0, (int)stream.Length);

        internal (uint At, int Bytes) Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var at = (uint)stream.Length;
            stream.Write(bytes);
            return (at, bytes.Length);
        }
    }
}

/// <summary>
/// One of the parts that a dataset is made in, on one machine or on several. Each has its own shards, index and ledger;
/// the parts of one folder open together.
/// </summary>
/// <param name="Number">1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many parts the whole has.</param>
public readonly record struct DatasetPart(int Number, int Count)
{
    internal const int MostParts = 9999;

    const string IndexEnding = ".index";

    /// <summary>A dataset made in one go.</summary>
    public static DatasetPart Whole => new(1, 1);

    /// <summary>Reads "2/4".</summary>
    /// <exception cref="UserException">Another form, or a number outside the parts.</exception>
    public static DatasetPart Parse(string text)
    {
        var numbers = text.Split('/');
        return numbers.Length == 2 && IsNumber(numbers[0], out var number) && IsNumber(numbers[1], out var count)
            && count is >= 1 and <= MostParts && number >= 1 && number <= count
            ? new(number, count)
            : throw UserException.Usage($"--part {text}: expected i/n with i from 1 to n, such as 2/4.");
    }

    /// <summary>
    /// One of <paramref name="count"/> parts of this part, from 0; by number modulo, they have this part's members and no
    /// others.
    /// </summary>
    public DatasetPart Part(int index, int count) => new(Number + index * Count, Count * count);

    /// <summary>Whether this part takes the input of that name: by its hash, so other inputs coming or going move nothing.</summary>
    public bool Takes(string input) => Count == 1 || Checksum.Compute(input) % (ulong)Count == (ulong)(Number - 1);

    /// <summary>As in the names of its files: "part2of4".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"part{Number}of{Count}");

    internal string IndexName => this + IndexEnding;

    internal string LedgerName => this + ".ledger.jsonl";

    internal string JournalName => this + ".journal";

    internal string ShardName(int shard) => string.Create(CultureInfo.InvariantCulture, $"{this}-{shard:D5}.tar");

    /// <summary>The part whose finished index is called that; null where the name is none.</summary>
    internal static DatasetPart? OfIndex(string fileName)
    {
        if (!fileName.StartsWith("part", StringComparison.Ordinal) || !fileName.EndsWith(IndexEnding, StringComparison.Ordinal))
            return null;
        var numbers = fileName[4..^IndexEnding.Length].Split("of");
        return numbers.Length == 2 && IsNumber(numbers[0], out var number) && IsNumber(numbers[1], out var count)
            ? new(number, count) : null;
    }

    static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
