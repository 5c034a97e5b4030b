using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingHead.Training;

/// <summary>
/// A folder checkpoints/step-NNNNNNN: safetensors files and a state.json with their checksums. It is written under
/// another name and renamed when every file is on the disk, so a folder of that name is whole.
/// </summary>
public static class Checkpoint
{
    const string StateFile = "state.json", Prefix = "step-", Partial = ".partial";

    /// <summary>What only a number or a text says: the rest of a run's state beside its tensors.</summary>
    public sealed record State
    {
        /// <summary>Grows when a reader of the old form would misread the new one.</summary>
        public const int CurrentFormat = 1;

        /// <summary>The form of this checkpoint.</summary>
        public int Format { get; init; } = CurrentFormat;

        /// <summary>Steps done.</summary>
        public required int Step { get; init; }

        /// <summary>Where the episode sampler stands, in its own words.</summary>
        public required string Sampler { get; init; }

        /// <summary>Bytes of metrics.jsonl that belong to these steps.</summary>
        public long MetricsBytes { get; init; }

        /// <summary>Number of the next batch, counted from the run's first.</summary>
        public long Batch { get; init; }

        /// <summary>Numbers of the batches that are left out.</summary>
        public IReadOnlyList<long> Skipped { get; init; } = [];

        /// <summary>Episodes of a step, over all ranks: what <see cref="Skipped"/> numbers; none of checkpoints before there were ranks.</summary>
        public int? Episodes { get; init; }

        /// <summary>The last validation's score, higher is better; none before the first.</summary>
        public double? Score { get; init; }

        /// <summary>SHA-256 of each file.</summary>
        public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
    }

    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Steps of the checkpoints there are, in order.</summary>
    public static IReadOnlyList<int> Steps(RunDirectory run) => Steps(run.Checkpoints);

    /// <summary>As <see cref="Steps(RunDirectory)"/>, of a run that is only read.</summary>
    internal static IReadOnlyList<int> Steps(string checkpoints) =>
    [
        .. Directory.EnumerateDirectories(checkpoints, Prefix + "*")
            .Select(folder => int.TryParse(Path.GetFileName(folder)[Prefix.Length..], out int step) ? step : -1)
            .Where(step => step >= 0)
            .Order(),
    ];

    /// <summary>The folder of a step's checkpoint.</summary>
    public static string Folder(RunDirectory run, int step) => Folder(run.Checkpoints, step);

    internal static string Folder(string checkpoints, int step) => Path.Combine(checkpoints, $"{Prefix}{step:D7}");

    /// <summary>Writes a checkpoint: <paramref name="writeFiles"/> fills the folder it is given.</summary>
    /// <exception cref="IOException">The disk is full, say; nothing of this checkpoint is left, the others are as they were.</exception>
    public static void Save(RunDirectory run, State state, Action<string> writeFiles)
    {
        string folder = Folder(run, state.Step), partial = folder + Partial;
        Remove(partial);
        try
        {
            Directory.CreateDirectory(partial);
            writeFiles(partial);
            var whole = state with { Files = Directory.EnumerateFiles(partial).Order(StringComparer.Ordinal).ToDictionary(file => Path.GetFileName(file), Digest) };
            using (var stream = new FileStream(Path.Combine(partial, StateFile), FileMode.Create))
            {
                JsonSerializer.Serialize(stream, whole, Json);
                stream.Flush(flushToDisk: true);
            }
            Remove(folder);
            Directory.Move(partial, folder);
        }
        catch
        {
            Remove(partial);
            throw;
        }
    }

    /// <summary>The newest checkpoint whose files are all whole, or none; <paramref name="say"/> hears of damaged ones.</summary>
    public static (string Folder, State State)? Newest(RunDirectory run, Action<string> say)
    {
        foreach (int step in Steps(run).Reverse())
        {
            string folder = Folder(run, step);
            try
            {
                return (folder, Read(folder));
            }
            catch (UserException damage)
            {
                say($"{damage.Message} The one before it is taken.");
            }
        }
        return null;
    }

    /// <summary>Reads a checkpoint's state and checks every file.</summary>
    /// <exception cref="UserException">A file is missing or damaged, or the form is newer than this program.</exception>
    public static State Read(string folder)
    {
        State state;
        try
        {
            using var stream = File.OpenRead(Path.Combine(folder, StateFile));
            state = JsonSerializer.Deserialize<State>(stream, Json) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: its {StateFile} cannot be read ({e.Message}).", e);
        }
        if (state.Format != State.CurrentFormat)
            throw new UserException($"{folder}: has form {state.Format}, this program reads {State.CurrentFormat}. Use the version that wrote it.");
        foreach (var (name, digest) in state.Files)
        {
            string file = Path.Combine(folder, Path.GetFileName(name));
            if (!File.Exists(file) || Digest(file) != digest)
                throw new UserException($"{file}: is missing or damaged (its checksum differs from {StateFile}).");
        }
        return state;
    }

    /// <summary>Removes all checkpoints but the newest <paramref name="keep"/> and the one with the best score.</summary>
    public static void Retain(RunDirectory run, int keep)
    {
        var steps = Steps(run);
        int? best = steps.Select(step => (Step: step, Score: Peek(Folder(run, step))))
            .Where(pair => pair.Score is not null).OrderByDescending(pair => pair.Score).ThenByDescending(pair => pair.Step)
            .Select(pair => (int?)pair.Step).FirstOrDefault();
        foreach (int step in steps.SkipLast(keep).Where(step => step != best))
            Remove(Folder(run, step));
    }

    internal static double? Peek(string folder)
    {
        using var stream = File.OpenRead(Path.Combine(folder, StateFile));
        return JsonSerializer.Deserialize<State>(stream, Json)?.Score;
    }

    static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
