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
        FeatureStatistics.Expect(first, second);
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
/// Features of a set of pictures, a row each, with their mean and covariance in float64. All rows are kept, 8 KiB a picture for
/// Inception's: up to <see cref="ExactRows"/> FID is computed from them, KID draws its subsets of them.
/// </summary>
public sealed class FeatureStatistics
{
    /// <summary>Up to so many rows FID works on the rows, beyond it on the covariance.</summary>
    public const int ExactRows = 2048;

    /// <summary>For rows of so many numbers.</summary>
    public FeatureStatistics(int features) => Features = features;

    internal FeatureStatistics(int features, IEnumerable<float[]> rows) : this(features) => Rows.AddRange(rows);

    /// <summary>Numbers in a row.</summary>
    public int Features { get; }

    /// <summary>Rows so far.</summary>
    public int Count => Rows.Count;

    internal List<float[]> Rows { get; } = [];

    internal bool IsExact => Count <= ExactRows;

    /// <summary>Takes rows (B,d).</summary>
    public void Add(Tensor rows)
    {
        if (rows.ndim != 2 || rows.shape[1] != Features)
            throw new ArgumentException($"got features ({string.Join(",", rows.shape)}), expected (B,{Features}).", nameof(rows));
        using var scope = NewDisposeScope();
        Add(rows.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray());
    }

    internal void Add(float[] rows) => Rows.AddRange(rows.Chunk(Features));

    /// <summary>The mean (d), float64.</summary>
    public Tensor Mean() => Sum(zeros(Features, ScalarType.Float64), rows => rows.sum([0])).Div_(Count);

    /// <summary>The covariance (d,d) with N - 1, float64; at least two rows.</summary>
    public Tensor Covariance()
    {
        using var mean = Mean();
        return Sum(zeros(Features, Features, ScalarType.Float64), rows =>
        {
            var centred = rows - mean;
            return centred.t().mm(centred);
        }).Div_(Count - 1);
    }

    /// <summary>(X - mean) / √(N - 1), (N,d): its product with itself is the covariance.</summary>
    internal Tensor CentredRows()
    {
        using var scope = NewDisposeScope();
        var all = Stack(Rows);
        return (all - all.mean([0], keepdim: true)).Div(Math.Sqrt(Count - 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Rows as (n,d), float64.</summary>
    internal static Tensor Stack(IReadOnlyList<float[]> rows)
    {
        using var scope = NewDisposeScope();
        var values = new float[rows.Count * rows[0].Length];
        for (var i = 0; i < rows.Count; i++)
            rows[i].CopyTo(values, i * rows[i].Length);
        return tensor(values, [rows.Count, rows[0].Length]).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    /// <exception cref="ArgumentException">Fewer than two rows on a side, or rows of different length.</exception>
    internal static void Expect(FeatureStatistics first, FeatureStatistics second)
    {
        if (Math.Min(first.Count, second.Count) < 2 || first.Features != second.Features)
            throw new ArgumentException($"got {first.Count} rows of {first.Features} and {second.Count} of {second.Features}, expected "
                + $"two or more of one length on each side.");
    }

    // A block at a time, so that float64 takes little memory.
    Tensor Sum(Tensor sum, Func<Tensor, Tensor> term)
    {
        foreach (var block in Rows.Chunk(ExactRows))
        {
            using var scope = NewDisposeScope();
            sum.Add_(term(Stack(block)));
        }
        return sum;
    }
}
