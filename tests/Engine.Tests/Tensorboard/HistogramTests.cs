using System.Text.Json;
using TorchSharp.Tensorboard;
using TorchSharp.Utils.tensorboard.Enums;

namespace Engine.Tests.Tensorboard;

/// <summary>Bins as NumPy makes them: tests/oracles/make_histogram_fixtures.py.</summary>
public sealed class HistogramTests
{
    static readonly JsonElement fixture =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures/Tensorboard/histograms.json"))).RootElement;

    static double[] Doubles(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, fixture.GetArrayLength())];

    [Theory, MemberData(nameof(Rows))]
    public void CountsAndEdgesAreNumPys(int index)
    {
        var row = fixture[index];
        double[] sorted = [.. Doubles(row.GetProperty("values")).Order()];
        var edges = HistogramBins.Edges(sorted, Enum.Parse<HistogramBinSelector>(row.GetProperty("bins").GetString()!, ignoreCase: true));
        Assert.Equal(Doubles(row.GetProperty("edges")), edges, (a, b) => Math.Abs(a - b) <= 1e-12 * Math.Max(1, Math.Abs(a)));
        Assert.Equal(Doubles(row.GetProperty("counts")), Histogram.Count(sorted, edges));
    }

    [Fact]
    public void BinsBeyondTheMostAreJoined()
    {
        var histogram = Histogram.Of([.. Enumerable.Range(0, 100).Select(k => (double)k)], HistogramBinSelector.Sqrt, maxBins: 4);
        Assert.Equal([0, 29.7, 59.4, 89.1, 99], histogram.BucketLimit, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([0, 30, 30, 30, 10], histogram.Bucket);
    }

    [Fact]
    public void NoFiniteValueIsAnError() => Assert.Equal("add_histogram: none of 2 values is a finite number.",
        Assert.Throws<ArgumentException>(() => Histogram.Of([double.NaN, double.NegativeInfinity], HistogramBinSelector.Tensorflow, null)).Message);
}
