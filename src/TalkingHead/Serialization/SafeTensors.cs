using System.Buffers.Binary;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace TalkingHead.Serialization;

/// <summary>Tensors by name in one safetensors file, which Python's <c>safetensors</c> reads and writes too.</summary>
public static class SafeTensors
{
    /// <summary>Writes tensors from any device: whole or not at all, and the same bytes for the same content.</summary>
    /// <param name="path">The file; an existing one is replaced when the new one is complete.</param>
    /// <param name="tensors">Names and tensors, in any order; float32, float16, bfloat16, float64, integers or bool.</param>
    /// <param name="metadata">Strings kept beside the tensors.</param>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        SafeTensorsWriter.Write(path, tensors.Select(Entry), metadata);

    /// <summary>Reads every tensor.</summary>
    /// <exception cref="UserException">The file is missing, truncated or not in this format.</exception>
    public static Dictionary<string, Tensor> Load(string path, Device? device = null)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.ToTensor(device));
    }

    static SafeTensorsEntry Entry(KeyValuePair<string, Tensor> entry) =>
        new(entry.Key, entry.Value.dtype, entry.Value.shape, stream => TensorBytes.Write(entry.Value, stream));
}

/// <summary>
/// An open safetensors file: memory-mapped, its header fully checked, nothing else read. Dispose it when the tensors
/// have been taken out.
/// </summary>
public sealed class SafeTensorsFile : IDisposable
{
    readonly MappedFile file;

    SafeTensorsFile(MappedFile file)
    {
        this.file = file;
        var (places, metadata, start) = SafeTensorsHeader.Read(file);
        Metadata = metadata;
        foreach (var place in places)
        {
            var storage = new TensorStorage(file, place.End - place.Begin) { Start = start + place.Begin };
            tensors.Add(place.Name, new StoredTensor(
                place.Type, place.Shape, StoredTensor.DenseStrides(place.Shape), 0, storage, $"{file.Path}: tensor \"{place.Name}\""));
        }
    }

    readonly OrderedDictionary<string, StoredTensor> tensors = [];

    /// <summary>Where the file is.</summary>
    public string Path => file.Path;

    /// <summary>Every tensor by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="UserException">The file is missing, truncated or not in this format.</exception>
    public static SafeTensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafeTensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}

/// <summary>
/// The head of a safetensors file: 8 bytes of length (little-endian), then JSON: name → dtype, shape, data_offsets,
/// and <c>__metadata__</c> with strings. The tensors' bytes follow without holes or overlap.
/// </summary>
static class SafeTensorsHeader
{
    internal const string MetadataName = "__metadata__";
    internal const int LengthBytes = 8;
    const int MostHeaderBytes = 100_000_000;

    internal readonly record struct Place(string Name, ScalarType Type, long[] Shape, long Begin, long End);

    internal static (List<Place> Places, Dictionary<string, string> Metadata, long DataStart) Read(MappedFile file)
    {
        if (file.Length < LengthBytes)
            throw Damaged(file, $"{file.Length} bytes are too few for a header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, LengthBytes));
        if (length > MostHeaderBytes || length > (ulong)(file.Length - LengthBytes))
            throw Damaged(file, $"its first 8 bytes announce a header of {length} bytes, in a file of {file.Length}");
        var json = file.Slice(LengthBytes, (int)length).ToArray();
        if (!Utf8.IsValid(json) || json.Length == 0 || json[0] != '{')
            throw Damaged(file, "its header is not a JSON object in UTF-8");
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var (places, metadata) = Parse(file, document.RootElement);
            var start = LengthBytes + (long)length;
            CheckCoverage(file, places, file.Length - start);
            return (places, metadata, start);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{file.Path}: not a safetensors file: its header is not the JSON that the format asks for.", e);
        }
    }

    static (List<Place>, Dictionary<string, string>) Parse(MappedFile file, JsonElement root)
    {
        var names = new HashSet<string>();
        var places = new List<Place>();
        var metadata = new Dictionary<string, string>();
        foreach (var entry in root.EnumerateObject())
        {
            if (!names.Add(entry.Name))
                throw Damaged(file, $"it names \"{entry.Name}\" twice");
            if (entry.Name != MetadataName)
                places.Add(ParsePlace(file, entry.Name, entry.Value));
            else
                foreach (var note in entry.Value.EnumerateObject())
                    if (!metadata.TryAdd(note.Name, note.Value.GetString() ?? ""))
                        throw Damaged(file, $"{MetadataName} names \"{note.Name}\" twice");
        }
        return (places, metadata);
    }

    static Place ParsePlace(MappedFile file, string name, JsonElement entry)
    {
        if (entry.EnumerateObject().Count() != 3
            || !entry.TryGetProperty("dtype", out var dtype)
            || !entry.TryGetProperty("shape", out var sizes)
            || !entry.TryGetProperty("data_offsets", out var offsets))
            throw Damaged(file, $"tensor \"{name}\" does not have exactly dtype, shape and data_offsets");
        var type = ElementTypes.Find(names => names.SafeTensors == dtype.GetString())
            ?? throw new UserException(
                $"{file.Path}: tensor \"{name}\" has dtype {dtype}; known are "
                    + $"{string.Join(", ", ElementTypes.All.Select(names => names.SafeTensors))}.");
        var shape = sizes.EnumerateArray().Select(size => size.GetInt64()).ToArray();
        if (offsets.GetArrayLength() != 2)
            throw Damaged(file, $"tensor \"{name}\" has data_offsets {offsets}");
        var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        var bytes = shape.Aggregate((BigInteger)type.Size, (product, size) => product * size);
        if (shape.Any(size => size < 0) || begin < 0 || end < begin || bytes != end - begin)
            throw Damaged(file, $"tensor \"{name}\" of {type.SafeTensors} ({string.Join(",", shape)}) has data_offsets {offsets}");
        return new Place(name, type.Type, shape, begin, end);
    }

    static void CheckCoverage(MappedFile file, List<Place> places, long dataLength)
    {
        long reached = 0;
        foreach (var place in places.OrderBy(place => place.Begin).ThenBy(place => place.End))
        {
            if (place.Begin < reached)
                throw Damaged(file, $"tensor \"{place.Name}\" overlaps another");
            if (place.Begin > reached)
                throw Damaged(file, $"there is a hole before tensor \"{place.Name}\"");
            reached = place.End;
        }
        if (reached != dataLength)
            throw Damaged(file, $"its tensors need {reached} bytes and {dataLength} follow the header");
    }

    static UserException Damaged(MappedFile file, string what) =>
        new($"{file.Path}: not a whole safetensors file: {what}. Copy or download it again.");
}

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
                    throw new InvalidOperationException(
                        $"{path}: tensor \"{entry.Name}\" wrote up to byte {stream.Position}, its shape needs {end}.");
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
        json.WriteString("dtype", ElementTypes.For(entry.Type).SafeTensors);
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
