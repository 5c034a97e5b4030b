namespace TalkingHead.Datasets;

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

    /// <summary>Whether a clip of the journal lies in its shard whole. Finished shards were brought to the disk: only the open one is read.</summary>
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
            if (RandomAccess.Read(looked.SafeFileHandle, bytes, clip.Offset) != bytes.Length || Checksum.Of(bytes) != clip.Checksum)
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
