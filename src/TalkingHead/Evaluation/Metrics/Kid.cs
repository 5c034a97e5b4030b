using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// A kernel distance: mean and deviation over subsets, null where one subset holds everything; how many, of how many pictures a side.
/// </summary>
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

    /// <summary>The distance of two sets' samples, computed on the device, the CPU when null; the seed draws the subsets.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows on a side, or rows of different length.</exception>
    public static KidValue Between(FeatureStatistics first, FeatureStatistics second, Device? device = null, int seed = 1)
    {
        using var scope = NewDisposeScope();
        return Between(first.Sample().to(device ?? CPU), second.Sample().to(device ?? CPU), seed);
    }

    // first (n,d), second (m,d), float64
    internal static KidValue Between(Tensor first, Tensor second, int seed)
    {
        var (n, m) = (first.shape[0], second.shape[0]);
        if (Math.Min(n, m) < 2 || first.shape[1] != second.shape[1])
            throw new ArgumentException($"got rows ({string.Join(",", first.shape)}) and ({string.Join(",", second.shape)}), expected two "
                + $"or more of one length on each side.");
        var size = (int)Math.Min(MostInSubset, Math.Min(n, m));
        if (Math.Max(n, m) <= MostInSubset)
            return new(Discrepancy(first, second), null, 1, size);
        var random = new Random(seed);
        var values = new double[Subsets];
        for (var i = 0; i < Subsets; i++)
        {
            using var scope = NewDisposeScope();
            values[i] = Discrepancy(Draw(first, size, random), Draw(second, size, random));
        }
        var mean = values.Average();
        return new(mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), Subsets, size);
    }

    static Tensor Draw(Tensor rows, int size, Random random)
    {
        var order = Enumerable.Range(0, (int)rows.shape[0]).Select(i => (long)i).ToArray();
        random.Shuffle(order);
        return rows.index_select(0, tensor(order[..size], device: rows.device));
    }

    // Kernels of a row with itself are left out: that makes the estimate unbiased.
    static double Discrepancy(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return Within(first) + Within(second) - 2 * Kernel(first, second).mean().item<double>();
    }

    static double Within(Tensor rows)
    {
        var n = rows.shape[0];
        var kernel = Kernel(rows, rows);
        return (kernel.sum() - kernel.diagonal().sum()).item<double>() / (n * (n - 1.0));
    }

    static Tensor Kernel(Tensor first, Tensor second) => first.mm(second.t()).Div(first.shape[1]).Add(1).Pow(3);
}
