using System.Runtime.InteropServices;
using System.Text;
using TalkingHead.Formats;
using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>W on disk, one safetensors file: "clips" (UTF-8, a line each), "rows" (M, 3N+1: weights, both moments, steps), the spectrum.</summary>
static class VideoEmbeddingsFile
{
    const string ClipsName = "clips", RowsName = "rows", GramName = "spectrum.gram", DirectionName = "spectrum.direction";

    /// <summary>Writes the table row by row: a million rows are never in memory twice.</summary>
    public static void Save(this VideoEmbeddings embeddings, string path)
    {
        embeddings.Flush();
        byte[] clips = Encoding.UTF8.GetBytes(string.Concat(embeddings.Clips.Select(clip => clip + "\n")));
        int width = RowLayout.Width(embeddings.Length);
        var entries = new List<SafeTensorsEntry>
        {
            new(ClipsName, ScalarType.Byte, [clips.Length], stream => stream.Write(clips)),
            new(RowsName, ScalarType.Float32, [embeddings.Count, width], stream =>
            {
                for (int row = 0; row < embeddings.Count; row++)
                    stream.Write(MemoryMarshal.AsBytes(embeddings.Table[row]));
            }),
        };
        if (embeddings.Spectrum is { } spectrum)
        {
            entries.Add(new(GramName, ScalarType.Float64, spectrum.Gram.shape, stream => TensorBytes.Write(spectrum.Gram, stream)));
            entries.Add(new(DirectionName, ScalarType.Float64, spectrum.Direction.shape, stream => TensorBytes.Write(spectrum.Direction, stream)));
        }
        SafeTensorsWriter.Write(path, entries);
    }

    /// <summary>Puts a saved table in the place of this one, which must be empty or hold the same clips first.</summary>
    /// <exception cref="UserException">The file is damaged, or its rows have another length.</exception>
    public static void Load(this VideoEmbeddings embeddings, string path)
    {
        using var file = SafeTensorsFile.Open(path);
        int width = RowLayout.Width(embeddings.Length);
        var rows = Find(file, RowsName);
        if (rows.Shape is not [_, var found] || found != width)
            throw new UserException($"{path}: the rows of W are ({string.Join(",", rows.Shape)}), expected (M,{width}). Use the configuration that the run was started with.");
        string[] clips = Encoding.UTF8.GetString(Find(file, ClipsName).ToArray<byte>()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (clips.Length != rows.Shape[0])
            throw new UserException($"{path}: names {clips.Length} clips for {rows.Shape[0]} rows of W: the file is damaged.");
        embeddings.Clear();
        float[] values = rows.ToArray<float>();
        for (int clip = 0; clip < clips.Length; clip++)
            values.AsSpan(clip * width, width).CopyTo(embeddings.Table[embeddings.Append(clips[clip])]);
        if (embeddings.Spectrum is not { } spectrum)
            return;
        using var scope = NewDisposeScope();
        spectrum.Gram.copy_(Find(file, GramName).ToTensor());
        spectrum.Direction = Find(file, DirectionName).ToTensor();
    }

    static StoredTensor Find(SafeTensorsFile file, string name) => file.Tensors.TryGetValue(name, out var found) ? found
        : throw new UserException($"{file.Path}: has no tensor \"{name}\". Use the configuration that the run was started with.");
}
