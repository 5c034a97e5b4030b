namespace TalkingHead.Datasets;

/// <summary>Reads a dataset whole and compares every checksum.</summary>
public static class Verification
{
    /// <summary>Every damage found, a sentence each: indices, then clips shard by shard, then the shards' ends.</summary>
    /// <param name="dataset">What to read.</param>
    /// <param name="progress">Called after each clip with the clips read so far; from one thread.</param>
    /// <param name="stop">Stops between clips.</param>
    public static IEnumerable<string> Damages(Dataset dataset, Action<int>? progress = null, CancellationToken stop = default)
    {
        var done = 0;
        byte[] buffer = [];
        foreach (var part in dataset.Parts)
        {
            if (!part.IsWhole())
            {
                yield return $"{part.Path}: the index does not match its checksum; copy it again, or prepare the dataset again.";
                continue; // what it says of clips cannot be trusted
            }

            foreach (var clip in InOrderOfShards(part))
            {
                stop.ThrowIfCancellationRequested();
                if (buffer.Length < clip.Length)
                    buffer = new byte[clip.Length + clip.Length / 2];
                if (Fault(dataset, part, clip, buffer.AsSpan(0, clip.Length)) is { } fault)
                    yield return fault;
                progress?.Invoke(++done);
            }

            for (var shard = 0; shard < part.Shards; shard++)
            {
                if (!dataset.Shards.EndsAsATar(part, shard))
                    yield return $"{dataset.Shards.PathOf(part, shard)}: after its last clip the shard does not end as a tar does; copy it again.";
            }
        }
    }

    static string? Fault(Dataset dataset, DatasetIndex part, in IndexClip clip, Span<byte> bytes)
    {
        try
        {
            dataset.Shards.ReadClip(part, clip, bytes);
        }
        catch (UserException unreadable)
        {
            return unreadable.Message;
        }

        if (Checksum.Of(bytes) == clip.Checksum)
            return null;
        for (var member = 0; member < clip.Frames + ClipMember.FirstFrame; member++)
        {
            var (offset, length, checksum) = part.Member(clip, member);
            if (Checksum.Of(bytes.Slice((int)offset, (int)length)) != checksum)
                return dataset.Shards.Damaged(part, clip, ClipMember.Ending(member)).Message;
        }

        return dataset.Shards.Damaged(part, clip, ", a header or padding of the tar,").Message;
    }

    static IEnumerable<IndexClip> InOrderOfShards(DatasetIndex part) => Enumerable.Range(0, part.Clips)
        .Select(i => (Index: i, part.Clip(i).Shard, part.Clip(i).Offset)).OrderBy(clip => clip.Shard).ThenBy(clip => clip.Offset)
        .Select(clip => part.Clip(clip.Index));
}
