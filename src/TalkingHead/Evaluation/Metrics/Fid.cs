using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Fréchet Inception distance (Heusel et al. 2017): |μ1 - μ2|² + Tr Σ1 + Tr Σ2 - 2 Tr √(Σ1 Σ2), covariances with N - 1,
/// float64. With Σ = F Fᵀ the last trace is the nuclear norm of F1ᵀ F2, which needs no root of a nearly singular matrix:
/// the centred rows are such factors, so that the value is exact where there are fewer pictures than features. Lower is better.
/// </summary>
public static class Fid
{
    internal static string Definition(FidVariant variant) =>
        $"Fréchet distance of Inception v3 (2015-12-05) features, input as {InceptionFeatures.NameOf(variant)}, float64";

    /// <summary>Whether a side has fewer pictures than features: its covariance lacks rank, and much of the value is bias.</summary>
    public static bool IsBiased(FeatureStatistics first, FeatureStatistics second) => Math.Min(first.Count, second.Count) < first.Features;

    /// <summary>The distance; 0 or more.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows on a side, or rows of different length.</exception>
    public static double Between(FeatureStatistics first, FeatureStatistics second)
    {
        if (Math.Min(first.Count, second.Count) < 2 || first.Features != second.Features)
            throw new ArgumentException($"got {first.Count} rows of {first.Features} and {second.Count} of {second.Features}, expected "
                + $"two or more of one length on each side.");
        using var scope = NewDisposeScope();
        var means = Sum((first.Mean() - second.Mean()).Square());
        var (trace, other, cross) = first.IsExact || second.IsExact ? OfFactors(Factor(first), Factor(second))
            : OfCovariances(first.Covariance(), second.Covariance());
        return Math.Max(0, means + trace + other - 2 * cross);
    }

    // F (r,d) with Fᵀ F = Σ: the centred rows, or the symmetric root.
    static Tensor Factor(FeatureStatistics statistics) => statistics.IsExact ? statistics.CentredRows() : Root(statistics.Covariance());

    static (double Trace, double Other, double Cross) OfFactors(Tensor first, Tensor second) =>
        (Sum(first.Square()), Sum(second.Square()), Sum(linalg.svdvals(first.mm(second.t()))));

    // Tr √(Σ1 Σ2) by the eigenvalues of Σ1^½ Σ2 Σ1^½, which is symmetric.
    static (double Trace, double Other, double Cross) OfCovariances(Tensor first, Tensor second)
    {
        var root = Root(first);
        var product = root.mm(second).mm(root);
        var eigenvalues = linalg.eigvalsh(product.Add(product.t()).Div(2));
        return (Sum(first.diagonal()), Sum(second.diagonal()), Sum(eigenvalues.ClampMin(0).sqrt()));
    }

    static Tensor Root(Tensor covariance)
    {
        var (values, vectors) = linalg.eigh(covariance);
        return (vectors * values.ClampMin(0).sqrt()).mm(vectors.t());
    }

    static double Sum(Tensor values) => values.sum().item<double>();
}

/// <summary>
/// Mean and covariance of features that arrive in batches, in float64 and without holding them: the latest rows wait in a
/// block, full blocks are folded into sums. Up to <see cref="ExactRows"/> the block is all there is, and FID is computed
/// from the rows themselves. A seeded uniform sample of rows is kept for KID.
/// </summary>
public sealed class FeatureStatistics : IDisposable
{
    /// <summary>Up to so many rows FID works on the rows, beyond it on the covariance.</summary>
    public const int ExactRows = 2048;

    /// <summary>Rows that KID draws its subsets from: 128 MiB at 2048 features.</summary>
    public const int DefaultSample = 16384;

    readonly int sampled;
    readonly Random random;
    readonly List<float[]> sample = [];
    readonly float[] block; // (ExactRows, Features), the first `waiting` rows filled
    int waiting;
    Tensor? shift; // (1,d), near the mean, so that the sums of squares keep their digits
    Tensor? sum; // (d), of folded rows less the shift
    Tensor? products; // (d,d)

