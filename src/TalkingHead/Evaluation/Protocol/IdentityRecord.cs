using System.Runtime.InteropServices;
using System.Text.Json;
using TalkingHead.Formats;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>A row of one person: its figures frame by frame, and what it took.</summary>
sealed record RowRecord
{
    /// <summary>By metric, one value a hold-out frame; NaN where there is none, infinite PSNR where frames are identical.</summary>
    public required IReadOnlyDictionary<Metric, double[]> Values { get; init; }

    /// <summary>Whether a face was found in each frame; empty where none was looked for.</summary>
    public byte[] Faces { get; init; } = [];

    /// <summary>Inception's features, frame after frame; empty where FID and KID are not measured.</summary>
    public float[] Features { get; init; } = [];

    /// <summary>Null for rows that are no heads.</summary>
    public RowCost? Cost { get; init; }
}

/// <summary>What a head took.</summary>
/// <param name="EnrolmentSeconds">From the source frames to the head.</param>
/// <param name="FrameMilliseconds">From landmarks to a picture in memory.</param>
/// <param name="Epochs">Of fine-tuning; null for a feed-forward head.</param>
/// <param name="Machine">On what.</param>
sealed record RowCost(double EnrolmentSeconds, double FrameMilliseconds, int? Epochs, string Machine);

/// <summary>
/// All that was measured on one person, as a safetensors file: written whole when the person is done, so that an evaluation
/// goes on from any moment and its parts merge by lying in one folder.
/// </summary>
sealed record IdentityRecord
{
    const string RealName = "real", FloorName = "floor", PictureName = "picture", FacesName = "faces", FeaturesName = "features", CostsKey = "costs";

    public required IReadOnlyDictionary<Row, RowRecord> Rows { get; init; }

    /// <summary>The hold-out frames themselves: faces found, features.</summary>
    public required RowRecord Real { get; init; }

    /// <summary>Metrics of faces between a real frame and itself moved by a pixel.</summary>
    public required IReadOnlyDictionary<Metric, double[]> Floors { get; init; }

    /// <summary>Encoded pictures for the report, by name.</summary>
    public required IReadOnlyDictionary<string, byte[]> Pictures { get; init; }

    internal void Save(string path)
    {
        List<SafeTensorsEntry> entries = [.. Entries(RealName, Real)];
        foreach (var (row, record) in Rows)
            entries.AddRange(Entries(row.ToString(), record));
        entries.AddRange(Floors.Select(floor => Entry($"{FloorName}/{floor.Key}", ScalarType.Float64, floor.Value)));
        entries.AddRange(Pictures.Select(picture => Entry($"{PictureName}/{picture.Key}", ScalarType.Byte, picture.Value)));
        var costs = Rows.Where(row => row.Value.Cost is not null).ToDictionary(row => row.Key.ToString(), row => row.Value.Cost);
        SafeTensorsWriter.Write(path, entries, new Dictionary<string, string> { [CostsKey] = JsonSerializer.Serialize(costs) });
    }

    /// <exception cref="UserException">The file is missing, damaged or not of these rows.</exception>
    internal static IdentityRecord Load(string path, IReadOnlyList<Row> rows)
    {
        using var file = SafeTensorsFile.Open(path);
        try
        {
            var costs = JsonSerializer.Deserialize<Dictionary<string, RowCost>>(file.Metadata[CostsKey])!;
            return new()
            {
                Rows = rows.ToDictionary(row => row, row => Read(file, row.ToString()) with { Cost = costs.GetValueOrDefault(row.ToString()) }),
                Real = Read(file, RealName),
                Floors = Metrics(file, FloorName),
                Pictures = Under(file, PictureName).ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray<byte>()),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or JsonException or ArgumentException)
        {
            throw new UserException($"{path}: no record of this evaluation ({e.Message}). Remove the file and run the command again; that person is then evaluated anew.", e);
        }
    }

    static IEnumerable<SafeTensorsEntry> Entries(string name, RowRecord record) =>
    [
        .. record.Values.Select(values => Entry($"{name}/{values.Key}", ScalarType.Float64, values.Value)),
        Entry($"{name}/{FacesName}", ScalarType.Byte, record.Faces),
        Entry($"{name}/{FeaturesName}", ScalarType.Float32, record.Features),
    ];

    static SafeTensorsEntry Entry<T>(string name, ScalarType type, T[] values) where T : unmanaged =>
        new(name, type, [values.Length], stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));

    static RowRecord Read(SafeTensorsFile file, string name) => new()
    {
        Values = Metrics(file, name),
        Faces = file.Tensors[$"{name}/{FacesName}"].ToArray<byte>(),
        Features = file.Tensors[$"{name}/{FeaturesName}"].ToArray<float>(),
    };

    static Dictionary<Metric, double[]> Metrics(SafeTensorsFile file, string name) => Under(file, name)
        .Where(entry => entry.Name is not (FacesName or FeaturesName))
        .ToDictionary(entry => Enum.Parse<Metric>(entry.Name), entry => entry.Tensor.ToArray<double>());

    static IEnumerable<(string Name, StoredTensor Tensor)> Under(SafeTensorsFile file, string folder) => file.Tensors
        .Where(entry => entry.Key.StartsWith(folder + "/", StringComparison.Ordinal))
        .Select(entry => (entry.Key[(folder.Length + 1)..], entry.Value));
}
