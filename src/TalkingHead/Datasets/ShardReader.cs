using Microsoft.Win32.SafeHandles;

namespace TalkingHead.Datasets;

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
                    throw new UserException($"{path}: the shard has {info.Length} bytes, its index says {part.ShardBytes(shard)}; copy it again, or prepare the dataset again.");
                files.Add((part.Part, shard), new(() => File.OpenHandle(path, options: FileOptions.RandomAccess)));
            }
        }
    }

    internal string PathOf(DatasetIndex part, int shard) => Path.Combine(folder, part.Part.ShardName(shard));

    /// <summary>Reads a member into a buffer, made larger where it is too small; answers its length. An empty buffer becomes exactly as long.</summary>
    /// <exception cref="UserException">The bytes are damaged or cannot be read; names the clip and the shard.</exception>
    internal int Read(DatasetIndex part, in IndexClip clip, int member, ref byte[] buffer)
    {
        var (offset, length, checksum) = part.Member(clip, member);
        if (buffer.Length < length)
            buffer = new byte[buffer.Length == 0 ? length : length + length / 2];
        var bytes = buffer.AsSpan(0, (int)length);
        ReadExactly(part, clip, bytes, clip.Offset + offset);
        return Checksum.Of(bytes) == checksum ? bytes.Length : throw Damaged(part, clip, ClipMember.Ending(member));
    }

    /// <summary>A clip's bytes, headers and all.</summary>
    internal void ReadClip(DatasetIndex part, in IndexClip clip, Span<byte> bytes) => ReadExactly(part, clip, bytes, clip.Offset);

    /// <summary>The two blocks of zeros that end a tar.</summary>
    internal bool EndsAsATar(DatasetIndex part, int shard)
    {
        Span<byte> end = stackalloc byte[TarHeader.EndBytes];
        return RandomAccess.Read(Open(part, shard), end, part.ShardBytes(shard) - end.Length) == end.Length && !end.ContainsAnyExcept((byte)0);
    }

    internal UserException Damaged(DatasetIndex part, in IndexClip clip, string ending) =>
        new($"{PathOf(part, clip.Shard)}: clip {part.Id(clip)} is damaged ({part.Id(clip)}{ending} does not match its checksum); copy the shard again, or prepare the dataset again.");

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
                    throw new UserException($"{PathOf(part, clip.Shard)}: ends inside clip {part.Id(clip)}; copy the shard again, or prepare the dataset again.");
                got += read;
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UserException($"{PathOf(part, clip.Shard)}: clip {part.Id(clip)} cannot be read: {e.Message}", e);
        }
    }
}
