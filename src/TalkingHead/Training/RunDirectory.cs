using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Serialization;
using static TorchSharp.torch;
using TensorBoard = TorchSharp.Modules.SummaryWriter;

namespace TalkingHead.Training;

/// <summary>
/// A training's directory: config.yaml, environment.json, metrics.jsonl, TensorBoard events, samples/, checkpoints/.
/// One process at a time holds it.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    const string CheckpointsFolder = "checkpoints", SamplesFolder = "samples";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly FileStream held;

    RunDirectory(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    /// <summary>The directory itself.</summary>
    public string Path { get; }

    /// <summary>One folder a checkpoint.</summary>
    public string Checkpoints => Inside(CheckpointsFolder);

    /// <summary>Sample sheets, one PNG each.</summary>
    public string Samples => Inside(SamplesFolder);

    /// <summary>TensorBoard's event files.</summary>
    public string Events => Inside("events");

    /// <summary>One line of figures a report.</summary>
    public string Metrics => Inside("metrics.jsonl");

    /// <summary>The resolved configuration.</summary>
    public string Configuration => Inside("config.yaml");

    /// <summary>Opens a directory for a training, and makes it where it is missing.</summary>
    /// <param name="path">The run.</param>
    /// <param name="resume">Whether checkpoints that are there are to be continued.</param>
    /// <exception cref="UserException">It holds another run, is in use, or cannot be written.</exception>
    public static RunDirectory Open(string path, bool resume)
    {
        FileStream held;
        try
        {
            Directory.CreateDirectory(path);
            foreach (var folder in new[] { CheckpointsFolder, SamplesFolder })
                Directory.CreateDirectory(System.IO.Path.Combine(path, folder));
            held = new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException && File.Exists(System.IO.Path.Combine(path, ".lock")))
        {
            throw new UserException($"{path}: another process is training here. Wait for it, stop it, or choose another --out.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the run cannot be written ({e.Message.TrimEnd('.')}). Choose another --out.", e);
        }
        var run = new RunDirectory(path, held);
        if (!resume && Checkpoint.Steps(run) is [.., var last])
        {
            run.Dispose();
            throw new UserException($"{path}: holds a run at step {last} already. Add --resume to go on with it, or choose another --out.");
        }
        return run;
    }

    /// <summary>Writes what the run is made of and where it runs, before its first step.</summary>
    public void Describe(RunConfiguration configuration, string device, int ranks = 1)
    {
        AtomicFile.Write(Configuration, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(configuration.ToYaml())));
        var environment = new Dictionary<string, string>
        {
            ["program"] = typeof(RunDirectory).Assembly.GetName().Version?.ToString(3) ?? "",
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["processors"] = Environment.ProcessorCount.ToString(),
            ["libtorch"] = Devices.Backend,
            ["device"] = device,
            ["ranks"] = ranks.ToString(),
        };
        AtomicFile.Write(Inside("environment.json"), stream => JsonSerializer.Serialize(stream, environment, Indented));
    }

    string Inside(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();
}

/// <summary>
/// What a run leaves to read: metrics.jsonl, a line a report, the same bytes for the same run however often it was
/// interrupted; and TensorBoard events, which hold speeds, pictures and texts besides.
/// </summary>
public sealed class RunLog : IDisposable
{
    readonly FileStream metrics;
    readonly TensorBoard board;

    /// <summary>Goes on behind the first <paramref name="keptBytes"/> of metrics.jsonl; what a lost stretch wrote is cut off.</summary>
    public RunLog(RunDirectory run, long keptBytes)
    {
        // a line a write: what a full disk refuses is not tried again at the end
        metrics = new FileStream(run.Metrics, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        metrics.SetLength(Math.Min(keptBytes, metrics.Length));
        metrics.Seek(0, SeekOrigin.End);
        board = utils.tensorboard.SummaryWriter(run.Events);
    }

    /// <summary>Bytes of metrics.jsonl so far.</summary>
    public long Position => metrics.Position;

    /// <summary>Figures of one kind ("train", "validation") at a step: to metrics.jsonl and to TensorBoard.</summary>
    public void Figures(string kind, int step, IEnumerable<KeyValuePair<string, double>> figures)
    {
        var line = new StringBuilder($"{{\"step\":{step},\"kind\":\"{kind}\"");
        foreach (var (name, value) in figures)
        {
            line.Append(CultureInfo.InvariantCulture, $",\"{name}\":{Number(value)}");
            board.add_scalar($"{kind}/{name}", (float)value, step);
        }
        Append(line.Append('}').ToString());
    }

    /// <summary>A warning or an incident, with the clips it concerns.</summary>
    public void Note(string kind, int step, string text, IEnumerable<string> clips)
    {
        Append($"{{\"step\":{step},\"kind\":\"{kind}\",\"text\":{JsonSerializer.Serialize(text)},"
            + $"\"clips\":{JsonSerializer.Serialize(clips)}}}");
        board.add_text(kind, text, step);
    }

    /// <summary>Speeds, which differ from one run to the next: to TensorBoard alone.</summary>
    public void Speed(string name, int step, double value) => board.add_scalar($"speed/{name}", (float)value, step);

    /// <summary>A text to TensorBoard, such as the configuration.</summary>
    public void Text(string name, int step, string text) => board.add_text(name, text, step);

    /// <summary>A picture (3,H,W), uint8, to TensorBoard.</summary>
    public void Picture(string name, int step, Tensor picture) => board.add_img(name, picture, step);

    // JSON has no infinity and no NaN.
    static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture)
        : $"\"{value.ToString(CultureInfo.InvariantCulture)}\"";

    void Append(string line)
    {
        metrics.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        metrics.Dispose();
    }
}
