using System.Text.Json;
using TalkingHead.Configuration;
using TalkingHead.Tests;
using TalkingHead.Tests.Training;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Training;

public sealed class MetaTrainerTests : IDisposable
{
    const int Steps = 12;

    readonly MadeRuns runs = new();

    public void Dispose() => runs.Dispose();

    [Fact]
    public void AnInterruptedRunEndsWithTheBytesOfAnUninterruptedOne()
    {
        string[] changes = [.. Changes, "training.report_every=1"];
        Train("whole", changes: changes);
        // Stopped after 2, 5 and 9 steps, of which only some are checkpoints of their own.
        foreach (var until in new[] { 2, 5, 9 })
            Assert.Throws<OperationCanceledException>(() => Train("parts", resume: until > 2, stopAfter: until, changes: changes));
        Train("parts", resume: true, changes: changes);
        AssertSame("whole", "parts");
    }

    [Fact]
    public void ARunThatIsGoneOnWithFromAnOlderCheckpointEndsTheSame()
    {
        Train("whole");
        Train("killed");
        // As after a kill: the newest checkpoint is not whole, and metrics.jsonl ran ahead of the one before it.
        File.Delete(runs.At($"killed/checkpoints/step-{Steps:D7}/networks.safetensors"));
        var reporter = Train("killed", resume: true);
        Assert.Contains(reporter.Lines, line => line.Contains("networks.safetensors") && line.Contains("The one before it is taken"));
        AssertSame("whole", "killed");
    }

    [Fact]
    public void TheNumberOfWorkersChangesNothing()
    {
        Train("one", workers: 1);
        Train("three", workers: 3);
        AssertSame("one", "three");
    }

    [Fact]
    public void AccumulationGivesTheSameStepToRounding()
    {
        string[] changes = ["training.steps=1", "training.batch=4", "training.warm_up=0", "training.report_every=1"];
        Train("whole", changes: changes);
        Train("parts", changes: [.. changes, "optimizer.accumulation=2"]);
        var (whole, parts) = (Figures("whole")[0], Figures("parts")[0]);
        Assert.Contains("discriminator_gradient", whole.Keys);
        Assert.Equal(whole.Keys, parts.Keys);
        foreach (var (name, value) in whole)
            Assert.True(Math.Abs(parts[name] - value) <= 1e-4 * Math.Abs(value) + 1e-6, $"{name}: {value}, in parts {parts[name]}");
    }

    [Fact]
    public void EverySecondStepDoesWithoutReferences()
    {
        string[] changes = ["training.steps=2", "training.report_every=1", "network.reference_side=8"];
        Train("always", changes: [.. changes, "episodes.hide_references_every=0"]);
        Train("hidden", changes: [.. changes, "episodes.hide_references_every=2"]);
        var (always, hidden) = (Losses("always"), Losses("hidden"));
        Assert.Equal(always[0], hidden[0]);
        Assert.NotEqual(always[1], hidden[1]);

        double[] Losses(string run) => [.. Figures(run).Select(step => step["content_pyramid"])];
    }

    [Theory, InlineData(1), InlineData(2)]
    public void PartsSideBySideGiveTheBytesOfOneAfterTheOtherWithAnyNumberOfThreads(int threads)
    {
        string[] changes = [.. Changes, "training.batch=4", "optimizer.accumulation=3", "optimizer.muon_rate=0.01"];
        var before = get_num_threads();
        set_num_threads(1);
        Train("in order", changes: changes);
        set_num_threads(threads);
        Train("side by side", changes: [.. changes, "optimizer.parallel_parts=true"]);
        Assert.Equal(threads, get_num_threads());
        set_num_threads(before);
        AssertSame("in order", "side by side");
    }

