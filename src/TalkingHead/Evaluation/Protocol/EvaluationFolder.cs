using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Media;
using TalkingHead.Serialization;
using static TorchSharp.torch;

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

    /// <summary>Begins an evaluation, or goes on with the one that is there.</summary>
    /// <exception cref="UserException">Another evaluation is there, or the directory cannot be written.</exception>
    internal EvaluationFolder(string path, object description)
    {
        this.path = path;
        var here = JsonSerializer.SerializeToNode(description, Json)!;
        Guarded(path, "--out", () =>
        {
            Directory.CreateDirectory(At(RecordsFolder));
            if (File.Exists(At(DescriptionFile)))
                Expect(here);
            else
                WriteText(At(DescriptionFile), here.ToJsonString(Json) + "\n");
        });
    }

    internal string At(string name) => Path.Combine(path, name);

    internal bool HasRecord(int person) => File.Exists(RecordPath(person));

    internal IdentityRecord Load(int person, IReadOnlyList<Row> rows) => IdentityRecord.Load(RecordPath(person), rows);

    internal void Save(int person, IdentityRecord record) => Guarded(path, "--out", () => record.Save(RecordPath(person)));

    /// <summary>Writes a file whole or not at all.</summary>
    internal void Write(string name, string text) => Guarded(path, "--out", () => WriteText(At(name), text));

    internal void WriteJson<T>(string name, T value) => Write(name, JsonSerializer.Serialize(value, Json) + "\n");

    internal static void WriteText(string path, string text) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    string RecordPath(int person) => At(Path.Combine(RecordsFolder, $"{Baseline.PersonFolder(person)}.safetensors"));

    void Expect(JsonNode here)
    {
        try
        {
            var there = JsonNode.Parse(File.ReadAllText(At(DescriptionFile))) as JsonObject;
            if (JsonNode.DeepEquals(here, there))
                return;
            var (key, mine) = here.AsObject().FirstOrDefault(entry => !JsonNode.DeepEquals(entry.Value, there?[entry.Key]));
            throw new UserException($"{path}: holds an evaluation of something else: \"{key}\" is {Short(there?[key ?? ""])} "
                + $"there and {Short(mine)} here. Choose another --out, or repeat the command that began it.");
        }
        catch (JsonException e)
        {
            throw new UserException($"{At(DescriptionFile)}: is damaged ({e.Message}). Choose another --out.", e);
        }
    }

    /// <summary>Says a failure to write the folder that an option names in a sentence.</summary>
    /// <exception cref="UserException">It cannot be written.</exception>
    internal static void Guarded(string path, string option, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written ({e.Message}). Choose another {option}, or make room.", e);
        }
    }

    static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString(new(Json) { WriteIndented = false }) ?? "nothing";
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}

/// <summary>What a head took: from the source frames to the head; from landmarks to a picture; null epochs where feed-forward.</summary>
sealed record RowCost(double EnrolmentSeconds, double FrameMilliseconds, int? Epochs, string Machine);

/// <summary>
/// All that was measured on one person, as a safetensors file: written whole when the person is done, so that an evaluation
/// goes on from any moment and its parts merge by lying in one folder. Real is of the hold-out frames themselves; floors are metrics
/// of faces between a real frame and itself moved by a pixel; costs are of heads; pictures are encoded, for the report.
/// </summary>
sealed record IdentityRecord(IReadOnlyDictionary<Row, FrameValues> Rows, FrameValues Real, IReadOnlyDictionary<Row, RowCost> Costs,
    IReadOnlyDictionary<Metric, double[]> Floors, IReadOnlyDictionary<string, byte[]> Pictures)
{
    const string RealName = "real", FloorName = "floor", PictureName = "picture", FacesName = "faces", CostsKey = "costs";

    // The report shows of every row the same frame, chosen before anything is generated.
    internal static int Shown(int frames) => frames / 2;

    // Without loss up to 128 pixels a side.
    internal static byte[] Encode(Picture picture) => PictureFile.Encode(picture, picture.Width <= 128 ? "sample.png" : "sample.jpg");

    internal void Save(string path)
    {
        SafeTensorsEntry[] entries = [.. Entries(RealName, Real), .. Rows.SelectMany(row => Entries(row.Key.ToString(), row.Value)),
            .. Floors.Select(floor => Entry($"{FloorName}/{floor.Key}", ScalarType.Float64, floor.Value)),
            .. Pictures.Select(picture => Entry($"{PictureName}/{picture.Key}", ScalarType.Byte, picture.Value))];
        var costs = Costs.ToDictionary(cost => cost.Key.ToString(), cost => cost.Value);
        SafeTensorsWriter.Write(path, entries, new Dictionary<string, string> { [CostsKey] = JsonSerializer.Serialize(costs) });
    }

    /// <exception cref="UserException">The file is missing, damaged or not of these rows.</exception>
    internal static IdentityRecord Load(string path, IReadOnlyList<Row> rows)
    {
        using var file = SafeTensorsFile.Open(path);
        try
        {
            var costs = JsonSerializer.Deserialize<Dictionary<string, RowCost>>(file.Metadata[CostsKey])!;
            return new(rows.ToDictionary(row => row, row => Read(file, row.ToString())), Read(file, RealName),
                rows.Where(row => costs.ContainsKey(row.ToString())).ToDictionary(row => row, row => costs[row.ToString()]),
                Values(file, FloorName), Under(file, PictureName).ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray<byte>()));
        }
        catch (Exception e) when (e is KeyNotFoundException or JsonException or ArgumentException)
        {
            throw new UserException($"{path}: no record of this evaluation ({e.Message}). Remove the file and run the command again; that "
                + $"person is then evaluated anew.", e);
        }
    }

    static IEnumerable<SafeTensorsEntry> Entries(string name, FrameValues record) =>
    [
        .. record.ByMetric.Select(values => Entry($"{name}/{values.Key}", ScalarType.Float64, values.Value)),
        Entry($"{name}/{FacesName}", ScalarType.Byte, record.Faces),
        .. record.Features.Select(space => Entry($"{name}/{space.Key.Name}", ScalarType.Float32, space.Value)),
    ];

    static SafeTensorsEntry Entry<T>(string name, ScalarType type, T[] values) where T : unmanaged =>
        new(name, type, [values.Length], stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));

    static FrameValues Read(SafeTensorsFile file, string name) => new(Values(file, name),
        file.Tensors[$"{name}/{FacesName}"].ToArray<byte>(),
        FeatureSpace.All.Where(space => file.Tensors.ContainsKey($"{name}/{space.Name}")).ToDictionary(space => space,
            space => file.Tensors[$"{name}/{space.Name}"].ToArray<float>()));

    static Dictionary<Metric, double[]> Values(SafeTensorsFile file, string name) => Under(file, name)
        .Where(entry => entry.Name != FacesName && !FeatureSpace.All.Any(space => space.Name == entry.Name))
        .ToDictionary(entry => Metric.OfRecord(entry.Name), entry => entry.Tensor.ToArray<double>());

    static IEnumerable<(string Name, StoredTensor Tensor)> Under(SafeTensorsFile file, string folder) => file.Tensors
        .Where(entry => entry.Key.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(entry => (entry.Key[(folder.Length + 1)..], entry.Value));
}
