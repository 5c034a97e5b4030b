using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingHead.Heads;

/// <summary>What a head was made of, and how.</summary>
public sealed record HeadOrigin
{
    /// <summary>Name of the meta-learned run.</summary>
    public required string Run { get; init; }

    /// <summary>Of its checkpoint.</summary>
    public required int Step { get; init; }

    /// <summary>Where the person's frames came from.</summary>
    public required SourceName Source { get; init; }

    /// <summary>T, frames learned from or embedded.</summary>
    public required int Shots { get; init; }

    /// <summary>Epochs of fine-tuning; null for a feed-forward head.</summary>
    public int? Epochs { get; init; }

    /// <summary>The epoch whose numbers these are.</summary>
    public int? KeptEpoch { get; init; }

    /// <summary>Of the fine-tuning.</summary>
    public int? Seed { get; init; }

    /// <summary>Version of the program.</summary>
    public string Program { get; init; } = typeof(HeadOrigin).Assembly.GetName().Version?.ToString(3) ?? "";

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    internal static HeadOrigin FromJson(string json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<HeadOrigin>(json, Json) is { Run: not null, Source: { Name: not null, Key: not null } } origin
                ? origin : throw new JsonException("a name is null");
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: its record of where it comes from cannot be read ({e.Message}); make the head again.", e);
        }
    }
}
