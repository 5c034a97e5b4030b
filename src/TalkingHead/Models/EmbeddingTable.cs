using System.Runtime.InteropServices;
using System.Text;
using TalkingHead.Configuration;
using TalkingHead.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Models;

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
public sealed class EmbeddingTable : IDisposable
{
    readonly int length;
    readonly double deviation;
    readonly long seed;
    readonly EmbeddingRows table;
    readonly Dictionary<string, int> numbers = [];
    readonly List<string> clips = [];
    readonly EmbeddingSpectrum? spectrum;
    EmbeddingBatch? pending;

    /// <param name="length">N.</param>
    /// <param name="deviation">Standard deviation of a new row.</param>
    /// <param name="seed">Decides new rows, together with their clips' ids.</param>
    /// <param name="spectralNorm">Whether rows are divided by σ.</param>
    /// <param name="file">A scratch file for the table; none keeps it in memory (12 N bytes a row).</param>
    public EmbeddingTable(int length, double deviation, long seed, bool spectralNorm, string? file = null)
    {
        (this.length, this.deviation, this.seed) = (length, deviation, seed);
        table = new EmbeddingRows(EmbeddingLayout.Width(length), file);
        spectrum = spectralNorm ? new EmbeddingSpectrum(length, seed) : null;
    }

    /// <summary>As the other, from a configuration.</summary>
    public EmbeddingTable(RunConfiguration configuration, string? file = null)
        : this(configuration.Network.Embedding, configuration.Network.RowDeviation, configuration.Training.Seed,
            configuration.SpectralNorm.Rows, file)
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
        var before = Count;
        foreach (var clip in newClips)
            if (!numbers.ContainsKey(clip))
                EmbeddingInitializer.Fill(EmbeddingLayout.Weight(table[Append(clip)], length), clip, seed, deviation);
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
    public EmbeddingBatch Gather(IReadOnlyList<string> batch, Device device, int first = 0, int count = -1)
    {
        Flush();
        Add(batch);
        using var scope = NewDisposeScope();
        int[] rows = [.. batch.Select(clip => numbers[clip])];
        pending = new EmbeddingBatch(table, length, rows, first..(count < 0 ? rows.Length : first + count), spectrum?.Iterate(), device);
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
        return EmbeddingLayout.Weight(table[numbers[clip]], length).ToArray();
    }

    /// <summary>Puts numbers (Count,N) in the place of all rows; moments and step counts stay.</summary>
    internal void Overwrite(ReadOnlySpan<float> rows)
    {
        Flush();
        for (var row = 0; row < Count; row++)
            rows.Slice(row * length, length).CopyTo(EmbeddingLayout.Weight(table[row], length));
        spectrum?.Recompute(table);
    }

    internal EmbeddingRows Table => table;

    internal EmbeddingSpectrum? Spectrum => spectrum;

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
        var row = table.Add();
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
static class EmbeddingLayout
{
    public static int Width(int length) => 3 * length + 1;

    public static Span<float> Weight(Span<float> row, int length) => row[..length];

    public static Span<float> Mean(Span<float> row, int length) => row[length..(2 * length)];

    public static Span<float> Square(Span<float> row, int length) => row[(2 * length)..(3 * length)];

    public static ref float Steps(Span<float> row, int length) => ref row[3 * length];
}

/// <summary>
/// W on disk, one safetensors file: "clips" (UTF-8, a line each), "rows" (M, 3N+1: weights, both moments, steps), the
/// spectrum.
/// </summary>
static class EmbeddingTableFile
{
    const string ClipsName = "clips", RowsName = "rows", GramName = "spectrum.gram", DirectionName = "spectrum.direction";

    /// <summary>Writes the table row by row: a million rows are never in memory twice.</summary>
    public static void Save(this EmbeddingTable embeddings, string path)
    {
        embeddings.Flush();
        var clips = Encoding.UTF8.GetBytes(string.Concat(embeddings.Clips.Select(clip => clip + "\n")));
        var width = EmbeddingLayout.Width(embeddings.Length);
        var entries = new List<SafeTensorsEntry>
        {
            new(ClipsName, ScalarType.Byte, [clips.Length], stream => stream.Write(clips)),
            new(RowsName, ScalarType.Float32, [embeddings.Count, width], stream =>
            {
                for (var row = 0; row < embeddings.Count; row++)
                    stream.Write(MemoryMarshal.AsBytes(embeddings.Table[row]));
            }),
        };
        if (embeddings.Spectrum is { } spectrum)
        {
            entries.Add(new(GramName, ScalarType.Float64, spectrum.Gram.shape, stream => TensorBytes.Write(spectrum.Gram, stream)));
            entries.Add(new(DirectionName, ScalarType.Float64, spectrum.Direction.shape,
                stream => TensorBytes.Write(spectrum.Direction, stream)));
        }
        SafeTensorsWriter.Write(path, entries);
    }

    /// <summary>Puts a saved table in the place of this one, which must be empty or hold the same clips first.</summary>
    /// <exception cref="UserException">The file is damaged, or its rows have another length.</exception>
    public static void Load(this EmbeddingTable embeddings, string path)
    {
        using var file = SafeTensorsFile.Open(path);
        var width = EmbeddingLayout.Width(embeddings.Length);
        var rows = Find(file, RowsName);
        if (rows.Shape is not [_, var found] || found != width)
            throw new UserException(
                $"{path}: the rows of W are ({string.Join(",", rows.Shape)}), expected (M,{width}). Use the configuration that the run was "
                + $"started with.");
        var clips = Encoding.UTF8.GetString(Find(file, ClipsName).ToArray<byte>()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (clips.Length != rows.Shape[0])
            throw new UserException($"{path}: names {clips.Length} clips for {rows.Shape[0]} rows of W: the file is damaged.");
        embeddings.Clear();
        var values = rows.ToArray<float>();
        for (var clip = 0; clip < clips.Length; clip++)
            values.AsSpan(clip * width, width).CopyTo(embeddings.Table[embeddings.Append(clips[clip])]);
        if (embeddings.Spectrum is not { } spectrum)
            return;
        using var scope = NewDisposeScope();
        spectrum.Gram.copy_(Find(file, GramName).ToTensor());
        spectrum.Direction = Find(file, DirectionName).ToTensor();
    }

    static StoredTensor Find(SafeTensorsFile file, string name) => file.Tensors.TryGetValue(name, out var found) ? found
        : throw new UserException($"{file.Path}: has no tensor \"{name}\". Use the configuration that the run was started with.");
}

/// <summary>
/// Normal numbers for a clip's new row from the seed and the clip's id alone: the same row whatever was created
/// before it, on any machine.
/// </summary>
static class EmbeddingInitializer
{
    const ulong FnvOffset = 14695981039346656037, FnvPrime = 1099511628211;

    public static void Fill(Span<float> row, string clip, long seed, double deviation)
    {
        var state = FnvOffset ^ (ulong)seed;
        foreach (var b in Encoding.UTF8.GetBytes(clip))
            state = (state ^ b) * FnvPrime;
        var random = CounterRandom.FromState(state);
        for (var i = 0; i < row.Length; i += 2)
        {
            // Box and Muller: two uniform numbers to two normal ones.
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.Unit())), angle = 2 * Math.PI * random.Unit();
            row[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < row.Length)
                row[i + 1] = (float)(radius * Math.Sin(angle));
        }
    }
}
