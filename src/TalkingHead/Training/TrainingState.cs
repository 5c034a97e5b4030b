using TalkingHead.Distributed;
using TalkingHead.Formats;
using TalkingHead.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// Every tensor that decides how a training goes on, and its way to a checkpoint's files and back: networks with the
/// vectors of spectral norm, averages, both optimisers, the rows of W with their moments, the sums since the last
/// report, the random generator.
/// </summary>
sealed class TrainingState(NetworkSet networks, TrainingStep step, VideoEmbeddings embeddings, PersonNetworks? averaged, Statistics statistics, Device device)
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
        SafeTensors.Save(Path.Combine(folder, OptimizersFile), [.. Prefixed("generator", Moments(step.GeneratorOptimizer)), .. Prefixed("discriminator", Moments(step.DiscriminatorOptimizer))]);
        embeddings.Save(Path.Combine(folder, RowsFile));
        SafeTensors.Save(Path.Combine(folder, RestFile), [.. Prefixed("statistics", statistics.Save()), KeyValuePair.Create("generator_state", get_rng_state())]);
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
        statistics.Load(rest.Where(pair => pair.Key.StartsWith("statistics.", StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key["statistics.".Length..], pair.Value)), device);
        set_rng_state(rest["generator_state"]);
    }

    /// <summary>Everybody goes on from what rank 0 has.</summary>
    public void FromFirst(Ranks ranks)
    {
        if (ranks.Count == 1)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        ranks.FromFirst([.. Tensors(), .. Optimizers.SelectMany(optimizer => optimizer.FlatMoments)]);
        foreach (var (optimizer, steps) in Optimizers.Zip(ranks.FromFirst(Optimizers.Select(optimizer => optimizer.Steps).ToList())))
            optimizer.GoOnFrom(steps);
        embeddings.FromFirst(ranks);
        statistics.FromFirst(ranks, device);
        var random = get_rng_state();
        ranks.FromFirst([random]);
        set_rng_state(random);
    }

    /// <summary>Before a checkpoint: the vectors of spectral norm are rank 0's, and everything else must be.</summary>
    /// <exception cref="UserException">A rank went another way: its hardware or its libtorch computes differently.</exception>
    public void Agree(Ranks ranks)
    {
        if (ranks.Count == 1)
            return;
        using var scope = NewDisposeScope();
        ranks.FromFirst(Tensors().Where(tensor => !tensor.requires_grad && tensor.ndim == 1));
        ranks.Expect("state", StateSharing.Digest([.. Tensors(), .. Optimizers.SelectMany(optimizer => optimizer.FlatMoments), get_rng_state()], embeddings),
            "It computes differently: check that all ranks have the same kind of GPU and the same libtorch, then go on with --resume from the checkpoint before.");
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
        for (int index = 0; index < optimizer.Flat.Parameters.Count; index++)
            (moments[$"{index}.mean"], moments[$"{index}.square"], moments[$"{index}.steps"]) = (optimizer.Moments(index).Mean, optimizer.Moments(index).Square, tensor(optimizer.Steps));
        return moments;
    }

    void LoadMoments(string folder)
    {
        var saved = SafeTensors.Load(Path.Combine(folder, OptimizersFile));
        foreach (var (player, optimizer) in new[] { ("generator", step.GeneratorOptimizer), ("discriminator", step.DiscriminatorOptimizer) })
        {
            long steps = 0; // runs of before counted none for what Muon moves
            for (int index = 0; index < optimizer.Flat.Parameters.Count; index++)
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
        string path = Path.Combine(folder, file);
        using var saved = SafeTensorsFile.Open(path);
        foreach (var (name, target) in into)
        {
            if (!saved.Tensors.TryGetValue(name, out var stored))
                throw new UserException($"{path}: has no tensor \"{name}\", which this configuration's networks have. Use the configuration that the run was started with.");
            if (!stored.Shape.SequenceEqual(target.shape))
                throw new UserException($"{path}: tensor \"{name}\" is ({string.Join(",", stored.Shape)}) in the checkpoint, ({string.Join(",", target.shape)}) in the model. Use the configuration that the run was started with.");
        }
        if (saved.Tensors.Keys.Except(into.Select(pair => pair.Key)).FirstOrDefault() is { } surplus)
            throw new UserException($"{path}: has the tensor \"{surplus}\", which this configuration's networks lack. Use the configuration that the run was started with.");
        foreach (var (name, target) in into)
            target.copy_(saved.Tensors[name].ToTensor());
    }
}
