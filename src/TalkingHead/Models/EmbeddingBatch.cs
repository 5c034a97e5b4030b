using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// The rows of W that a batch needs, with their Adam moments, on the device for one training step. σ is linear in
/// them, σ = uᵀ W v, with u and v fixed for the step. Owned by <see cref="EmbeddingTable"/>.
/// </summary>
public sealed class EmbeddingBatch : IDisposable
{
    delegate Span<float> Part(Span<float> row, int length);

    readonly EmbeddingRows table;
    readonly int length;
    readonly int[] unique;
    readonly List<Tensor> owned = [];
    readonly Tensor weight, start, mean, square; // (U,N), a row for each different clip
    readonly float[] steps;                      // of Adam, of each row
    readonly Tensor inverse;                     // (b), places in U of this rank's part of the batch
    readonly Tensor? u, v, sigma;                // (U), (N), ()
    bool changed;

    internal EmbeddingBatch(EmbeddingRows table, int length, int[] rows, Range part, (Tensor Direction, Tensor Sigma)? spectrum,
        Device device)
    {
        (this.table, this.length) = (table, length);
        unique = [.. rows.Distinct().Order()];
        using var scope = NewDisposeScope();
        start = Own(Take(EmbeddingLayout.Weight).to(device));
        weight = Own(start.clone());
        mean = Own(Take(EmbeddingLayout.Mean).to(device));
        square = Own(Take(EmbeddingLayout.Square).to(device));
        steps = Array.ConvertAll(unique, row => EmbeddingLayout.Steps(table[row], length));
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
    public Tensor Gradient =>
        weight.grad ?? throw new InvalidOperationException("The rows have no gradient: no backward pass has reached them.");

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
        for (var i = 0; i < steps.Length; i++)
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

    internal void WriteBack(EmbeddingSpectrum? spectrum)
    {
        if (!changed)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        spectrum?.Replace(start.cpu(), weight.detach().cpu());
        Put(weight, EmbeddingLayout.Weight);
        Put(mean, EmbeddingLayout.Mean);
        Put(square, EmbeddingLayout.Square);
        for (var i = 0; i < unique.Length; i++)
            EmbeddingLayout.Steps(table[unique[i]], length) = steps[i];
    }

    // A tensor over an array of .NET's lies at any address, and the last bits of MKL's products depend on it: hence the copy.
    Tensor Take(Part part)
    {
        var values = new float[unique.Length * length];
        for (var i = 0; i < unique.Length; i++)
            part(table[unique[i]], length).CopyTo(values.AsSpan(i * length));
        return tensor(values, [unique.Length, length]).clone();
    }

    void Put(Tensor tensor, Part part)
    {
        var values = tensor.detach().cpu().data<float>().ToArray();
        for (var i = 0; i < unique.Length; i++)
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

/// <summary>
/// A growing table of equally long float rows outside the garbage collector's reach: in memory, or in a scratch file
/// that the system pages in and out, so that a million rows need no such memory.
/// </summary>
sealed unsafe class EmbeddingRows : IDisposable
{
    const int RowsPerSegment = 4096;

    readonly int width;
    readonly FileStream? file;
    readonly List<Segment> segments = [];

    // In memory there is no map and no view.
    readonly record struct Segment(nint Start, MemoryMappedFile? Map, MemoryMappedViewAccessor? View);

    /// <summary>Rows of <paramref name="width"/> floats; in a scratch file at <paramref name="path"/> where one is given.</summary>
    public EmbeddingRows(int width, string? path)
    {
        this.width = width;
        if (path != null)
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    public int Count { get; private set; }

    /// <summary>The floats of one row; invalid after <see cref="Dispose"/>.</summary>
    public Span<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count);
            return new Span<float>((float*)segments[row / RowsPerSegment].Start + (long)(row % RowsPerSegment) * width, width);
        }
    }

    /// <summary>Appends a row of zeros and returns its number.</summary>
    public int Add()
    {
        if (Count == segments.Count * RowsPerSegment)
            AddSegment();
        return Count++;
    }

    /// <summary>Forgets every row; the room stays.</summary>
    public void Clear()
    {
        for (var row = 0; row < Count; row++)
            this[row].Clear(); // Add promises zeros
        Count = 0;
    }

    void AddSegment()
    {
        long bytes = (long)RowsPerSegment * width * sizeof(float), offset = segments.Count * bytes;
        if (file == null)
        {
            segments.Add(new Segment((nint)NativeMemory.AllocZeroed((nuint)bytes), null, null));
            return;
        }
        file.SetLength(offset + bytes);
        var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None,
            leaveOpen: true);
        var view = map.CreateViewAccessor(offset, bytes);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        segments.Add(new Segment((nint)(start + view.PointerOffset), map, view));
    }

    public void Dispose()
    {
        foreach (var (start, map, view) in segments)
        {
            if (view == null)
                NativeMemory.Free((void*)start);
            view?.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            map?.Dispose();
        }
        segments.Clear();
        Count = 0;
        file?.Dispose();
    }
}

/// <summary>
/// The largest singular value σ of a table of rows, from the matrix WᵀW (N,N) in float64, which changes with each row
/// that changes. Its direction v is refined by power iteration and kept.
/// </summary>
sealed class EmbeddingSpectrum : IDisposable
{
    const int RowsAtOnce = 4096;

    readonly int length;
    readonly Tensor gram;
    Tensor v;

    public EmbeddingSpectrum(int length, long seed)
    {
        this.length = length;
        using var scope = NewDisposeScope();
        gram = zeros(length, length, ScalarType.Float64).DetachFromDisposeScope();
        var start = new float[length];
        EmbeddingInitializer.Fill(start, "v", seed, 1);
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
    public void Add(EmbeddingRows table, int first)
    {
        for (var start = first; start < table.Count; start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var values = new float[Math.Min(RowsAtOnce, table.Count - start) * length];
            for (var i = 0; i < values.Length / length; i++)
                EmbeddingLayout.Weight(table[start + i], length).CopyTo(values.AsSpan(i * length));
            Change(tensor(values, [values.Length / length, length]), 1);
        }
    }

    /// <summary>Starts again from all rows.</summary>
    public void Recompute(EmbeddingRows table)
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
