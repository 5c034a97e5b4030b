using TalkingHead.Configuration;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>W: one row per video, its spectral norm and its row-wise (lazy) Adam.</summary>
sealed class VideoRows
{
    internal readonly Tensor weight, mean, square, steps;
    internal readonly Tensor? v;

    /// <param name="weight">All rows (videos,N).</param>
    /// <param name="v">The direction of their spectral norm (N); null where they have none.</param>
    public VideoRows(Tensor weight, Tensor? v)
    {
        (this.weight, this.v) = (weight, v);
        (mean, square) = (zeros_like(weight), zeros_like(weight));
        steps = zeros([weight.shape[0], 1], ScalarType.Float64, weight.device);
    }
}

/// <summary>The rows of one batch. u and v stay for the whole training step, so sigma is linear in the rows.</summary>
sealed class RowBatch
{
    readonly VideoRows table;
    readonly Tensor unique, inverse, leaf, start;
    readonly Tensor? u, sigma;

    public RowBatch(VideoRows table, Tensor index)
    {
        this.table = table;
        (unique, var places, _) = index.unique(return_inverse: true);
        inverse = places!;
        start = table.weight.index_select(0, unique);
        leaf = start.clone();
        if (table.v is not null)
        {
            table.v.copy_(functional.normalize(table.weight.t().mv(table.weight.mv(table.v)), dim: 0, eps: SpectralLayer.Epsilon));
            var product = table.weight.mv(table.v);
            sigma = product.norm();
            u = (product / sigma).index_select(0, unique);
        }
    }

    /// <summary>Whether a backward pass reaches the rows.</summary>
    public bool Trains { set => leaf.requires_grad_(value); }

    /// <summary>W_i of each clip of the batch (B,N); sigma's gradient reaches the rows of the batch only.</summary>
    public Tensor Normal()
    {
        var rows = u is null ? leaf : leaf / (sigma! + u.dot((leaf - start).mv(table.v!)));
        return rows.index_select(0, inverse);
    }

    /// <summary>A step of Adam on these rows alone; each counts its own steps.</summary>
    public void Adam(OptimizerSettings adam)
    {
        using var _ = no_grad();
        var gradient = leaf.grad!;
        var step = table.steps.index_select(0, unique) + 1; // (U,1)
        var mean = adam.Beta1 * table.mean.index_select(0, unique) + (1 - adam.Beta1) * gradient;
        var square = adam.Beta2 * table.square.index_select(0, unique) + (1 - adam.Beta2) * gradient * gradient;
        var unbiasedMean = mean / (1 - pow(adam.Beta1, step)).to(gradient.dtype);
        var unbiasedSquare = square / (1 - pow(adam.Beta2, step)).to(gradient.dtype);
        leaf.sub_(adam.DiscriminatorRate * unbiasedMean / (unbiasedSquare.sqrt() + adam.Epsilon));
        table.steps.index_copy_(0, unique, step);
        table.mean.index_copy_(0, unique, mean);
        table.square.index_copy_(0, unique, square);
        table.weight.index_copy_(0, unique, leaf);
        leaf.grad = null;
    }
}
