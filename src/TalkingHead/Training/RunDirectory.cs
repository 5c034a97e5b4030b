using System.Runtime.InteropServices;
using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Formats;

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
            foreach (string folder in new[] { CheckpointsFolder, SamplesFolder })
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
