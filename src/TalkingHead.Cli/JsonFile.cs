using System.Text.Json;

namespace TalkingHead.Cli;

/// <summary>What <c>--json FILE</c> writes.</summary>
static class JsonFile
{
    static readonly JsonSerializerOptions options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write<T>(string path, T value)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(value, options) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written ({e.Message}). Choose another file for --json.", e);
        }
    }
}
