using TalkingHead.Distributed;
using TalkingHead.Libtorch;
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
