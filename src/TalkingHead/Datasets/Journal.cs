using System.Buffers.Binary;

namespace TalkingHead.Datasets;

/// <summary>
/// What was done so far, entry by entry, each with its length and checksum: after a kill or a power cut the entries that
/// are whole stand, and what was written after them is dropped. It holds the part's lock while it is open.
/// </summary>
sealed class Journal : IDisposable
{
    const int HeadBytes = 12, MostBytes = 1 << 28;

    readonly FileStream file;

    /// <exception cref="IOException">Another process has it open, or it cannot be written.</exception>
    internal Journal(string path) => file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    /// <summary>Where the next entry goes.</summary>
    internal long Length => file.Length;

    /// <summary>The entries from the start to the first that is not whole, with the offset of each.</summary>
    internal IEnumerable<(long Offset, JournalEntry Entry)> ReadAll()
    {
        var offset = 0L;
        while (TryRead(offset) is { } bytes)
        {
            yield return (offset, JournalEntry.FromBytes(bytes));
            offset += HeadBytes + bytes.Length;
        }
    }

    internal JournalEntry Read(long offset) =>
        JournalEntry.FromBytes(TryRead(offset) ?? throw new IOException($"{file.Name}: the entry at byte {offset} changed since it was written."));

    /// <summary>Bytes of the whole entry there.</summary>
    internal long LengthOf(long offset)
    {
        Span<byte> length = stackalloc byte[4];
        RandomAccess.Read(file.SafeFileHandle, length, offset);
        return HeadBytes + BinaryPrimitives.ReadInt32LittleEndian(length);
    }

    /// <summary>Forgets what is written from there on.</summary>
    internal void Truncate(long length) => file.SetLength(length);

    /// <returns>The entry's offset.</returns>
    internal long Append(JournalEntry entry)
    {
        var content = entry.ToBytes();
        var bytes = new byte[HeadBytes + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), Checksum.Of(content));
        content.CopyTo(bytes, HeadBytes);
        var offset = file.Length;
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
        return offset;
    }

    /// <summary>Brings everything to the disk itself.</summary>
    internal void Flush() => file.Flush(flushToDisk: true);

    public void Dispose() => file.Dispose();

    byte[]? TryRead(long offset)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (RandomAccess.Read(file.SafeFileHandle, head, offset) != HeadBytes)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > MostBytes || length > file.Length - offset - HeadBytes)
            return null;
        var bytes = new byte[length];
        return RandomAccess.Read(file.SafeFileHandle, bytes, offset + HeadBytes) == length
            && Checksum.Of(bytes) == BinaryPrimitives.ReadUInt64LittleEndian(head[4..]) ? bytes : null;
    }
}
