using TalkingHead.Libtorch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>
/// The largest singular value σ of a table of rows, from the matrix WᵀW (N,N) in float64, which changes with each row
/// that changes. Its direction v is refined by power iteration and kept.
/// </summary>
sealed class RowsSpectrum : IDisposable
{
    const int RowsAtOnce = 4096;

    readonly int length;
    readonly Tensor gram;
    Tensor v;

    public RowsSpectrum(int length, long seed)
    {
        this.length = length;
        using var scope = NewDisposeScope();
        gram = zeros(length, length, ScalarType.Float64).DetachFromDisposeScope();
        var start = new float[length];
        RowInitializer.Fill(start, "v", seed, 1);
        v = tensor(start).to(ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>WᵀW, float64 (N,N).</summary>
    public Tensor Gram => gram;

    /// <summary>The direction, float64 (N).</summary>
    public Tensor Direction
    {
        get => v;
        set
        {
            using var _ = no_grad();
            v.copy_(value);
        }
    }

    /// <summary>Takes in the rows from number <paramref name="first"/> on.</summary>
    public void Add(RowTable table, int first)
    {
        for (int start = first; start < table.Count; start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var values = new float[Math.Min(RowsAtOnce, table.Count - start) * length];
            for (int i = 0; i < values.Length / length; i++)
                RowLayout.Weight(table[start + i], length).CopyTo(values.AsSpan(i * length));
            Change(tensor(values, [values.Length / length, length]), 1);
        }
    }

    /// <summary>Starts again from all rows.</summary>
    public void Recompute(RowTable table)
    {
        gram.zero_();
        Add(table, 0);
    }

    /// <summary>The rows (U,N) of a batch were <paramref name="before"/> and are <paramref name="after"/>.</summary>
    public void Replace(Tensor before, Tensor after)
    {
        Change(before, -1);
        Change(after, 1);
    }

    /// <summary>One power iteration; v (N) and σ, float32 tensors of the caller's scope.</summary>
    public (Tensor Direction, Tensor Sigma) Iterate()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        v.copy_(functional.normalize(gram.mv(v), dim: 0, eps: SpectralNorm.Epsilon));
        var sigma = v.dot(gram.mv(v)).sqrt();
        return (v.to(ScalarType.Float32).MoveToOuterDisposeScope(), sigma.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    void Change(Tensor rows, int sign)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var wide = rows.to(ScalarType.Float64);
        gram.Add_(wide.t().mm(wide), alpha: sign);
    }

    public void Dispose()
    {
        gram.Dispose();
        v.Dispose();
    }
}
