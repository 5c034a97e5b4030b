using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TalkingHead.Formats;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// An evaluation's directory: evaluation.json says what is evaluated, records/ holds a file a person once she is done, and
/// the report follows from these alone. Several processes may work in one directory.
/// </summary>
sealed class EvaluationFolder
{
    const string DescriptionFile = "evaluation.json", RecordsFolder = "records";

    internal static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly string path;

    EvaluationFolder(string path) => this.path = path;

    /// <summary>Begins an evaluation, or goes on with the one that is there.</summary>
    /// <exception cref="UserException">Another evaluation is there, or the directory cannot be written.</exception>
    internal static EvaluationFolder Open(string path, object description)
    {
        var folder = new EvaluationFolder(path);
        var here = JsonSerializer.SerializeToNode(description, Json)!;
        folder.Guarded(() =>
        {
            Directory.CreateDirectory(folder.At(RecordsFolder));
            if (File.Exists(folder.At(DescriptionFile)))
                folder.Expect(here);
            else
                folder.WriteText(DescriptionFile, here.ToJsonString(Json) + "\n");
        });
        return folder;
    }

    internal string At(string name) => Path.Combine(path, name);

    /// <summary>Where the record of the person of that number is, once there is one.</summary>
    internal string RecordPath(int person) => At(Path.Combine(RecordsFolder, string.Create(CultureInfo.InvariantCulture, $"person-{person:D4}.safetensors")));

    internal bool HasRecord(int person) => File.Exists(RecordPath(person));

    internal void Save(int person, IdentityRecord record) => Guarded(() => record.Save(RecordPath(person)));

    /// <summary>Writes a file whole or not at all.</summary>
    internal void Write(string name, string text) => Guarded(() => WriteText(name, text));

    void WriteText(string name, string text) => AtomicFile.Write(At(name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    void Expect(JsonNode here)
    {
        JsonNode? there;
        try
        {
            there = JsonNode.Parse(File.ReadAllText(At(DescriptionFile)));
        }
        catch (JsonException e)
        {
            throw new UserException($"{At(DescriptionFile)}: is damaged ({e.Message}). Choose another --out.", e);
        }

        if (JsonNode.DeepEquals(here, there))
            return;
        var (key, mine) = here.AsObject().FirstOrDefault(entry => !JsonNode.DeepEquals(entry.Value, (there as JsonObject)?[entry.Key]));
        throw new UserException($"{path}: holds an evaluation of something else: \"{key}\" is {Short((there as JsonObject)?[key ?? ""])} there and {Short(mine)} here. Choose another --out, or repeat the command that began it.");
    }

    void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written ({e.Message}). Choose another --out, or make room.", e);
        }
    }

    static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString(new(Json) { WriteIndented = false }) ?? "nothing";
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
