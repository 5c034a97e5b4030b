using TalkingHead.EndToEndTests.Training;
using TalkingHead.Tests;
using TalkingHead.Tests.Distributed;
using TalkingHead.Tests.Training;

namespace TalkingHead.EndToEndTests.Distributed;

/// <summary>Several processes train what one would.</summary>
public sealed class DataParallelTests(DataParallelTests.TwoRanks together) : IClassFixture<DataParallelTests.TwoRanks>, IDisposable
{
    const int Steps = 20;
    const double Tolerance = 1e-5;

    // Both halves of the objective, every kind of spectral norm.
    static readonly string[] Changes =
    [
        "training.warm_up=0.25", "training.report_every=5", "optimizer.discriminator_steps=2",
        "spectral_norm.embedder=true", "spectral_norm.generator=true", "spectral_norm.rows=true",
    ];

    readonly RankedRun runs = new();

    public void Dispose() => runs.Dispose();

    // A convolution over two episodes rounds as one over two episodes, wherever it runs; and a sum of two is a sum of two.
    [Fact]
    public void TwoRanksEqualOneThatWorksItsBatchInTwoPartsToTheLastBit()
    {
        runs.Train(1, "one", changes: [.. Changes, "training.batch=4", "optimizer.accumulation=2"]);
        foreach (var file in new[] { "networks", "averages", "optimizers",
            "rows" }.Select(file => $"checkpoints/step-{Steps:D7}/{file}.safetensors"))
            Assert.True(together.Runs.Bytes("two", file).AsSpan().SequenceEqual(runs.Bytes("one", file)), file);
        foreach (var name in runs.Figures("one")[0].Keys)
            foreach (var (one, two) in runs.Figures("one").Zip(together.Runs.Figures("two")))
                Assert.Equal(one[name], two[name], 1e-6 * Math.Max(1, Math.Abs(one[name])));
    }

    // One batch of four rounds otherwise than two of two, and training magnifies that by its length of step (at the
    // configuration's own rates about threefold a step, through every kink of L1, ReLU and hinge): hence small steps.
    [Fact]
    public void TwoRanksWithABatchEachEqualOneWithBoth()
    {
        string[] changes = [.. Changes, "optimizer.epsilon=0.1", "optimizer.generator_rate=1e-5", "optimizer.discriminator_rate=2e-5"];
        runs.Train(2, "two", changes: [.. changes, "training.batch=2"]);
        runs.Train(1, "one", changes: [.. changes, "training.batch=4"]);
        AssertClose("two", "one");
        Assert.Contains(runs.Differences("networks.safetensors", ("one", 0), ("one", Steps)),
            weight => weight.Name.EndsWith("weight") && weight.Difference > 5 * Tolerance);
        Assert.Contains(runs.RowDifferences(("one", 0), ("one", Steps)), difference => difference > 5 * Tolerance);
    }

    // Four numbers are added up in another order than one after the other.
    [Fact]
    public void FourRanksEqualOneThatWorksItsBatchInFourParts()
    {
        string[] changes = [.. Changes, "optimizer.epsilon=0.1", "optimizer.generator_rate=1e-5", "optimizer.discriminator_rate=2e-5"];
        runs.Train(4, "four", changes: [.. changes, "training.batch=1"]);
        runs.Train(1, "one", changes: [.. changes, "training.batch=4", "optimizer.accumulation=4"]);
        AssertClose("four", "one");
    }

    [Fact]
    public void ARunGoesOnWithAnotherNumberOfRanks()
    {
        string[] one = [.. Changes, "training.batch=4", "optimizer.accumulation=2"], two = [.. Changes, "training.batch=2"];
        runs.Train(2, "fewer", changes: [.. two, "training.steps=10", "training.warm_up=0.5"]);
        runs.Train(1, "fewer", resume: true, changes: one);
        runs.Train(1, "more", changes: [.. one, "training.steps=10", "training.warm_up=0.5"]);
        runs.Train(2, "more", resume: true, changes: two);
        foreach (var run in new[] { "fewer", "more" })
            foreach (var file in new[] { "networks", "averages", "optimizers",
                "rows" }.Select(file => $"checkpoints/step-{Steps:D7}/{file}.safetensors"))
                Assert.True(together.Runs.Bytes("two", file).AsSpan().SequenceEqual(runs.Bytes(run, file)), $"{run} {file}");
    }

