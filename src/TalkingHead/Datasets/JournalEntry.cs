using System.Text;

namespace TalkingHead.Datasets;

/// <summary>What a journal holds, in the order in which it happened.</summary>
abstract record JournalEntry
{
    const byte StartedKind = 0, ClipKind = 1, RefusedKind = 2, FinishedKind = 3;

    /// <summary>The first entry: what is being made. A writer that continues must want the same.</summary>
    internal sealed record Started(int Version, int Size, long ShardBytes, string Recipe) : JournalEntry;

    /// <summary>A clip lies whole in the shard.</summary>
    internal sealed record Clip(string Id, string Identity, Split Split, int Shard, long Offset, int Length, ulong Checksum, ClipMember[] Files) : JournalEntry
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
            ClipKind => new Clip(from.ReadString(), from.ReadString(), (Split)from.ReadByte(), from.ReadInt32(), from.ReadInt64(), from.ReadInt32(), from.ReadUInt64(), ReadFiles(from)),
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
