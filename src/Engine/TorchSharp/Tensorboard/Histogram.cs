using TorchSharp.Utils.tensorboard.Enums;

namespace TorchSharp.Tensorboard;

static class Histogram
{
    /// <summary>Bins and moments of the finite values; at most <paramref name="maxBins"/> bins, neighbours joined.</summary>
    internal static HistogramProto Of(double[] values, HistogramBinSelector selector, long? maxBins)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        if (sorted.Length == 0) throw new ArgumentException($"add_histogram: none of {values.Length} values is a finite number.");
        Array.Sort(sorted);
        var edges = HistogramBins.Edges(sorted, selector);
        var counts = Count(sorted, edges);
        if (maxBins is { } most && counts.Length > most) (edges, counts) = Join(edges, counts, (int)Math.Max(1, most));
        var histogram = new HistogramProto
        {
            Min = sorted[0],
            Max = sorted[^1],
            Num = sorted.Length,
            Sum = sorted.Sum(),
            SumSquares = sorted.Sum(value => value * value),
        };
        // The occupied bins alone, behind an empty one whose right edge is the left edge of the first.
        int first = Array.FindIndex(counts, count => count > 0), last = Array.FindLastIndex(counts, count => count > 0);
        if (first < 0) return histogram;
        histogram.BucketLimit.AddRange(edges[first..(last + 2)]);
        histogram.Bucket.Add(0);
        histogram.Bucket.AddRange(counts[first..(last + 1)]);
        return histogram;
    }

    /// <summary>How many of the sorted values lie between neighbouring edges: left edge inside, the last bin's right edge too.</summary>
    internal static double[] Count(double[] sorted, double[] edges)
    {
        var counts = new double[edges.Length - 1];
        var from = Below(sorted, edges[0]);
        for (var k = 0; k < counts.Length; k++)
        {
            var to = k == counts.Length - 1 ? Below(sorted, Math.BitIncrement(edges[^1])) : Below(sorted, edges[k + 1]);
            counts[k] = to - from;
            from = to;
        }
        return counts;
    }

    // How many of the sorted values are smaller than the edge.
    static int Below(double[] sorted, double edge)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < edge) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    static (double[] Edges, double[] Counts) Join(double[] edges, double[] counts, int most)
    {
        var together = (counts.Length + most - 1) / most;
        var joined = counts.Chunk(together).Select(chunk => chunk.Sum()).ToArray();
        double[] kept = [.. Enumerable.Range(0, joined.Length).Select(k => edges[k * together]), edges[^1]];
        return (kept, joined);
    }
}
