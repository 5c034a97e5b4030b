using System.Diagnostics;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Pretrained;
using TalkingHead.Serialization;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarking;

/// <summary>How one kind of step went.</summary>
/// <param name="Seconds">Of each step, warm.</param>
/// <param name="Processor">Seconds of processor time of each: what others on the machine change least.</param>
/// <param name="Phases">Mean seconds of a step by phase.</param>
/// <param name="Losses">Of each step, the warming ones first.</param>
/// <param name="Flop">Floating-point operations of a step (<see cref="StepCost"/>).</param>
public sealed record StepFigures(IReadOnlyList<double> Seconds, IReadOnlyList<double> Processor,
    IReadOnlyDictionary<StepPhase, double> Phases, IReadOnlyList<IReadOnlyDictionary<string, float>> Losses, double Flop)
{
    /// <summary>What ranks sent one another; none for one alone.</summary>
    public StepTraffic? Communication { get; init; }

    /// <summary>Of the fastest step: on a machine that others use too, what disturbs only adds.</summary>
    public double Best => Seconds.Min();

    /// <summary>Seconds of the median step.</summary>
    public double Median => Seconds.Order().ElementAt(Seconds.Count / 2);
}

/// <summary>What a rank gives to collectives in a step.</summary>
/// <param name="Ranks">How many there are.</param>
/// <param name="Bytes">Of all tensors.</param>
/// <param name="RowBytes">Of the gradient of rows of W: those of the step's clips, however many there are.</param>
/// <param name="WaitedShare">Share of the step that the rank's thread waited for others.</param>
public sealed record StepTraffic(int Ranks, double Bytes, double RowBytes, double WaitedShare);

/// <summary>The true training step of a configuration, without a run around it.</summary>
public sealed class StepBenchmark : IDisposable
{
    // Rows of W there are with a made-up batch.
    const int MadeUpClips = 200;

    readonly RunConfiguration configuration;
    readonly Device device;
    readonly Ranks ranks;
    readonly NetworkSet networks;
    readonly EmbeddingTable embeddings;
    readonly ContentLoss content;
    readonly TrainingStep step;
    readonly EpisodeLoader? loader;
    readonly EpisodeBatch? madeUp;

    /// <param name="configuration">What is trained; its batch is what counts.</param>
    /// <param name="device">Where.</param>
    /// <param name="dataset">Where batches come from; without it one made-up batch serves every step.</param>
    /// <param name="workers">Threads that decode; 0 leaves it to <see cref="EpisodeLoading.Threads"/>.</param>
    /// <param name="ranks">Who measures together, each with a batch; none for this process alone.</param>
    public StepBenchmark(RunConfiguration configuration, Device device, Dataset? dataset, int workers, Ranks? ranks = null)
    {
        (this.configuration, this.device, this.ranks) = (configuration, device, ranks ?? Ranks.Alone);
        Devices.Configure(configuration.Training.Precision);
        content = ContentLoss.ForBenchmark(configuration.Objective, configuration.Training.Seed, device, configuration.Training.Precision);
        this.ranks.Expect("kind of device", $"{device.type}", "Give all ranks the same --device.");
        this.ranks.Expect("content loss", content.Reason, $"Give all machines the same files in {PublishedWeights.Folder}.");
        networks = new NetworkSet(configuration, device);
        embeddings = new EmbeddingTable(configuration);
        step = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator, embeddings, content,
            this.ranks)
        { Careful = device.type == DeviceType.CPU };
        if (dataset is null)
        {
            embeddings.Add(Enumerable.Range(0, MadeUpClips).Select(clip => $"clip {clip}"));
            madeUp = MakeUp();
            return;
        }
        dataset.ExpectSize(configuration.Data.Size);
        var sampler = new EpisodeSampler(dataset, EpisodeSampling.From(configuration));
        embeddings.Add(sampler.Clips.Select(clip => dataset[clip].Id));
        loader = new EpisodeLoader(dataset, sampler, new EpisodeLoading
        {
            Batch = configuration.Training.Batch, Ranks = this.ranks.Count,
            Rank = this.ranks.Rank, Workers = workers, Drawing = LandmarkDrawing.From(configuration.Landmarks)
        }, device);
    }

    /// <summary>Which content loss it is and why.</summary>
    public string Content => content.Reason;

    /// <summary>Writes what the first step starts from, for tests/oracles/pytorch_step.py.</summary>
    /// <exception cref="UserException">There is a dataset: the twin knows one batch only.</exception>
    public void SaveStart(string folder) => TwinStart.Save(folder, configuration, networks, embeddings, content,
        madeUp ?? throw UserException.Usage("--twin needs a made-up batch: leave --data out."));

    /// <summary>Trains for <paramref name="warming"/> steps and then <paramref name="steps"/> more, which count.</summary>
    public StepFigures Run(int steps, int warming, bool adversarial, CancellationToken stop)
    {
        var losses = new List<IReadOnlyDictionary<string, float>>();
        for (var i = 0; i < warming; i++)
            losses.Add(Step(adversarial, stop));
        var (seconds, processor) = (new List<double>(), new List<double>());
        var phases = Enum.GetValues<StepPhase>().ToDictionary(phase => phase, _ => 0.0);
        var before = ranks.Traffic;
        for (var i = 0; i < steps; i++)
        {
            var used = Environment.CpuUsage.TotalTime;
            using var clock = StepClock.Start(device); // of the step alone, as the watch
            var whole = Stopwatch.StartNew();
            losses.Add(Step(adversarial, stop));
            seconds.Add(whole.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
            foreach (var (phase, spent) in clock.Seconds)
                phases[phase] += spent / steps;
        }
        return new StepFigures(seconds, processor, phases, losses,
            StepCost.Compute(configuration, content, configuration.Training.Batch * ranks.Count, adversarial))
        {
            Communication = ranks.Count == 1 ? null : new StepTraffic(ranks.Count, (ranks.Traffic.Bytes - before.Bytes) / (double)steps,
                (ranks.Traffic.RowBytes - before.RowBytes) / (double)steps,
                (ranks.Traffic.Waited - before.Waited).TotalSeconds / seconds.Sum()),
        };
    }

    Dictionary<string, float> Step(bool adversarial, CancellationToken stop)
    {
        if (ranks.Any(stop.IsCancellationRequested))
            throw new OperationCanceledException(stop);
        using var scope = NewDisposeScope();
        StepClock.Mark(StepPhase.Other);
        var batch = madeUp ?? loader!.Next().Episodes;
        StepClock.Mark(StepPhase.WaitingForData);
        var losses = step.Run(batch, adversarial);
        var read = losses.ToDictionary(pair => pair.Key, pair => pair.Value.item<float>()); // waits for the device
        StepClock.Mark(StepPhase.Other);
        return read;
    }

    EpisodeBatch MakeUp()
    {
        using var scope = NewDisposeScope();
        using var generator = new torch.Generator(1);
        var (b, k, s) = (configuration.Training.Batch, configuration.Episodes.Shots, configuration.Data.Size);
        Tensor Noise(params long[] shape) => rand(shape, generator: generator).Mul(2).Sub(1).to(device).MoveToOuterDisposeScope();
        var batch = new EpisodeBatch(Noise(b, k, 3, s, s), Noise(b, k, 3, s, s), Noise(b, 3, s, s), Noise(b, 3, s, s),
            Clips(ranks.Rank, 1))
        { StepClips = Clips(0, ranks.Count), First = ranks.Rank * b };
        foreach (var tensor in new[] { batch.Source, batch.SourceLandmarks, batch.Target, batch.TargetLandmarks })
            tensor.DetachFromDisposeScope();
        return batch;

        string[] Clips(int first, int count) => [.. Enumerable.Range(first * b, count * b).Select(clip => $"clip {clip}")];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loader?.Dispose();
        madeUp?.Dispose();
        step.Dispose();
        embeddings.Dispose();
        networks.Dispose();
        content.Dispose();
    }
}

