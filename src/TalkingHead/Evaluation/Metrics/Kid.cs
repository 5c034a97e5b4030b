using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>Mean and deviation over subsets, null where one holds everything; how many subsets, of how many pictures a side.</summary>
public sealed record KidValue(double Mean, double? Deviation, int Subsets, int SubsetSize);

/// <summary>
/// Kernel Inception distance (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy of Inception features
/// under the kernel (x·y / d + 1)³, mean and standard deviation over 100 subsets of 1000 drawn without replacement, float64.
/// Its expectation does not depend on the number of pictures; it may be slightly negative. Lower is better.
/// </summary>
public static class Kid
{
    const int Subsets = 100, MostInSubset = 1000;

    internal static string Definition(FidVariant variant) =>
        $"unbiased MMD², kernel (x·y/2048+1)³, of FID's features, input as {InceptionFeatures.NameOf(variant)}";

    /// <summary>The distance of two sets, computed on the device, the CPU when null; the seed draws the subsets.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows on a side, or rows of different length.</exception>
    public static KidValue Between(FeatureStatistics first, FeatureStatistics second, Device? device = null, int seed = 1)
    {
        FeatureStatistics.Expect(first, second);
        var size = Math.Min(MostInSubset, Math.Min(first.Count, second.Count));
        if (Math.Max(first.Count, second.Count) <= MostInSubset)
            return new(Discrepancy(first.Rows, second.Rows, device ?? CPU), null, 1, size);
        var random = new Random(seed);
        double[] values = [.. Enumerable.Range(0, Subsets).Select(_ => Discrepancy(Draw(first), Draw(second), device ?? CPU))];
        var mean = values.Average();
        return new(mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), Subsets, size);

        float[][] Draw(FeatureStatistics set)
        {
            int[] order = [.. Enumerable.Range(0, set.Count)];
            random.Shuffle(order);
            return [.. order.Take(size).Select(place => set.Rows[place])];
        }
    }

    // Kernels of a row with itself are left out: that makes the estimate unbiased.
    static double Discrepancy(IReadOnlyList<float[]> some, IReadOnlyList<float[]> others, Device device)
    {
        using var scope = NewDisposeScope();
        var (first, second) = (FeatureStatistics.Stack(some).to(device), FeatureStatistics.Stack(others).to(device));
        return Within(first) + Within(second) - 2 * Kernel(first, second).mean().item<double>();
    }

    static double Within(Tensor rows)
    {
        var (n, kernel) = (rows.shape[0], Kernel(rows, rows));
        return (kernel.sum() - kernel.diagonal().sum()).item<double>() / (n * (n - 1.0));
    }

    static Tensor Kernel(Tensor first, Tensor second) => first.mm(second.t()).Div(first.shape[1]).Add(1).Pow(3);
}
