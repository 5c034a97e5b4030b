using TorchSharp.Utils.tensorboard.Enums;

namespace TorchSharp.Tensorboard;

/// <summary>The edges of a histogram's bins.</summary>
static class HistogramBins
{
    static readonly Lazy<double[]> exponential = new(Exponential);

    /// <summary>Edges for sorted finite values, at least one.</summary>
    internal static double[] Edges(double[] sorted, HistogramBinSelector selector)
    {
        if (selector == HistogramBinSelector.Tensorflow) return exponential.Value;
        double first = sorted[0], last = sorted[^1], range = last - first;
        if (range == 0) return [first - 0.5, first + 0.5];
        var width = Width(sorted, selector, range);
        return Even(first, last, width > 0 ? (int)Math.Ceiling(range / width) : 1);
    }

    internal static double[] Even(double first, double last, int bins) =>
        [.. Enumerable.Range(0, bins + 1).Select(k => k == bins ? last : first + (last - first) * k / bins)];

    static double[] Exponential()
    {
        var positive = new List<double>();
        for (var edge = 1e-12; edge < 1e20; edge *= 1.1) positive.Add(edge);
        return [.. positive.AsEnumerable().Reverse().Select(edge => -edge), 0, .. positive];
    }

    static double Width(double[] values, HistogramBinSelector selector, double range)
    {
        double count = values.Length;
        return selector switch
        {
            HistogramBinSelector.Sqrt => range / Math.Sqrt(count),
            HistogramBinSelector.Sturges => range / (Math.Log2(count) + 1),
            HistogramBinSelector.Rice => range / (2 * Math.Cbrt(count)),
            HistogramBinSelector.Scott => Math.Cbrt(24 * Math.Sqrt(Math.PI) / count) * Deviation(values),
            HistogramBinSelector.Doane => Doane(values, range),
            HistogramBinSelector.Stone => range / Enumerable.Range(1, Math.Max(100, (int)Math.Sqrt(count))).MinBy(bins => StoneLoss(values, range, bins)),
            _ => throw new ArgumentOutOfRangeException(nameof(selector), $"{selector} is no rule for a histogram's bins."),
        };
    }

    static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }

    // Sturges' rule with a term for skewed data (Doane 1976).
    static double Doane(double[] values, double range)
    {
        double count = values.Length, deviation = Deviation(values), mean = values.Average();
        if (count <= 2 || deviation == 0) return 0;
        var skewness = values.Average(value => Math.Pow((value - mean) / deviation, 3));
        var spread = Math.Sqrt(6 * (count - 2) / ((count + 1) * (count + 3)));
        return range / (1 + Math.Log2(count) + Math.Log2(1 + Math.Abs(skewness) / spread));
    }

    // The leave-one-out estimate of the integrated squared error, up to a constant (Stone 1984).
    static double StoneLoss(double[] values, double range, int bins)
    {
        double count = values.Length, width = range / bins;
        var squares = Histogram.Count(values, Even(values[0], values[^1], bins)).Sum(n => n / count * (n / count));
        return (2 - (count + 1) * squares) / width;
    }
}