/// <summary>
/// Floating-point operations of the networks as the paper draws them: two for each multiply-add of a convolution, linear
/// layer or attention; a backward pass costs as much again for each of the two gradients. What a fast way saves is not
/// taken off, so a rate over these figures can be compared between programs.
/// </summary>
static class StepCost
{
    /// <summary>One training step on <paramref name="batch"/> episodes.</summary>
    public static double Compute(RunConfiguration configuration, ContentLoss content, int batch, bool adversarial)
    {
        double[] macs = [.. NetworkSet.Profile(configuration).Select(profile => (double)profile.Macs)];
        var (e, g, v) = (macs[0], macs[1], macs[2]);
        var vgg = content.Networks.Sum(entry => (double)entry.Network.Macs(configuration.Data.Size));
        var generator = 3 * (configuration.Episodes.Shots * e + g)
            + 3 * vgg                             // x, x̂, and back to x̂
            + (adversarial ? 3 * v : 0);          // the same through V
        var discriminator = adversarial ? configuration.Optimizer.DiscriminatorSteps * 2 * 3 * v : 0;
        return 2 * batch * (generator + discriminator);
    }

    /// <summary>One frame of an animation.</summary>
    public static double OfFrame(RunConfiguration configuration) => 2.0 * NetworkSet.Profile(configuration)[1].Macs;
}

/// <summary>What a first step starts from, as files that Python reads: the resolved configuration, every weight, the batch.</summary>
static class TwinStart
{
    public static void Save(string folder, RunConfiguration configuration, NetworkSet networks, EmbeddingTable embeddings,
        ContentLoss content, EpisodeBatch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.yaml"), configuration.ToYaml());
        var tensors = new Dictionary<string, Tensor>
        {
            ["batch.source"] = batch.Source,
            ["batch.source_landmarks"] = batch.SourceLandmarks,
            ["batch.target"] = batch.Target,
            ["batch.target_landmarks"] = batch.TargetLandmarks,
            ["batch.rows"] = tensor(batch.Clips.Select(clip => (long)embeddings.Clips.ToList().IndexOf(clip)).ToArray()),
            ["rows.weight"] = stack(embeddings.Clips.Select(clip => tensor(embeddings.Row(clip)))),
        };
        if (embeddings.Spectrum is { } spectrum)
            tensors["rows.v"] = spectrum.Direction.to(ScalarType.Float32);
        foreach (var (prefix, network) in new (string, nn.Module)[] { ("embedder", networks.Embedder), ("generator", networks.Generator),
            ("discriminator", networks.Discriminator) }
            .Concat(content.Networks.Select(entry => (entry.Term, (nn.Module)entry.Network))))
            foreach (var (name, value) in network.state_dict())
                tensors[$"{prefix}.{name}"] = value;
        SafeTensors.Save(Path.Combine(folder, "start.safetensors"),
            tensors.ToDictionary(pair => pair.Key, pair => pair.Value.cpu().contiguous()));
    }
}
