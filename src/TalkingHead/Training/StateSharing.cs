using System.Globalization;
using System.IO.Hashing;
using System.Text;
using TalkingHead.Distributed;
using TalkingHead.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>Gives every rank the state that rank 0 has, and finds a rank whose state is another.</summary>
static class StateBroadcast
{
    const int RowsAtOnce = 4096;

    /// <summary>W of rank 0 with its moments and its spectrum, in the order of its rows.</summary>
    public static void FromFirst(this EmbeddingTable embeddings, Ranks ranks)
    {
        if (ranks.Count == 1)
            return;
        embeddings.Flush();
        using var scope = NewDisposeScope();
        var names = Encoding.UTF8.GetBytes(string.Join('\n', embeddings.Clips));
        var text = zeros([ranks.FromFirst(names.LongLength)], ScalarType.Byte);
        if (ranks.IsFirst)
            text.bytes = names;
        ranks.Broadcast([text]);
        if (!ranks.IsFirst)
        {
            embeddings.Clear();
            foreach (var clip in Encoding.UTF8.GetString(text.bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                embeddings.Append(clip);
        }
        var width = EmbeddingLayout.Width(embeddings.Length);
        for (var start = 0; start < embeddings.Count; start += RowsAtOnce)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(RowsAtOnce, embeddings.Count - start);
            var values = new float[count * width];
            for (var row = 0; row < count; row++)
                embeddings.Table[start + row].CopyTo(values.AsSpan(row * width));
            var rows = tensor(values);
            ranks.Broadcast([rows]);
            values = rows.data<float>().ToArray();
            for (var row = 0; row < count; row++)
                values.AsSpan(row * width, width).CopyTo(embeddings.Table[start + row]);
        }
        if (embeddings.Spectrum is { } spectrum)
            ranks.Broadcast([spectrum.Gram, spectrum.Direction]);
    }

    /// <summary>A checksum of tensors and of the rows of W: equal on two ranks when every bit is.</summary>
    public static string Digest(IEnumerable<Tensor> tensors, EmbeddingTable embeddings)
    {
        embeddings.Flush();
        var sum = new XxHash3();
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            sum.Append(tensor.detach().cpu().contiguous().bytes);
        }
        for (var row = 0; row < embeddings.Count; row++)
            sum.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(embeddings.Table[row]));
        return sum.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);
    }
}
