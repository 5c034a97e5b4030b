using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingHead.Datasets;

/// <summary>What a dataset says of a clip, beside its frames and landmarks: the clip's <c>.json</c>.</summary>
/// <param name="Id">Stable name, such as "id00017/ABCDEF"; unique in the dataset.</param>
/// <param name="Identity">The person's name, such as "id00017".</param>
/// <param name="Split">Which side the identity is on.</param>
/// <param name="Source">Where the frames come from: a path relative to the folder prepared, or the maker's words.</param>
public sealed record ClipRecord(string Id, string Identity, Split Split, string Source)
{
    /// <summary>Pixels of a frame's side.</summary>
    public int Size { get; init; }

    public int Frames { get; init; }

    /// <summary>Frames a second, of those stored; null where they are no motion (photos, frames of several takes).</summary>
    public double? Rate { get; init; }

    /// <summary>
    /// The squares that the frames were cut from, left, top, right, bottom in pixels of the source: one for all, or one for each
    /// frame; null where nothing was cut.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>>? Crop { get; init; }

    /// <summary>Which frames of the source these are, counted from 0, through its files in order of their names; null where there is no source.</summary>
    public IReadOnlyList<int>? SourceFrames { get; init; }

    /// <summary>XXH3 (64 bits) of the landmarks file and the frames' files, one after the other. The writer fills it in.</summary>
    public string? Checksum { get; init; }

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    internal static ClipRecord FromJson(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<ClipRecord>(json, Json) ?? throw new UserException($"{where}: the clip's record is empty.");
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: the clip's record is no JSON that describes one: {e.Message}", e);
        }
    }
}
