using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TalkingHead.Data;

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
        JournalEntry.FromBytes(TryRead(offset)
            ?? throw new IOException($"{file.Name}: the entry at byte {offset} changed since it was written."));

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
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), Checksum.Compute(content));
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
            && Checksum.Compute(bytes) == BinaryPrimitives.ReadUInt64LittleEndian(head[4..]) ? bytes : null;
    }
}

/// <summary>What a journal holds, in the order in which it happened.</summary>
abstract record JournalEntry
{
    const byte StartedKind = 0, ClipKind = 1, RefusedKind = 2, FinishedKind = 3;

    /// <summary>The first entry: what is being made. A writer that continues must want the same.</summary>
    internal sealed record Started(int Version, int Size, long ShardBytes, string Recipe) : JournalEntry;

    /// <summary>A clip lies whole in the shard.</summary>
    internal sealed record Clip(string Id, string Identity, Split Split, int Shard, long Offset, int Length, ulong Checksum,
        ClipMember[] Files) : JournalEntry
    {
        internal int Frames => Files.Length - ClipMember.FirstFrame;
    }

    internal sealed record Refused(Refusal Refusal) : JournalEntry;

    /// <summary>All clips and refusals of an input are written.</summary>
    internal sealed record Finished(string Input) : JournalEntry;

    internal byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        switch (this)
        {
            case Started started:
                to.Write(StartedKind);
                to.Write(started.Version);
                to.Write(started.Size);
                to.Write(started.ShardBytes);
                to.Write(started.Recipe);
                break;
            case Clip clip:
                to.Write(ClipKind);
                to.Write(clip.Id);
                to.Write(clip.Identity);
                to.Write((byte)clip.Split);
                to.Write(clip.Shard);
                to.Write(clip.Offset);
                to.Write(clip.Length);
                to.Write(clip.Checksum);
                to.Write(clip.Files.Length);
                foreach (var (offset, length, checksum) in clip.Files)
                {
                    to.Write(offset);
                    to.Write(length);
                    to.Write(checksum);
                }

                break;
            case Refused refused:
                to.Write(RefusedKind);
                to.Write(refused.Refusal.Input);
                to.Write(refused.Refusal.Kind);
                to.Write(refused.Refusal.Reason);
                break;
            case Finished finished:
                to.Write(FinishedKind);
                to.Write(finished.Input);
                break;
        }

        return bytes.ToArray();
    }

    /// <summary>Bytes whose checksum was right, so they are what <see cref="ToBytes"/> gave.</summary>
    internal static JournalEntry FromBytes(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return from.ReadByte() switch
        {
            StartedKind => new Started(from.ReadInt32(), from.ReadInt32(), from.ReadInt64(), from.ReadString()),
            ClipKind => new Clip(from.ReadString(), from.ReadString(), (Split)from.ReadByte(), from.ReadInt32(), from.ReadInt64(),
                from.ReadInt32(), from.ReadUInt64(), ReadFiles(from)),
            RefusedKind => new Refused(new(from.ReadString(), from.ReadString(), from.ReadString())),
            FinishedKind => new Finished(from.ReadString()),
            var kind => throw new InvalidDataException($"A journal entry of kind {kind}."),
        };
    }

    static ClipMember[] ReadFiles(BinaryReader from)
    {
        var members = new ClipMember[from.ReadInt32()];
        for (var i = 0; i < members.Length; i++)
            members[i] = new(from.ReadUInt32(), from.ReadUInt32(), from.ReadUInt64());
        return members;
    }
}

/// <summary>The refused inputs of a dataset, part by part: <c>part1of1.ledger.jsonl</c>, one JSON object a line.</summary>
public static class Ledger
{
    /// <summary>All refusals of the dataset in the folder.</summary>
    /// <exception cref="UserException">A line is no refusal.</exception>
    public static IEnumerable<Refusal> Read(Dataset dataset)
    {
        foreach (var part in dataset.Parts)
        {
            var path = Path.Combine(dataset.Folder, part.Part.LedgerName);
            if (!File.Exists(path))
                throw new UserException($"{path}: the ledger of refused inputs is missing; copy it again.");
            foreach (var line in File.ReadLines(path))
                yield return Refusal.FromJson(Encoding.UTF8.GetBytes(line), path);
        }
    }
}

/// <summary>An input that gave no clip, or a picture left out of one, and why: a line of the ledger.</summary>
/// <param name="Input">Path relative to the folder prepared.</param>
/// <param name="Kind">The reason as a word, the same for all inputs refused alike: "too-few-frames".</param>
/// <param name="Reason">The reason as a sentence, with its figures.</param>
public sealed record Refusal(string Input, string Kind, string Reason)
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    internal static Refusal FromJson(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<Refusal>(json, Json) ?? throw new UserException($"{where}: an empty line.");
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: a line that is no refusal: {e.Message}", e);
        }
    }
}
