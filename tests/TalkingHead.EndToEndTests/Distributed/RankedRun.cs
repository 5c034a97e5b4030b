using System.Text.Json;
using TalkingHead.EndToEndTests.Training;
using TalkingHead.Serialization;
using TalkingHead.Tests;
using TalkingHead.Tests.Distributed;
using TalkingHead.Tests.Training;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Distributed;

/// <summary>A small dataset and a folder of runs that several processes train.</summary>
sealed class RankedRun(int damagedClip = -1) : IDisposable
{
    readonly MadeRuns runs = new(damagedClip: damagedClip);

    public string At(string name) => runs.At(name);

    /// <summary>The train verb on the smoke configuration, for a run of that name.</summary>
    public string[] Command(string run, bool resume = false, double timeout = 20, params string[] changes) => runs.Command(
        run, ["--workers", "1", "--device", "cpu", "--rank-timeout", $"{timeout}", .. resume ? ["--resume"] : Array.Empty<string>(),
            "--set", "training.validation_identities=1", .. changes]);

    public void Train(int ranks, string run, bool resume = false, params string[] changes) =>
        RankProcesses.Run(ranks, Command(run, resume, changes: changes));

    public string Checkpoint(string run, int step) => At($"{run}/checkpoints/step-{step:D7}");

    public int[] Steps(string run) => [.. Directory.GetDirectories(At($"{run}/checkpoints"),
        "step-*").Where(path => !path.EndsWith(".partial")).Select(path => int.Parse(Path.GetFileName(path)[5..])).Order()];

    public byte[] Bytes(string run, string file) => File.ReadAllBytes(At($"{run}/{file}"));

    /// <summary>The lines of metrics.jsonl of one kind, as numbers by name.</summary>
    public List<Dictionary<string, double>> Figures(string run, string kind = "train") =>
    [
        .. File.ReadLines(At($"{run}/metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("kind").GetString() == kind)
            .Select(line => line.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble())),
    ];

    /// <summary>How far two runs' checkpoints differ in one file, tensor by tensor.</summary>
    public IEnumerable<(string Name, double Difference)> Differences(string file, (string Run, int Step) first,
        (string Run, int Step) second)
    {
        using var scope = NewDisposeScope();
        var one = SafeTensors.Load(Path.Combine(Checkpoint(first.Run, first.Step), file));
        var other = SafeTensors.Load(Path.Combine(Checkpoint(second.Run, second.Step), file));
        Assert.Equal(one.Keys.Order(), other.Keys.Order());
        return [.. one.Where(pair => pair.Value.dtype == ScalarType.Float32 && pair.Value.numel() > 0)
            .Select(pair => (pair.Key, (pair.Value - other[pair.Key]).abs().max().item<float>() + 0.0))];
    }

    /// <summary>How far the rows of W differ in two checkpoints, clip by clip, without their moments.</summary>
    public double[] RowDifferences((string Run, int Step) first, (string Run, int Step) second)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Rows(first.Run, first.Step), Rows(second.Run, second.Step));
        var width = (one.shape[1] - 1) / 3;
        return [.. (one - other).narrow(1, 0, width).abs().amax([1]).data<float>().ToArray().Select(value => (double)value)];

        Tensor Rows(string run, int step) => SafeTensors.Load(Path.Combine(Checkpoint(run, step), "rows.safetensors"))["rows"];
    }

    /// <summary>As <see cref="SameRun"/>.</summary>
    public void AssertSame(string first, string second, int step) => SameRun.AssertSame(At(first), At(second), step);

    public void Dispose() => runs.Dispose();
}
