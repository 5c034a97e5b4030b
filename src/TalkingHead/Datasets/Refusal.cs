using System.Text.Encodings.Web;
using System.Text.Json;

namespace TalkingHead.Datasets;

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
