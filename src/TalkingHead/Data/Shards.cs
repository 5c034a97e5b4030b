using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TalkingHead.Data;

/// <summary>
/// Reads members of clips from the shards, and checks what it read. A shard is opened when it is first needed and stays
/// open; its length is checked when the dataset opens, so a missing or cut one is found before hours of training. Reads,
/// not mappings: a failing disk gives an error that names the clip, not a signal.
/// </summary>
sealed class ShardReader : IDisposable
{
    readonly string folder;
    readonly Dictionary<(DatasetPart Part, int Shard), Lazy<SafeFileHandle>> files = [];

    internal ShardReader(string folder, IEnumerable<DatasetIndex> parts)
    {
        this.folder = folder;
        foreach (var part in parts)
        {
            for (var shard = 0; shard < part.Shards; shard++)
            {
                var path = PathOf(part, shard);
                var info = new FileInfo(path);
                if (!info.Exists)
                    throw new UserException($"{path}: the shard is missing; copy it again, or prepare the dataset again.");
                if (info.Length != part.ShardBytes(shard))
                    throw new UserException(
                        $"{path}: the shard has {info.Length} bytes, its index says {part.ShardBytes(shard)}; copy it again, or prepare "
                        + $"the dataset again.");
                files.Add((part.Part, shard), new(() => File.OpenHandle(path, options: FileOptions.RandomAccess)));
            }
        }
    }

    internal string PathOf(DatasetIndex part, int shard) => Path.Combine(folder, part.Part.ShardName(shard));

    /// <summary>
    /// Reads a member into a buffer, made larger where it is too small; answers its length. An empty buffer becomes exactly
    /// as long.
    /// </summary>
    /// <exception cref="UserException">The bytes are damaged or cannot be read; names the clip and the shard.</exception>
    internal int Read(DatasetIndex part, in IndexClip clip, int member, ref byte[] buffer)
    {
        var (offset, length, checksum) = part.Member(clip, member);
        if (buffer.Length < length)
            buffer = new byte[buffer.Length == 0 ? length : length + length / 2];
        var bytes = buffer.AsSpan(0, (int)length);
        ReadExactly(part, clip, bytes, clip.Offset + offset);
        return Checksum.Compute(bytes) == checksum ? bytes.Length : throw Damaged(part, clip, ClipMember.Ending(member));
    }

    /// <summary>A clip's bytes, headers and all.</summary>
    internal void ReadClip(DatasetIndex part, in IndexClip clip, Span<byte> bytes) => ReadExactly(part, clip, bytes, clip.Offset);

    /// <summary>The two blocks of zeros that end a tar.</summary>
    internal bool EndsAsATar(DatasetIndex part, int shard)
    {
        Span<byte> end = stackalloc byte[TarHeader.EndBytes];
        return RandomAccess.Read(Open(part, shard), end, part.ShardBytes(shard) - end.Length) == end.Length
            && !end.ContainsAnyExcept((byte)0);
    }

    internal UserException Damaged(DatasetIndex part, in IndexClip clip, string ending) =>
        new($"{PathOf(part, clip.Shard)}: clip {part.Id(clip)} is damaged ({part.Id(clip)}{ending} does not match its checksum); copy the "
            + $"shard again, or prepare the dataset again.");

    public void Dispose()
    {
        foreach (var file in files.Values.Where(file => file.IsValueCreated))
            file.Value.Dispose();
    }

    SafeFileHandle Open(DatasetIndex part, int shard)
    {
        try
        {
            return files[(part.Part, shard)].Value;
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UserException($"{PathOf(part, shard)}: cannot be read: {e.Message}", e);
        }
    }

