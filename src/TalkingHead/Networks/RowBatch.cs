using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>
/// The rows of W that a batch needs, with their Adam moments, on the device for one training step. σ is linear in
/// them, σ = uᵀ W v, with u and v fixed for the step. Owned by <see cref="VideoEmbeddings"/>.
/// </summary>
public sealed class RowBatch : IDisposable
{
    delegate Span<float> Part(Span<float> row, int length);

    readonly RowTable table;
    readonly int length;
    readonly int[] unique;
    readonly List<Tensor> owned = [];
    readonly Tensor weight, start, mean, square; // (U,N), a row for each different clip
    readonly float[] steps;                      // of Adam, of each row
    readonly Tensor inverse;                     // (b), places in U of this rank's part of the batch
    readonly Tensor? u, v, sigma;                // (U), (N), ()
    bool changed;

    internal RowBatch(RowTable table, int length, int[] rows, Range part, (Tensor Direction, Tensor Sigma)? spectrum, Device device)
    {
        (this.table, this.length) = (table, length);
        unique = [.. rows.Distinct().Order()];
        using var scope = NewDisposeScope();
        start = Own(Take(RowLayout.Weight).to(device));
        weight = Own(start.clone());
        mean = Own(Take(RowLayout.Mean).to(device));
        square = Own(Take(RowLayout.Square).to(device));
        steps = Array.ConvertAll(unique, row => RowLayout.Steps(table[row], length));
        inverse = Own(tensor(Array.ConvertAll(rows[part], row => (long)Array.BinarySearch(unique, row))).to(device));
        if (spectrum is var (direction, whole))
        {
            (v, sigma) = (Own(direction.to(device)), Own(whole.to(device)));
            u = Own(start.mv(v) / sigma);
        }
    }

    /// <summary>Lets the rows take part in a backward pass, without an old gradient.</summary>
    public void Thaw()
    {
        weight.grad = null;
        weight.requires_grad_(true);
    }

    /// <summary>Keeps the rows out of backward passes.</summary>
    public void Freeze() => weight.requires_grad_(false);

    /// <summary>The different rows (U,N); their gradient is here after a backward pass.</summary>
    internal Tensor Weight => weight;

    /// <summary>Their gradient (U,N) after a backward pass.</summary>
    public Tensor Gradient => weight.grad ?? throw new InvalidOperationException("The rows have no gradient: no backward pass has reached them.");

    /// <summary>W_i of each clip of this rank's part of the batch (b,N), divided by σ where spectral norm is on.</summary>
    public Tensor Rows()
    {
        using var scope = NewDisposeScope();
        var rows = weight;
        if (u is not null)
            rows = weight / sigma!.Add(u.dot((weight - start).mv(v!)));
        return rows.index_select(0, inverse).MoveToOuterDisposeScope();
    }

    /// <summary>A step of Adam on these rows alone (Kingma and Ba 2015); each row counts its own steps.</summary>
    public void Adam(OptimizerSettings settings)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var grad = Gradient;
        for (int i = 0; i < steps.Length; i++)
            steps[i]++;
        mean.Mul_(settings.Beta1).Add_(grad, alpha: 1 - settings.Beta1);
        square.Mul_(settings.Beta2).Addcmul_(grad, grad, value: 1 - settings.Beta2);
        var unbiasedMean = mean / Correction(settings.Beta1);               // (U,N) / (U,1)
        var unbiasedSquare = square / Correction(settings.Beta2);
        weight.sub_(unbiasedMean.Mul(settings.DiscriminatorRate) / unbiasedSquare.sqrt().Add(settings.Epsilon));
        changed = true;
    }

    // 1 - beta^t of each row's own t, (U,1); in float64 first, where 0.999 leaves enough digits.
    Tensor Correction(double beta) =>
        tensor(Array.ConvertAll(steps, step => (float)(1 - Math.Pow(beta, step))), [steps.Length, 1]).to(weight.device);

    internal void WriteBack(RowsSpectrum? spectrum)
    {
        if (!changed)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        spectrum?.Replace(start.cpu(), weight.detach().cpu());
        Put(weight, RowLayout.Weight);
        Put(mean, RowLayout.Mean);
        Put(square, RowLayout.Square);
        for (int i = 0; i < unique.Length; i++)
            RowLayout.Steps(table[unique[i]], length) = steps[i];
    }

    // A tensor over an array of .NET's lies at any address, and the last bits of MKL's products depend on it: hence the copy.
    Tensor Take(Part part)
    {
        var values = new float[unique.Length * length];
        for (int i = 0; i < unique.Length; i++)
            part(table[unique[i]], length).CopyTo(values.AsSpan(i * length));
        return tensor(values, [unique.Length, length]).clone();
    }

    void Put(Tensor tensor, Part part)
    {
        float[] values = tensor.detach().cpu().data<float>().ToArray();
        for (int i = 0; i < unique.Length; i++)
            values.AsSpan(i * length, length).CopyTo(part(table[unique[i]], length));
    }

    Tensor Own(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => owned.ForEach(tensor => tensor.Dispose());
}
