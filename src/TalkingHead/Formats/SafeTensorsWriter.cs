using System.Buffers.Binary;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace TalkingHead.Formats;

/// <summary>One tensor to write: <paramref name="Write"/> gives its bytes in C order, little-endian.</summary>
sealed record SafeTensorsEntry(string Name, ScalarType Type, long[] Shape, Action<Stream> Write)
{
    internal long Bytes => (long)Shape.Aggregate((BigInteger)ElementTypes.Size(Type), (product, size) => product * size);
}

/// <summary>
/// Writes safetensors files, the same bytes for the same content: tensors by alignment (largest first), then by
/// name, as the reference writer does; metadata by key; the header padded with spaces to a multiple of 8.
/// </summary>
static class SafeTensorsWriter
{
    internal static void Write(string path, IEnumerable<SafeTensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = entries
            .OrderByDescending(entry => ElementTypes.Rank(entry.Type))
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)
            .ToArray();
        CheckNames(path, sorted);
        var header = Header(sorted, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[SafeTensorsHeader.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            var end = stream.Position;
            foreach (var entry in sorted)
            {
                entry.Write(stream);
                end += entry.Bytes;
                if (stream.Position != end)
                    throw new InvalidOperationException($"{path}: tensor \"{entry.Name}\" wrote up to byte {stream.Position}, its shape needs {end}.");
            }
        });
    }

    static void CheckNames(string path, SafeTensorsEntry[] sorted)
    {
        var names = new HashSet<string>();
        foreach (var entry in sorted)
            if (entry.Name == SafeTensorsHeader.MetadataName || !names.Add(entry.Name))
                throw new ArgumentException($"{path}: the name \"{entry.Name}\" is reserved or given twice.");
    }

    static byte[] Header(SafeTensorsEntry[] sorted, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
                WriteMetadata(json, metadata);
            long begin = 0;
            foreach (var entry in sorted)
                begin = WriteEntry(json, entry, begin);
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafeTensorsHeader.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(note => note.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    static long WriteEntry(Utf8JsonWriter json, SafeTensorsEntry entry, long begin)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", ElementTypes.Of(entry.Type).SafeTensors);
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + entry.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
        return begin + entry.Bytes;
    }
}