    [Fact]
    public void TheRatesFallInALineToTheEnd()
    {
        var constant = new OptimizerSettings();
        var falling = new OptimizerSettings { Decay = 0.5 };
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(1, constant.RateFactor(step, 10)));
        Assert.Equal([1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2], Enumerable.Range(0, 10).Select(step => falling.RateFactor(step, 10)));
    }

    [Fact]
    public void ADamagedClipIsNamedAndLeftOutAndTheRunEndsHealthy()
    {
        using var damaged = new MadeDataset(clips: 6, frames: 6, size: 32, damagedClip: 2);
        var reporter = Train("damaged", data: damaged.Folder);
        Assert.Contains(reporter.Lines, line => line.Contains("left out") && line.Contains("person2/clip"));
        Assert.Contains("person2/clip", File.ReadAllText(runs.At("damaged/metrics.jsonl")));
        Assert.True(Directory.Exists(runs.At($"damaged/checkpoints/step-{Steps:D7}")));
    }

    [Fact]
    public void ARunInUseByAnotherIsRefused()
    {
        using var held = RunDirectory.Open(runs.At("held"), resume: false);
        Assert.Contains("another process is training here", Assert.Throws<UserException>(() => Train("held")).Message);
    }

    [Fact]
    public void ARunThatIsThereIsNotOverwritten()
    {
        Train("there");
        Assert.Equal(File.ReadAllText(runs.At("there/config.yaml")),
            File.ReadAllText(runs.At($"there/checkpoints/step-{Steps:D7}/config.yaml")));
        Assert.Contains("--resume", Assert.Throws<UserException>(() => Train("there")).Message);
    }

    [Fact]
    public void ACheckpointOfAnotherArchitectureNamesTheFirstTensorThatDiffers()
    {
        Train("small");
        var mistake = Assert.Throws<UserException>(() => Train("small", resume: true, changes: [.. Changes, "network.base_channels=16"]));
        Assert.Contains("in the checkpoint", mistake.Message);
        Assert.Contains("embedder.", mistake.Message);
    }

    [Fact]
    public void ADatasetOfAnotherSizeIsRefusedBeforeAnythingIsWritten()
    {
        using var large = new MadeDataset(clips: 3, frames: 4, size: 64);
        var mistake = Assert.Throws<UserException>(() => Train("size", data: large.Folder));
        Assert.Contains("64 pixels a side, the configuration's are 32", mistake.Message);
        Assert.Equal(2, mistake.ExitCode);
        Assert.False(Directory.Exists(runs.At("size")));
    }

    [Fact]
    public void OldCheckpointsGoAndTheBestStays()
    {
        Train("kept", changes: [.. Changes, "training.keep_checkpoints=1", "training.validate_every=3", "training.checkpoint_every=3"]);
        using var run = RunDirectory.Open(runs.At("kept"), resume: true);
        var steps = Checkpoint.Steps(run);
        Assert.Contains(Steps, steps);
        Assert.InRange(steps.Count, 1, 2);
        var best = File.ReadLines(run.Metrics).Where(line => line.Contains("\"validation\""))
            .Max(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("feed_forward_ssim").GetDouble());
        Assert.Contains(steps, step => Checkpoint.Read(Checkpoint.Folder(run, step)).Score == best);
    }

    static string[] Changes => [$"training.steps={Steps}", "training.checkpoint_every=5", "training.report_every=4",
        "training.validate_every=6", "training.sample_every=6", "training.warm_up=0.3"];

    RecordingReporter Train(string name, bool resume = false, int workers = 2, int stopAfter = int.MaxValue, string? data = null,
        string[]? changes = null)
    {
        using var stop = new CancellationTokenSource();
        var reporter = new RecordingReporter(step =>
        {
            if (step >= stopAfter)
                stop.Cancel();
        });
        runs.Train(name, changes ?? Changes, reporter, workers, resume, data, stop.Token);
        return reporter;
    }

    // Every loss and the length of each network's gradient, of each report.
    Dictionary<string, double>[] Figures(string run) => [.. File.ReadLines(runs.At($"{run}/metrics.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject()
            .Where(figure => figure.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble()))
        .Where(figures => figures.ContainsKey("content_pyramid"))];

    void AssertSame(string first, string second) => SameRun.AssertSame(runs.At(first), runs.At(second), Steps);
}
