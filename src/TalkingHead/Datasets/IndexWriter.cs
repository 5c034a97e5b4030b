using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace TalkingHead.Datasets;

/// <summary>Writes a part's index from its journal; holds the clips' names in memory, and nothing else of them.</summary>
static class IndexWriter
{
    /// <summary>Ids in the order of the index: by their UTF-8 bytes.</summary>
    internal static readonly Comparison<string> Order = string.CompareOrdinal; // UTF-16 order is UTF-8's without surrogates, which ids lack

    internal static void Write(Stream to, DatasetPart part, JournalEntry.Started started, Journal journal, IEnumerable<(string Id, long Entry)> clips, IReadOnlyDictionary<string, Split> identities, IReadOnlyList<long> shardBytes)
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
