using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>
/// Fréchet Inception distance (Heusel et al. 2017): |μ1 - μ2|² + Tr Σ1 + Tr Σ2 - 2 Tr √(Σ1 Σ2), covariances with N - 1,
/// float64. With Σ = F Fᵀ the last trace is the nuclear norm of F1ᵀ F2, which needs no root of a nearly singular matrix:
/// the centred rows are such factors, so that the value is exact where there are fewer pictures than features.
/// </summary>
public static class Fid
{
    /// <summary>With fewer pictures than features the covariance lacks rank, and much of the value is bias.</summary>
    public const int UnbiasedFrom = 2048;

    internal static string Definition(FidVariant variant) =>
        $"Fréchet distance of Inception v3 (2015-12-05) features, input as {InceptionFeatures.NameOf(variant)}, float64";

    /// <summary>Whether either side is too small for a value that compares with others.</summary>
    public static bool IsBiased(FeatureStatistics first, FeatureStatistics second) => Math.Min(first.Count, second.Count) < UnbiasedFrom;

    /// <summary>The distance; 0 or more.</summary>
    /// <exception cref="ArgumentException">Fewer than two rows on a side, or rows of different length.</exception>
    public static double Between(FeatureStatistics first, FeatureStatistics second)
    {
        if (Math.Min(first.Count, second.Count) < 2 || first.Features != second.Features)
            throw new ArgumentException($"got {first.Count} rows of {first.Features} and {second.Count} of {second.Features}, expected two or more of one length on each side.");
        using var scope = NewDisposeScope();
        var means = (first.Mean() - second.Mean()).Square().sum().item<double>();
        var (trace, other, cross) = first.IsExact || second.IsExact ? OfFactors(Factor(first), Factor(second)) : OfCovariances(first.Covariance(), second.Covariance());
        return Math.Max(0, means + trace + other - 2 * cross);
    }

    // F (r,d) with Fᵀ F = Σ: the centred rows, or the symmetric root.
    static Tensor Factor(FeatureStatistics statistics) => statistics.IsExact ? statistics.CentredRows() : Root(statistics.Covariance());

    static (double Trace, double Other, double Cross) OfFactors(Tensor first, Tensor second) => (
        first.Square().sum().item<double>(), second.Square().sum().item<double>(),
        linalg.svdvals(first.mm(second.t())).sum().item<double>());

    // Tr √(Σ1 Σ2) by the eigenvalues of Σ1^½ Σ2 Σ1^½, which is symmetric.
    static (double Trace, double Other, double Cross) OfCovariances(Tensor first, Tensor second)
    {
        var root = Root(first);
        var product = root.mm(second).mm(root);
        var eigenvalues = linalg.eigvalsh(product.Add(product.t()).Div(2));
        return (first.diagonal().sum().item<double>(), second.diagonal().sum().item<double>(), eigenvalues.ClampMin(0).sqrt().sum().item<double>());
    }

    static Tensor Root(Tensor covariance)
    {
        var (values, vectors) = linalg.eigh(covariance);
        return (vectors * values.ClampMin(0).sqrt()).mm(vectors.t());
    }
}