    void ReadExactly(DatasetIndex part, in IndexClip clip, Span<byte> bytes, long offset)
    {
        try
        {
            var file = Open(part, clip.Shard);
            for (var got = 0; got < bytes.Length;)
            {
                var read = RandomAccess.Read(file, bytes[got..], offset + got);
                if (read == 0)
                    throw new UserException($"{PathOf(part, clip.Shard)}: ends inside clip {part.Id(clip)}; copy the shard again, or "
                        + $"prepare the dataset again.");
                got += read;
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UserException($"{PathOf(part, clip.Shard)}: clip {part.Id(clip)} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>The shards of a part being written: finished ones, and one that grows under another name.</summary>
sealed class ShardAppender(string folder, DatasetPart part, long fullAt) : IDisposable
{
    internal const string PartialEnding = ".partial";

    readonly List<long> lengths = []; // of the finished shards, their end blocks included
    FileStream? open;
    long end;                         // of the last whole clip in the open shard

    // While continuing: is the shard being looked at finished? Its file, to check clips against.
    bool sealedShard;
    FileStream? looked;

    /// <summary>Bytes of each shard, once the last is closed.</summary>
    internal IReadOnlyList<long> Lengths => lengths;

    internal bool IsFull => end >= fullAt;

    internal (int Shard, long Offset) Append(ReadOnlySpan<byte> clip)
    {
        open ??= new(Partial(lengths.Count), FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var offset = end;
        RandomAccess.Write(open.SafeFileHandle, clip, offset);
        end += clip.Length;
        return (lengths.Count, offset);
    }

    /// <summary>Ends the open shard as a tar ends, brings it to the disk and gives it its name.</summary>
    internal void Close()
    {
        if (open is null)
            return;
        open.SetLength(end); // what a failed write left
        RandomAccess.Write(open.SafeFileHandle, new byte[TarHeader.EndBytes], end);
        open.Flush(flushToDisk: true);
        open.Dispose();
        open = null;
        File.Move(Partial(lengths.Count), Finished(lengths.Count), overwrite: true);
        lengths.Add(end + TarHeader.EndBytes);
        end = 0;
    }

    /// <summary>
    /// Whether a clip of the journal lies in its shard whole. Finished shards were brought to the disk: only the open one is
    /// read.
    /// </summary>
    internal bool Accept(JournalEntry.Clip clip)
    {
        if (clip.Shard != lengths.Count || looked is null)
        {
            if (looked is not null)
                lengths.Add(end + TarHeader.EndBytes);
            looked?.Dispose();
            looked = null;
            end = 0;
            sealedShard = File.Exists(Finished(clip.Shard));
            var path = sealedShard ? Finished(clip.Shard) : Partial(clip.Shard);
            if (clip.Shard != lengths.Count || !File.Exists(path))
                return false;
            looked = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }

        if (clip.Offset != end || end + clip.Length > looked.Length)
            return false;
        if (!sealedShard)
        {
            var bytes = new byte[clip.Length];
            if (RandomAccess.Read(looked.SafeFileHandle, bytes, clip.Offset) != bytes.Length || Checksum.Compute(bytes) != clip.Checksum)
                return false;
        }

        end += clip.Length;
        return true;
    }

    /// <summary>Goes on after the last clip accepted.</summary>
    internal void Resume()
    {
        looked?.Dispose();
        looked = null;
        if (end == 0)
            return;
        if (File.Exists(Finished(lengths.Count)))
            File.Move(Finished(lengths.Count), Partial(lengths.Count), overwrite: true); // closed just before the kill; it closes again
        open = new(Partial(lengths.Count), FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        open.SetLength(end);
    }

    public void Dispose()
    {
        looked?.Dispose();
        open?.Dispose();
    }

    string Finished(int shard) => Path.Combine(folder, part.ShardName(shard));

    string Partial(int shard) => Finished(shard) + PartialEnding;
}

/// <summary>
/// The 512 bytes before each file of a tar (POSIX ustar). Owner, mode and time are constants, so the same clip is the
/// same bytes whoever writes it, and whenever.
/// </summary>
static class TarHeader
{
    internal const int Block = 512;

    /// <summary>A tar ends with two blocks of zeros.</summary>
    internal const int EndBytes = 2 * Block;

    const int NameBytes = 100, PrefixAt = 345, PrefixBytes = 155, ChecksumAt = 148;

    /// <summary>Bytes of zeros after a file of that many.</summary>
    internal static int Padding(long size) => (int)(-size & (Block - 1));

    internal static void Write(Span<byte> block, string path, long size)
    {
        block = block[..Block];
        block.Clear();
        var slash = path.Length <= NameBytes && Encoding.UTF8.GetByteCount(path) <= NameBytes ? -1 : path.LastIndexOf('/');
        Text(block[..NameBytes], path.AsSpan(slash + 1));
        Text(block.Slice(PrefixAt, PrefixBytes), path.AsSpan(0, Math.Max(0, slash)));
        Octal(block.Slice(100, 8), 0b110_100_100); // rw-r--r--
        Octal(block.Slice(108, 8), 0);
        Octal(block.Slice(116, 8), 0);
        Octal(block.Slice(124, 12), size);
        Octal(block.Slice(136, 12), 0);
        block.Slice(ChecksumAt, 8).Fill((byte)' ');
        block[156] = (byte)'0';
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);

        var sum = 0;
        foreach (var value in block)
            sum += value;
        Octal(block.Slice(ChecksumAt, 7), sum);
    }

    static void Text(Span<byte> field, ReadOnlySpan<char> text)
    {
        if (!Encoding.UTF8.TryGetBytes(text, field, out _))
            throw new ArgumentException($"\"{text}\" is longer than the {field.Length} bytes that a tar header has for it.", nameof(text));
    }

    // Digits, then a zero byte.
    static void Octal(Span<byte> field, long value)
    {
        var digits = Convert.ToString(value, 8).PadLeft(field.Length - 1, '0');
        if (digits.Length >= field.Length)
            throw new ArgumentOutOfRangeException(nameof(value),
                string.Create(CultureInfo.InvariantCulture, $"{value} does not fit {field.Length - 1} octal digits."));
        Encoding.ASCII.GetBytes(digits, field);
    }
}

/// <summary>The checksum of everything a dataset holds: XXH3, 64 bits, seed 0. It finds damage, not forgery.</summary>
static class Checksum
{
    internal const string Name = "xxh3-64";

    internal static ulong Compute(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    internal static ulong Compute(string text) => Compute(Encoding.UTF8.GetBytes(text));

    /// <summary>As it stands in a clip's .json: 16 hexadecimal digits.</summary>
    internal static string Hex(ulong checksum) => checksum.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>Turns the failures of writing into a folder into one sentence.</summary>
static class DiskFault
{
    const int NoSpaceUnix = 28, NoQuotaUnix = 122, DiskFullWindows = unchecked((int)0x80070070),
        HandleDiskFullWindows = unchecked((int)0x80070027);

    internal static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The failure to write behind an exception, also where a file's own sentence wraps it; none behind any other.</summary>
    internal static IOException? Find(Exception e) => e as IOException
        ?? (e is UserException { InnerException: IOException inner } && IsFull(inner) ? inner : null);

    internal static bool IsFull(Exception e) => e.HResult is NoSpaceUnix or NoQuotaUnix or DiskFullWindows or HandleDiskFullWindows;

    internal static UserException Writing(string folder, Exception e) => new(
        IsFull(e) ? $"{folder}: the disk is full; what is written so far is kept: make room and run the same command again to continue."
        : $"{folder}: cannot be written ({e.Message.TrimEnd('.')}); name a folder that may be.", e);
}
