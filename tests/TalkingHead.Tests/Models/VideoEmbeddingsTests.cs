using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

public class VideoEmbeddingsTests
{
    const int Length = 8;

    static readonly OptimizerSettings Settings = new() { Beta1 = 0.5, Beta2 = 0.99, Epsilon = 1e-8, DiscriminatorRate = 0.1 };

    static EmbeddingTable Table(bool spectralNorm = false, string? file = null, long seed = 1) =>
        new(Length, 0.5, seed, spectralNorm, file);

    static void Train(EmbeddingTable table, params string[] clips)
    {
        using var scope = NewDisposeScope();
        var batch = table.Gather(clips, CPU);
        batch.Thaw();
        (batch.Rows() * Scalars.Arange(Length).Add(1)).sum().backward();
        batch.Adam(Settings);
        batch.Freeze();
        table.Flush();
    }

    [Fact]
    public void ANewClipNeverChangesAnotherRow()
    {
        using var table = Table();
        table.Add(["a", "b"]);
        var (a, b) = (table.Row("a"), table.Row("b"));
        using (var scope = NewDisposeScope())
            table.Gather(["c", "a"], CPU);
        Assert.Equal(3, table.Count);
        Assert.Equal(3, table.Created);
        Assert.Equal(a, table.Row("a"));
        Assert.Equal(b, table.Row("b"));
    }

    [Fact]
    public void ARowDependsOnTheSeedAndTheClipAlone()
    {
        using var one = Table();
        using var other = Table();
        using var seeded = Table(seed: 2);
        one.Add(["a", "b"]);
        other.Add(["b", "c", "a"]);
        seeded.Add(["a"]);
        Assert.Equal(one.Row("a"), other.Row("a"));
        Assert.Equal(one.Row("b"), other.Row("b"));
        Assert.NotEqual(one.Row("a"), one.Row("b"));
        Assert.NotEqual(one.Row("a"), seeded.Row("a"));
    }

    [Fact]
    public void NewRowsAreNormalWithTheGivenDeviation()
    {
        using var table = new EmbeddingTable(64, 0.5, 1, spectralNorm: false);
        table.Add(Enumerable.Range(0, 500).Select(i => $"{i}"));
        var numbers = table.Clips.SelectMany(table.Row).ToArray();
        Assert.InRange(numbers.Average(), -0.01, 0.01);
        Assert.InRange(Math.Sqrt(numbers.Average(x => (double)x * x)), 0.49, 0.51);
    }

    [Fact]
    public void AdamTrainsTheRowsOfTheBatchAndEachRowsMomentsStayWithIt()
    {
        using var table = Table();
        table.Add(["a", "b", "c"]);
        var untouched = table.Row("c");
        Train(table, "a", "b");
        Train(table, "b", "a"); // another order, the same clips
        using var straight = Table();
        Train(straight, "a");
        Train(straight, "a");
        Assert.Equal(straight.Row("a"), table.Row("a"));
        Assert.Equal(untouched, table.Row("c"));
    }

    [Fact]
    public void ARowsFirstStepIsAFirstStepHoweverLateItComes()
    {
        using var table = Table();
        table.Add(["a"]);
        for (var i = 0; i < 5; i++)
            Train(table, "b");
        var before = table.Row("a");
        Train(table, "a");
        // Adam's first step is the learning rate in every number.
        Assert.All(before.Zip(table.Row("a")), pair => Assert.Equal(0.1, pair.First - pair.Second, 1e-4));
    }

    [Fact]
    public void AClipTwiceInABatchIsOneRow()
    {
        using var twice = Table();
        using var once = Table();
        Train(twice, "a", "a");
        Train(once, "a");
        // Twice the gradient, the same Adam step: its size does not depend on the gradient's.
        Assert.All(twice.Row("a").Zip(once.Row("a")), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void SigmaIsThatOfTheWholeTableThroughAdditionsAndSteps()
    {
        using var scope = NewDisposeScope();
        using var table = Table(spectralNorm: true);
        table.Add(Enumerable.Range(0, 20).Select(i => $"{i}"));
        for (var i = 0; i < 30; i++)
            Train(table, $"{i}", $"{2 * i}");
        for (var i = 0; i < 200; i++)
            table.Gather(["0"], CPU);
        var whole = stack(table.Clips.Select(clip => tensor(table.Row(clip))));
        var normal = table.Gather([.. table.Clips], CPU).Rows();
        Assert.Equal(1, SpectralNorm.ExactSigma(normal), 1e-3);
        Assert.True(normal.Mul(SpectralNorm.ExactSigma(whole)).allclose(whole, rtol: 1e-3, atol: 1e-5));
    }

    [Fact]
    public void AFileBackedTableHoldsTheSameAsOneInMemory()
    {
        var file = Path.GetTempFileName();
        using var memory = Table(spectralNorm: true);
        using (var mapped = Table(spectralNorm: true, file))
        {
            foreach (var table in new[] { memory, mapped })
            {
                table.Add(Enumerable.Range(0, 9000).Select(i => $"{i}")); // more than two segments
                Train(table, "0", "8999");
            }
            Assert.Equal(memory.Clips.SelectMany(memory.Row), mapped.Clips.SelectMany(mapped.Row));
        }
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void AMillionRowsAreFoundInNoTime()
    {
        using var scope = NewDisposeScope();
        using var table = new EmbeddingTable(4, 0.02, 1, spectralNorm: true);
        Assert.Equal(1_000_000, table.Add(Enumerable.Range(0, 1_000_000).Select(i => $"id{i}")));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
            table.Gather([$"id{i * 9999}", $"id{i}"], CPU);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"100 batches took {watch.Elapsed}.");
    }
}
