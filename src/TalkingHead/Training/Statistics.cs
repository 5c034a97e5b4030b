using System.Diagnostics;
using TalkingHead.Distributed;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>Sums of losses on the device, read once a report: no step waits for a number.</summary>
public sealed class Statistics : IDisposable
{
    readonly OrderedDictionary<string, (Tensor Sum, int Count)> sums = [];

    /// <summary>Adds a step's scalars.</summary>
    public void Add(IReadOnlyDictionary<string, Tensor> losses)
    {
        foreach (var (name, value) in losses)
        {
            if (!sums.TryGetValue(name, out var entry))
                entry = (zeros_like(value, ScalarType.Float64).DetachFromDisposeScope(), 0);
            entry.Sum.Add_(value);
            sums[name] = (entry.Sum, entry.Count + 1);
        }
    }

    /// <summary>Every rank's sums become their mean: what one rank with the whole batch would have.</summary>
    public void Average(Ranks ranks) => ranks.Average([.. sums.Values.Select(entry => entry.Sum)]);

    /// <summary>Rank 0's sums become everybody's.</summary>
    public void FromFirst(Ranks ranks, Device device)
    {
        if (ranks.Count == 1)
            return;
        var first = ranks.FromFirst(sums.Select(pair => new Saved(pair.Key, pair.Value.Sum.item<double>(), pair.Value.Count)).ToList());
        Clear();
        foreach (var (name, sum, count) in first)
            sums[name] = (tensor(sum, ScalarType.Float64, device).DetachFromDisposeScope(), count);
    }

    sealed record Saved(string Name, double Sum, int Count);

    /// <summary>The means since the last reading. This waits for the device.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Read()
    {
        var means = sums.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Sum.item<double>() / pair.Value.Count)).ToList();
        Clear();
        return means;
    }

    /// <summary>Whether every sum is. This waits for the device.</summary>
    public bool AreFinite() => sums.Values.All(entry => double.IsFinite(entry.Sum.item<double>()));

    /// <summary>What a checkpoint keeps: each sum with its count, (2) float64, under its place and name.</summary>
    public Dictionary<string, Tensor> Save() => sums.Select((pair, place) => (pair, place)).ToDictionary(
        entry => $"{entry.place:D3}.{entry.pair.Key}",
        entry => tensor(new[] { entry.pair.Value.Sum.item<double>(), entry.pair.Value.Count }));

    /// <summary>Puts back what <see cref="Save"/> gave.</summary>
    public void Load(IEnumerable<KeyValuePair<string, Tensor>> saved, Device device)
    {
        Clear();
        foreach (var (name, pair) in saved.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            sums[name[(name.IndexOf('.') + 1)..]] = (pair[0].to(device, copy: true).DetachFromDisposeScope(), (int)pair[1].item<double>());
    }

    void Clear()
    {
        foreach (var (sum, _) in sums.Values)
            sum.Dispose();
        sums.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}

/// <summary>Signs of collapse that show in a report's or a validation's figures, each with what to try.</summary>
static class Diagnosis
{
    // Scores and pictures in their own units: a hinge loss is 2 at the start and 0 where D tells all apart with a margin.
    const double SaturatedHinge = 0.02, NoInfluence = 1.0;

    public static IEnumerable<string> OfTraining(IReadOnlyDictionary<string, double> figures)
    {
        if (figures.TryGetValue("discriminator", out var hinge) && hinge < SaturatedHinge)
            yield return $"the discriminator is saturated (hinge loss {hinge:0.####}): its gradient no longer tells the generator "
                + $"anything. Try a lower optimizer.discriminator_rate, or spectral_norm.discriminator: true.";
        if (figures.TryGetValue("adversarial_gradient", out var gradient) && gradient < 1e-9)
            yield return $"the adversarial gradient has vanished ({gradient:0.##e+0} a pixel). Try a higher optimizer.discriminator_rate, "
                + $"or look at the landmarks that the discriminator sees.";
    }

    public static IEnumerable<string> OfValidation(IReadOnlyDictionary<string, double> figures)
    {
        if (figures.TryGetValue("person_influence", out var person) && person < NoInfluence)
            yield return $"the embedding is ignored: another person changes the output by {person:0.##} of 255. Try more steps, more "
                + $"identities, or a higher objective.embedding_match.";
        if (figures.TryGetValue("pose_influence", out var pose) && pose < NoInfluence)
            yield return $"the landmarks are ignored: another pose changes the output by {pose:0.##} of 255. Look at the landmark images "
                + $"in the sample sheet.";
    }
}

/// <summary>The parts of a training step that a clock tells apart.</summary>
public enum StepPhase
{
    /// <summary>Forward of the embedder.</summary>
    Embedder,
    /// <summary>Forward of the generator.</summary>
    Generator,
    /// <summary>Content loss.</summary>
    Content,
    /// <summary>Forward of the discriminator.</summary>
    Discriminator,
    /// <summary>All backward passes.</summary>
    Backward,

    /// <summary>Optimisers and power iterations.</summary>
    Optimizer,

    /// <summary>Other ranks' gradients are not there yet.</summary>
    WaitingForRanks,

    /// <summary>The loader had no batch ready.</summary>
    WaitingForData,
    /// <summary>The rest.</summary>
    Other,
}

/// <summary>
/// Where a step's time goes. A benchmark starts one on its thread; the step tells it what has just ended. Without a
/// clock that is a look at one thread-local field; with one on a GPU each mark waits for the device.
/// </summary>
public sealed class StepClock : IDisposable
{
    [ThreadStatic] static StepClock? current;

    readonly double[] seconds = new double[Enum.GetValues<StepPhase>().Length];
    readonly Device device;
    long last = Stopwatch.GetTimestamp();

    StepClock(Device device) => this.device = device;

    /// <summary>Starts this thread's clock, until it is disposed.</summary>
    public static StepClock Start(Device device) => current = new StepClock(device);

    /// <summary>All time since the mark before belongs to <paramref name="ended"/>.</summary>
    public static void Mark(StepPhase ended) => current?.Add(ended);

    /// <summary>Seconds of each phase so far.</summary>
    public IReadOnlyDictionary<StepPhase, double> Seconds =>
        Enum.GetValues<StepPhase>().ToDictionary(phase => phase, phase => seconds[(int)phase]);

    void Add(StepPhase ended)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
        var now = Stopwatch.GetTimestamp();
        seconds[(int)ended] += Stopwatch.GetElapsedTime(last, now).TotalSeconds;
        last = now;
    }

    /// <inheritdoc/>
    public void Dispose() => current = null;
}