    [Fact]
    public void ASignalToOneRankStopsAllAtOneStepAndResumeIsExact()
    {
        string[] changes = [.. Changes, "training.report_every=1", "training.steps=12"];
        runs.Train(2, "whole", changes: changes);
        using (var ranks = new RankProcesses(2, runs.Command("parts", changes: changes)))
        {
            Assert.True(ranks.WaitFor("step 3 of 12"), ranks.All);
            ranks.Signal(1, 15);
            Assert.Equal(130, ranks.End());
            Assert.All(new[] { 0, 1 }, rank => Assert.Contains("talkinghead: stopped.", ranks.Said(rank)));
        }
        Assert.InRange(runs.Steps("parts")[^1], 3, 11);
        runs.Train(2, "parts", resume: true, changes: changes);
        runs.AssertSame("whole", "parts", 12);
    }

    [Fact]
    public void ASignalToOneRankStopsABenchmarkOfAll()
    {
        using var ranks = new RankProcesses(2, ["bench", MadeRuns.Smoke, "--device", "cpu", "--steps", "1000000"]);
        Assert.True(ranks.WaitFor("content loss:"), ranks.All);
        Thread.Sleep(1000); // into the steps
        ranks.Signal(1, 15);
        Assert.Equal(130, ranks.End());
        Assert.All(new[] { 0, 1 }, rank => Assert.Contains("talkinghead: stopped.", ranks.Said(rank)));
    }

    [Fact]
    public void ADamagedClipInOneRanksPartIsLeftOutByAll()
    {
        using var damaged = new RankedRun(damagedClip: 2);
        using var ranks = new RankProcesses(2, damaged.Command("run", changes: "training.report_every=1"));
        Assert.Equal(0, ranks.End());
        Assert.Contains("a batch is left out: ", ranks.Said(0));
        Assert.Contains("person2/clip", ranks.Said(0));
        Assert.Contains("person2/clip", System.Text.Encoding.UTF8.GetString(damaged.Bytes("run", "metrics.jsonl")));
        Assert.Equal("", ranks.Said(1).Trim()); // rank 0 speaks for all
    }

    [Fact]
    public void NumbersThatAreNoneSendAllRanksBackAndEndThemWithOneSentence()
    {
        using var ranks = new RankProcesses(2, runs.Command("run", changes: "objective.pyramid=1e38"));
        Assert.Equal(1, ranks.End());
        Assert.Contains("Going back to step 0, without this batch", ranks.Said(0));
        Assert.Contains("3 batches in a row gave no finite number", ranks.Said(0));
    }

    [Fact]
    public void ARankWithAnotherConfigurationIsNamed()
    {
        using var ranks = new RankProcesses(2, runs.Command("run"), arguments: rank => rank == 1 ? ["training.seed=7"] : []);
        Assert.Equal(1, ranks.End());
        Assert.Contains("talkinghead: rank 1 has another configuration than rank 0", ranks.Said(0));
    }

    [Fact]
    public void ARunThatIsThereEndsAllRanksWithRank0sSentence()
    {
        runs.Train(1, "there", changes: "training.steps=2");
        using var ranks = new RankProcesses(2, runs.Command("there"));
        Assert.Equal(1, ranks.End());
        Assert.Matches(@"talkinghead: rank 0 \(.*\) stopped: .*Add --resume to go on with it", ranks.Said(0));
        Assert.Equal("", ranks.Said(1).Trim());
    }

    void AssertClose(string first, string second)
    {
        foreach (var file in new[] { "networks.safetensors", "averages.safetensors" })
            foreach (var (name, difference) in runs.Differences(file, (first, Steps), (second, Steps)))
                Assert.True(difference <= Tolerance, $"{file} {name}: {difference}");
        Assert.All(runs.RowDifferences((first, Steps), (second, Steps)), difference => Assert.InRange(difference, 0, Tolerance));
        var (figures, others) = (runs.Figures(first), runs.Figures(second));
        Assert.Equal(Steps / 5, figures.Count);
        foreach (var (one, other) in figures.Zip(others))
        {
            Assert.Equal(one.Keys, other.Keys);
            foreach (var (name, value) in one.Where(figure => !figure.Key.EndsWith("gradient"))) // every loss
                Assert.True(Math.Abs(value - other[name]) <= Tolerance * Math.Max(1, Math.Abs(value)),
                    $"step {one["step"]}, {name}: {value} and {other[name]}");
        }
    }

    /// <summary>A run of two ranks from start to end.</summary>
    public sealed class TwoRanks : IDisposable
    {
        public TwoRanks() => Runs.Train(2, "two", changes: [.. Changes, "training.batch=2"]);

        internal RankedRun Runs { get; } = new();

        public void Dispose() => Runs.Dispose();
    }
}