    /// <summary>For rows of so many numbers, of which at most <paramref name="sampled"/>, chosen by the seed, are kept for KID.</summary>
    public FeatureStatistics(int features, int sampled = DefaultSample, int seed = 1)
    {
        (Features, this.sampled, random) = (features, sampled, new(seed));
        block = new float[ExactRows * features];
    }

    /// <summary>Numbers in a row.</summary>
    public int Features { get; }

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every row is still at hand.</summary>
    internal bool IsExact => Count <= ExactRows;

    /// <summary>Takes rows (B,d).</summary>
    public void Add(Tensor rows)
    {
        if (rows.ndim != 2 || rows.shape[1] != Features)
            throw new ArgumentException($"got features ({string.Join(",", rows.shape)}), expected (B,{Features}).", nameof(rows));
        using var scope = NewDisposeScope();
        Add(rows.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray());
    }

    /// <summary>Takes rows, one after another.</summary>
    internal void Add(ReadOnlySpan<float> rows)
    {
        for (; rows.Length > 0; rows = rows[Features..])
        {
            var row = rows[..Features];
            if (waiting == ExactRows)
                Fold();
            row.CopyTo(block.AsSpan(waiting++ * Features));
            Keep(row);
            Count++;
        }
    }

    /// <summary>The mean (d), float64.</summary>
    public Tensor Mean()
    {
        using var scope = NewDisposeScope();
        var total = Waiting().sum([0]);
        if (sum is not null)
            total = total.Add(sum.Add(shift!.squeeze(0).Mul(Count - waiting)));
        return total.Div(Count).MoveToOuterDisposeScope();
    }

    /// <summary>The covariance (d,d) with N - 1, float64; at least two rows.</summary>
    public Tensor Covariance()
    {
        using var scope = NewDisposeScope();
        if (IsExact)
        {
            var all = CentredRows();
            return all.t().mm(all).MoveToOuterDisposeScope();
        }
        var rows = Waiting() - shift!;
        var mean = sum!.Add(rows.sum([0])).Div(Count).unsqueeze(0); // less the shift
        return (products!.Add(rows.t().mm(rows)) - mean.t().mm(mean).Mul(Count)).Div(Count - 1).MoveToOuterDisposeScope();
    }

    /// <summary>(X - mean) / √(N - 1), (N,d): its product with itself is the covariance. Only while <see cref="IsExact"/>.</summary>
    internal Tensor CentredRows()
    {
        using var scope = NewDisposeScope();
        var rows = Waiting();
        return (rows - rows.mean([0], keepdim: true)).Div(Math.Sqrt(Count - 1)).MoveToOuterDisposeScope();
    }

    /// <summary>The rows kept for KID, (n,d) float64.</summary>
    internal Tensor Sample()
    {
        var rows = new float[sample.Count * Features];
        for (var i = 0; i < sample.Count; i++)
            sample[i].CopyTo(rows, i * Features);
        return Doubles(rows);
    }

    /// <summary>Frees the sums of features.</summary>
    public void Dispose()
    {
        shift?.Dispose();
        sum?.Dispose();
        products?.Dispose();
    }

    Tensor Waiting() => Doubles(block.AsSpan(0, waiting * Features).ToArray());

    Tensor Doubles(float[] rows)
    {
        using var scope = NewDisposeScope();
        return tensor(rows, [rows.Length / Features, Features]).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    void Fold()
    {
        using var scope = NewDisposeScope();
        var rows = Waiting();
        shift ??= rows.mean([0], keepdim: true).DetachFromDisposeScope();
        sum ??= zeros(Features, ScalarType.Float64).DetachFromDisposeScope();
        products ??= zeros(Features, Features, ScalarType.Float64).DetachFromDisposeScope();
        rows -= shift;
        sum.Add_(rows.sum([0]));
        products.Add_(rows.t().mm(rows));
        waiting = 0;
    }

    // Reservoir sampling (Vitter 1985, algorithm R): every row so far is kept with the same probability.
    void Keep(ReadOnlySpan<float> row)
    {
        if (sample.Count < sampled)
            sample.Add(row.ToArray());
        else if (random.Next(Count + 1) is var place && place < sample.Count)
            row.CopyTo(sample[place]);
    }
}
