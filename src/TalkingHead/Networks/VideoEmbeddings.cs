using TalkingHead.Configuration;
using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>
/// W (paper, section 3.1): one row of N numbers per training clip, found by the clip's stable id. The table stays on
/// the CPU (or in a scratch file); a step sees the rows of its batch only, and Adam's moments and step count live with
/// their row, so a million clips cost no memory on the device and no time in a step.
/// </summary>
/// <remarks>
/// Spectral norm divides every row by σ, the largest singular value of the whole table. σ² is the largest eigenvalue
/// of the N x N matrix WᵀW, which is kept up to date row by row; so σ is that of all rows, at a cost that does not
/// depend on their number. One power iteration refines its direction v at each <see cref="Gather"/>. The gradient
/// through σ reaches the rows of the batch; its share on the other rows, of the order of 1/M, is left out, so that a
/// step changes no row but those of its clips.
/// </remarks>
public sealed class VideoEmbeddings : IDisposable
{
    readonly int length;
    readonly double deviation;
    readonly long seed;
    readonly RowTable table;
    readonly Dictionary<string, int> numbers = [];
    readonly List<string> clips = [];
    readonly RowsSpectrum? spectrum;
    RowBatch? pending;

    /// <param name="length">N.</param>
    /// <param name="deviation">Standard deviation of a new row.</param>
    /// <param name="seed">Decides new rows, together with their clips' ids.</param>
    /// <param name="spectralNorm">Whether rows are divided by σ.</param>
    /// <param name="file">A scratch file for the table; none keeps it in memory (12 N bytes a row).</param>
    public VideoEmbeddings(int length, double deviation, long seed, bool spectralNorm, string? file = null)
    {
        (this.length, this.deviation, this.seed) = (length, deviation, seed);
        table = new RowTable(RowLayout.Width(length), file);
        spectrum = spectralNorm ? new RowsSpectrum(length, seed) : null;
    }

    /// <summary>As the other, from a configuration.</summary>
    public VideoEmbeddings(RunConfiguration configuration, string? file = null)
        : this(configuration.Network.Embedding, configuration.Network.RowDeviation, configuration.Training.Seed, configuration.SpectralNorm.Rows, file)
    {
    }

    /// <summary>N.</summary>
    public int Length => length;

    /// <summary>Rows there are, one per clip.</summary>
    public int Count => table.Count;

    /// <summary>Clips in the order of their rows.</summary>
    public IReadOnlyList<string> Clips => clips;

    /// <summary>Rows that the initialiser made since this table was made or loaded. A run reports it.</summary>
    public int Created { get; private set; }

    /// <summary>Makes a row for every clip that has none; returns how many that were.</summary>
    public int Add(IEnumerable<string> newClips)
    {
        int before = Count;
        foreach (string clip in newClips)
            if (!numbers.ContainsKey(clip))
                RowInitializer.Fill(RowLayout.Weight(table[Append(clip)], length), clip, seed, deviation);
        Created += Count - before;
        spectrum?.Add(table, before);
        return Count - before;
    }

    /// <summary>
    /// The rows of a batch of clips (B), on <paramref name="device"/>; unknown clips get a new row, which
    /// <see cref="Created"/> counts. The batch before it is written back first, so one batch is out at a time.
    /// </summary>
    /// <param name="batch">Clips of the whole step, of all ranks.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <param name="first">This rank's part of them starts here.</param>
    /// <param name="count">How many are its part; -1 for all the rest.</param>
    public RowBatch Gather(IReadOnlyList<string> batch, Device device, int first = 0, int count = -1)
    {
        Flush();
        Add(batch);
        using var scope = NewDisposeScope();
        int[] rows = [.. batch.Select(clip => numbers[clip])];
        pending = new RowBatch(table, length, rows, first..(count < 0 ? rows.Length : first + count), spectrum?.Iterate(), device);
        return pending;
    }

    /// <summary>Writes what the optimiser did to the last batch back into the table. Waits for the device.</summary>
    public void Flush()
    {
        if (pending == null)
            return;
        pending.WriteBack(spectrum);
        pending.Dispose();
        pending = null;
    }

    /// <summary>A copy of one clip's row as it is in the table, before any division by σ.</summary>
    public float[] Row(string clip)
    {
        Flush();
        return RowLayout.Weight(table[numbers[clip]], length).ToArray();
    }

    /// <summary>Puts numbers (Count,N) in the place of all rows; moments and step counts stay.</summary>
    internal void Overwrite(ReadOnlySpan<float> rows)
    {
        Flush();
        for (int row = 0; row < Count; row++)
            rows.Slice(row * length, length).CopyTo(RowLayout.Weight(table[row], length));
        spectrum?.Recompute(table);
    }

    internal RowTable Table => table;

    internal RowsSpectrum? Spectrum => spectrum;

    /// <summary>Forgets every row and the batch that is out, as if none had been made.</summary>
    internal void Clear()
    {
        pending?.Dispose();
        pending = null;
        table.Clear();
        numbers.Clear();
        clips.Clear();
        Created = 0;
    }

    internal int Append(string clip)
    {
        int row = table.Add();
        numbers.Add(clip, row);
        clips.Add(clip);
        return row;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pending?.Dispose();
        spectrum?.Dispose();
        table.Dispose();
    }
}

/// <summary>What a row of the table holds: N weights, N gradient means, N gradient squares, the number of steps.</summary>
static class RowLayout
{
    public static int Width(int length) => 3 * length + 1;

    public static Span<float> Weight(Span<float> row, int length) => row[..length];

    public static Span<float> Mean(Span<float> row, int length) => row[length..(2 * length)];

    public static Span<float> Square(Span<float> row, int length) => row[(2 * length)..(3 * length)];

    public static ref float Steps(Span<float> row, int length) => ref row[3 * length];
}
