using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkingHead.Configuration;
using TalkingHead.Distributed;
using TalkingHead.Models;
using TalkingHead.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// A folder checkpoints/step-NNNNNNN: safetensors files, config.yaml as the run has it, and a state.json with their checksums. It is
/// written under another name and renamed when every file is on the disk, so a folder of that name is whole.
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

        /// <summary>
        /// Episodes of a step, over all ranks: what <see cref="Skipped"/> numbers; none of checkpoints before there were
        /// ranks.
        /// </summary>
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
            .Select(folder => int.TryParse(Path.GetFileName(folder)[Prefix.Length..], out var step) ? step : -1)
            .Where(step => step >= 0)
            .Order(),
    ];

    /// <summary>The folder of a step's checkpoint.</summary>
    public static string Folder(RunDirectory run, int step) => Folder(run.Checkpoints, step);

    internal static string Folder(string checkpoints, int step) => Path.Combine(checkpoints, $"{Prefix}{step:D7}");

    /// <summary>
    /// Writes a checkpoint: <paramref name="writeFiles"/> fills the folder it is given; <paramref name="configuration"/> is that of the
    /// run as it trains now.
    /// </summary>
    /// <exception cref="IOException">The disk is full, say; nothing of this checkpoint is left, the others are as they were.</exception>
    public static void Save(RunDirectory run, State state, RunConfiguration configuration, Action<string> writeFiles)
    {
        string folder = Folder(run, state.Step), partial = folder + Partial;
        Remove(partial);
        try
        {
            Directory.CreateDirectory(partial);
            writeFiles(partial);
            File.WriteAllText(Path.Combine(partial, Path.GetFileName(run.Configuration)), configuration.ToYaml());
            var whole = state with
            {
                Files = Directory.EnumerateFiles(partial).Order(StringComparer.Ordinal)
                .ToDictionary(file => Path.GetFileName(file), Digest)
            };
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
        foreach (var step in Steps(run).Reverse())
        {
            var folder = Folder(run, step);
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
            throw new UserException($"{folder}: has form {state.Format}, this program reads {State.CurrentFormat}. Use the version that "
                + $"wrote it.");
        foreach (var (name, digest) in state.Files)
        {
            var file = Path.Combine(folder, Path.GetFileName(name));
            if (!File.Exists(file) || Digest(file) != digest)
                throw new UserException($"{file}: is missing or damaged (its checksum differs from {StateFile}).");
        }
        return state;
    }

    /// <summary>Removes all checkpoints but the newest <paramref name="keep"/> and the one with the best score.</summary>
    public static void Retain(RunDirectory run, int keep)
    {
        var steps = Steps(run);
        var best = steps.Select(step => (Step: step, Score: Peek(Folder(run, step))))
            .Where(pair => pair.Score is not null).OrderByDescending(pair => pair.Score).ThenByDescending(pair => pair.Step)
            .Select(pair => (int?)pair.Step).FirstOrDefault();
        foreach (var step in steps.SkipLast(keep).Where(step => step != best))
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

/// <summary>
/// Every tensor that decides how a training goes on, and its way to a checkpoint's files and back: networks with the
/// vectors of spectral norm, averages, both optimisers, the rows of W with their moments, the sums since the last
/// report, the random generator.
/// </summary>
sealed class TrainingState(NetworkSet networks, TrainingStep step, EmbeddingTable embeddings, PersonNetworks? averaged,
    Statistics statistics, Device device)
{
    const string NetworksFile = "networks.safetensors", AveragesFile = "averages.safetensors", OptimizersFile = "optimizers.safetensors",
        RowsFile = "rows.safetensors", RestFile = "rest.safetensors";

    public void Save(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        SafeTensors.Save(Path.Combine(folder, NetworksFile), Networks());
        if (averaged is not null)
            SafeTensors.Save(Path.Combine(folder, AveragesFile), Averages(averaged));
        SafeTensors.Save(Path.Combine(folder, OptimizersFile),
            [.. Prefixed("generator", Moments(step.GeneratorOptimizer)),
                .. Prefixed("discriminator", Moments(step.DiscriminatorOptimizer))]);
        embeddings.Save(Path.Combine(folder, RowsFile));
        SafeTensors.Save(Path.Combine(folder, RestFile), [.. Prefixed("statistics", statistics.Save()),
            KeyValuePair.Create("generator_state", get_rng_state())]);
    }

    /// <exception cref="UserException">A tensor is missing or has another shape: another architecture.</exception>
    public void Load(string folder)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Copy(folder, NetworksFile, Networks());
        if (averaged is not null)
            Copy(folder, AveragesFile, Averages(averaged));
        LoadMoments(folder);
        embeddings.Load(Path.Combine(folder, RowsFile));
        var rest = SafeTensors.Load(Path.Combine(folder, RestFile));
        statistics.Load(rest.Where(pair => pair.Key.StartsWith("statistics.", StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key["statistics.".Length..], pair.Value)), device);
        set_rng_state(rest["generator_state"]);
    }

    /// <summary>Everybody goes on from what rank 0 has.</summary>
    public void FromFirst(Ranks ranks)
    {
        if (ranks.Count == 1)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        ranks.Broadcast([.. Tensors(), .. Optimizers.SelectMany(optimizer => optimizer.FlatMoments)]);
        foreach (var (optimizer, steps) in Optimizers.Zip(ranks.FromFirst(Optimizers.Select(optimizer => optimizer.Steps).ToList())))
            optimizer.GoOnFrom(steps);
        embeddings.FromFirst(ranks);
        statistics.FromFirst(ranks, device);
        var random = get_rng_state();
        ranks.Broadcast([random]);
        set_rng_state(random);
    }

    /// <summary>Before a checkpoint: the vectors of spectral norm are rank 0's, and everything else must be.</summary>
    /// <exception cref="UserException">A rank went another way: its hardware or its libtorch computes differently.</exception>
    public void Agree(Ranks ranks)
    {
        if (ranks.Count == 1)
            return;
        using var scope = NewDisposeScope();
        ranks.Broadcast(new nn.Module[] { networks.Embedder, networks.Generator,
            networks.Discriminator }.SelectMany(network => network.buffers()));
        ranks.Expect("state", StateBroadcast.Digest([.. Tensors(), .. Optimizers.SelectMany(optimizer => optimizer.FlatMoments),
            get_rng_state()], embeddings),
            "It computes differently: check that all ranks have the same kind of GPU and the same libtorch, then go on with --resume from "
            + "the checkpoint before.");
    }

    IEnumerable<Tensor> Tensors() => Networks().Select(pair => pair.Value);

    PlayerOptimizer[] Optimizers => [step.GeneratorOptimizer, step.DiscriminatorOptimizer];

    List<KeyValuePair<string, Tensor>> Networks() =>
    [
        .. Prefixed("embedder", networks.Embedder.state_dict()),
        .. Prefixed("generator", networks.Generator.state_dict()),
        .. Prefixed("discriminator", networks.Discriminator.state_dict()),
    ];

    static IEnumerable<KeyValuePair<string, Tensor>> Prefixed(string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Select(pair => KeyValuePair.Create($"{prefix}.{pair.Key}", pair.Value));

    static List<KeyValuePair<string, Tensor>> Averages(PersonNetworks averaged) =>
        [.. Prefixed("embedder", averaged.Embedder.state_dict()), .. Prefixed("generator", averaged.Generator.state_dict())];

    // Both moments by the number of their parameter, in the optimiser's order; the step count is the same for all.
    static Dictionary<string, Tensor> Moments(PlayerOptimizer optimizer)
    {
        var moments = new Dictionary<string, Tensor>();
        for (var index = 0; index < optimizer.Flat.Parameters.Count; index++)
            (moments[$"{index}.mean"], moments[$"{index}.square"], moments[$"{index}.steps"]) = (optimizer.Moments(index).Mean,
                optimizer.Moments(index).Square, tensor(optimizer.Steps));
        return moments;
    }

    void LoadMoments(string folder)
    {
        var saved = SafeTensors.Load(Path.Combine(folder, OptimizersFile));
        foreach (var (player, optimizer) in new[] { ("generator", step.GeneratorOptimizer),
            ("discriminator", step.DiscriminatorOptimizer) })
        {
            long steps = 0; // runs of before counted none for what Muon moves
            for (var index = 0; index < optimizer.Flat.Parameters.Count; index++)
            {
                var (mean, square) = optimizer.Moments(index);
                mean.copy_(saved[$"{player}.{index}.mean"]);
                square.copy_(saved[$"{player}.{index}.square"]);
                steps = Math.Max(steps, saved[$"{player}.{index}.steps"].item<long>());
            }
            optimizer.GoOnFrom(steps);
        }
    }

    static void Copy(string folder, string file, List<KeyValuePair<string, Tensor>> into)
    {
        var path = Path.Combine(folder, file);
        using var saved = SafeTensorsFile.Open(path);
        foreach (var (name, target) in into)
        {
            if (!saved.Tensors.TryGetValue(name, out var stored))
                throw new UserException($"{path}: has no tensor \"{name}\", which this configuration's networks have. Use the "
                    + $"configuration that the run was started with.");
            if (!stored.Shape.SequenceEqual(target.shape))
                throw new UserException(
                    $"{path}: tensor \"{name}\" is ({string.Join(",", stored.Shape)}) in the checkpoint, "
                        + $"({string.Join(",", target.shape)}) in the model. Use the configuration that the run was started with.");
        }
        if (saved.Tensors.Keys.Except(into.Select(pair => pair.Key)).FirstOrDefault() is { } surplus)
            throw new UserException($"{path}: has the tensor \"{surplus}\", which this configuration's networks lack. Use the "
                + $"configuration that the run was started with.");
        foreach (var (name, target) in into)
            target.copy_(saved.Tensors[name].ToTensor());
    }
}
