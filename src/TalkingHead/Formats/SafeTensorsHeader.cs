using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace TalkingHead.Formats;

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
            ?? throw new UserException($"{file.Path}: tensor \"{name}\" has dtype {dtype}; known are {string.Join(", ", ElementTypes.All.Select(names => names.SafeTensors))}.");
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
