using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Data;

/// <summary>
/// Loads batches of episodes ahead of their use. Batches come in the sampler's order and with the same bytes, whatever the
/// number of workers.
/// </summary>
/// <remarks>
/// Who owns what: the sampler, the counters and the bookkeeping of slots belong to whoever holds <c>gate</c>. A slot's
/// bytes belong to the workers that took its episodes, until none is left; then to the caller of <see cref="Next"/> on a
/// CPU, to the uploading thread with a GPU; then the slot is free. Tensors on the GPU belong to the uploading thread until
/// a batch is uploaded, then to the caller, whose conversion is queued on the same stream as the next upload. The floats
/// that a batch consists of are the caller's alone, and are written by <see cref="Next"/>. The loader owns all buffers and
/// frees them when every thread has ended.
/// </remarks>
public sealed class EpisodeLoader : IDisposable
{
    readonly object gate = new();
    readonly Dataset dataset;
    readonly EpisodeSampler sampler;
    readonly EpisodeLoading loading;
    readonly EpisodeSlot[] slots; // batch n is in slot n % slots.Length
    readonly Tensor[] uploads;    // on the GPU: batch n is in n % uploads.Length; empty on a CPU
    readonly (string[] Clips, EpisodeSamplerState After, Exception? Fault)[] uploaded;
    readonly Tensor floats;       // of the batch that the caller has
    readonly Thread[] threads;
    readonly long first;
    long begun, freed, sent, handed; // batches: drawn, out of their slot, on the GPU, with the caller
    bool stopped;
    Exception? uploadFault;

    /// <param name="dataset">Must stay open as long as the loader.</param>
    /// <param name="sampler">The loader's alone from now on.</param>
    /// <param name="loading">Batches, pictures, threads.</param>
    /// <param name="device">Where batches are wanted; null is the CPU.</param>
    /// <param name="number">Of the first batch: those before it were loaded by an earlier loader.</param>
    /// <exception cref="UserException">The batch does not fit in one buffer.</exception>
    public EpisodeLoader(Dataset dataset, EpisodeSampler sampler, EpisodeLoading loading, Device? device = null, long number = 0)
    {
        (this.dataset, this.sampler, this.loading, State) = (dataset, sampler, loading, sampler.State);
        ArgumentOutOfRangeException.ThrowIfLessThan(loading.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(loading.Workers);
        ArgumentOutOfRangeException.ThrowIfLessThan(loading.Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)loading.Rank, (uint)loading.Ranks);
        var side = dataset.Size;
        if (EpisodeSlot.Length(loading.Batch, sampler.Shots, side) > int.MaxValue)
            throw UserException.Usage($"a batch of {loading.Batch} episodes of {sampler.Shots} shots at {side} pixels is larger than 2 GiB "
                + $"of pictures; lower the batch.");
        first = begun = freed = sent = handed = number;
        var onGpu = device is not null && device.type == DeviceType.CUDA;
        slots = [.. Enumerable.Range(0, loading.Prefetch + 1).Select(_ => new EpisodeSlot(loading.Batch, sampler.Shots, side, onGpu))];
        using (NewDisposeScope())
        {
            uploads = onGpu || loading.Uploads ? [.. Enumerable.Range(0,
                2).Select(_ => zeros_like(slots[0].Bytes, device: device).DetachFromDisposeScope())] : [];
            floats = zeros([slots[0].Bytes.NumberOfElements], ScalarType.Float32, device).DetachFromDisposeScope();
        }

        uploaded = new (string[], EpisodeSamplerState, Exception?)[uploads.Length];
        threads = [.. Enumerable.Range(0, EpisodeLoading.Threads(loading.Workers, device).Count)
            .Select(i => new Thread(Work) { IsBackground = true, Name = $"episodes {i}" })];
        if (uploads.Length > 0)
            threads = [.. threads, new Thread(Upload) { IsBackground = true, Name = "episodes to the GPU" }];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>Where the sampler was after the last batch that <see cref="Next"/> gave: from there on all is still to come.</summary>
    public EpisodeSamplerState State { get; private set; }

    /// <summary>Number of the batch that <see cref="Next"/> gives next.</summary>
    public long NextNumber => handed;

    /// <summary>
    /// The next batch, as soon as it is there. Its tensors are views of one buffer, always the same: they hold until the
    /// next call. Fresh memory for each batch would cost more than decoding it.
    /// </summary>
    /// <exception cref="UserException">A clip of it is damaged; names clip and shard. The batch after it can be asked for.</exception>
    public LoadedBatch Next()
    {
        ObjectDisposedException.ThrowIf(stopped, this);
        var slot = slots[handed % slots.Length];
        lock (gate)
        {
            while (uploads.Length == 0 ? !IsFull(handed) : sent == handed && uploadFault is null)
                Monitor.Wait(gate);
        }

        if (uploads.Length > 0 && sent == handed)
            throw new InvalidOperationException($"Loading failed: {uploadFault!.Message}", uploadFault);
        var (clips, after, fault) = uploads.Length == 0 ? (Clips(slot), slot.After!, slot.Fault) : uploaded[handed % uploads.Length];
        var batch = fault is null ? Batch(slot, clips, after) : null;
        State = after;
        lock (gate)
        {
            handed++;
            if (uploads.Length == 0)
                freed++;
            Monitor.PulseAll(gate);
        }

        return batch ?? throw (fault is UserException mistake
            ? new UserException(mistake.Message, mistake, mistake.ExitCode)
            : new InvalidOperationException($"Loading failed: {fault!.Message}", fault));
    }

    // On the GPU this is only queued; on the same stream as what fills the buffer next.
    LoadedBatch Batch(EpisodeSlot slot, string[] clips, EpisodeSamplerState after)
    {
        PictureTensor.FromBytes(uploads.Length == 0 ? slot.Bytes : uploads[handed % uploads.Length], into: floats);
        var (sources, sourceLandmarks, targets, targetLandmarks) = slot.Parts(floats);
        return new LoadedBatch(handed, new(sources, sourceLandmarks, targets, targetLandmarks,
            clips[First..(First + loading.Batch)])
        { StepClips = clips, First = First }, after);
    }

    /// <summary>Ends all threads, then frees all buffers.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopped)
                return;
            stopped = true;
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads)
            thread.Join();
        foreach (var slot in slots)
            slot.Dispose();
        foreach (var upload in uploads)
            upload.Dispose();
        floats.Dispose();
    }

    void Work()
    {
        var reader = new EpisodeReader(dataset, loading);
        while (TakeEpisode() is var (slot, episode))
        {
            Exception? fault = null;
            try
            {
                slot.Fill(episode, reader);
            }
            catch (Exception e)
            {
                fault = e;
            }

            lock (gate)
            {
                slot.Fault ??= fault;
                if (--slot.Left == 0)
                    Monitor.PulseAll(gate);
            }
        }
    }

    // The next episode of the youngest batch; with none left there, a new batch, as soon as a slot is free.
    (EpisodeSlot Slot, int Episode)? TakeEpisode()
    {
        lock (gate)
        {
            while (!stopped)
            {
                if (begun > first && slots[(begun - 1) % slots.Length] is var youngest && youngest.Begun < loading.Batch)
                    return (youngest, youngest.Begun++);
                if (begun - freed < slots.Length)
                    Begin(slots[begun++ % slots.Length]);
                else
                    Monitor.Wait(gate);
            }
        }

        return null;
    }

    void Begin(EpisodeSlot slot)
    {
        slot.Step = [.. Enumerable.Range(0, loading.Batch * loading.Ranks).Select(_ => sampler.Next())];
        slot.Episodes = slot.Step[First..(First + loading.Batch)];
        (slot.After, slot.Fault, slot.Begun, slot.Left) = (sampler.State, null, 0, loading.Batch);
        Monitor.PulseAll(gate);
    }

    // A copy waits for the GPU, so it has a thread of its own; what it waits for is not what the training thread queues next.
    void Upload()
    {
        while (TakeFull() is { } slot)
        {
            try
            {
                if (slot.Fault is null)
                    uploads[sent % uploads.Length].copy_(slot.Bytes);
                uploaded[sent % uploads.Length] = (Clips(slot), slot.After!, slot.Fault);
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    uploadFault = e;
                    Monitor.PulseAll(gate);
                }

                return;
            }

            lock (gate)
            {
                sent++;
                freed++;
                Monitor.PulseAll(gate);
            }
        }
    }

    EpisodeSlot? TakeFull()
    {
        lock (gate)
        {
            while (!stopped && (!IsFull(sent) || sent - handed == uploads.Length))
                Monitor.Wait(gate);
            return stopped ? null : slots[sent % slots.Length];
        }
    }

    bool IsFull(long batch) => begun > batch && slots[batch % slots.Length].Left == 0;

    int First => loading.Rank * loading.Batch;

    string[] Clips(EpisodeSlot slot) => Array.ConvertAll(slot.Step, episode => dataset[episode.Clip].Id);
}

/// <summary>
/// How episodes are loaded. Only <see cref="Batch"/>, <see cref="Ranks"/>, <see cref="Rank"/> and <see cref="Drawing"/>
/// change what comes out.
/// </summary>
public sealed record EpisodeLoading
{
    /// <summary>Episodes in a batch.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>
    /// Ranks that share each step's episodes: of <see cref="Batch"/> times as many that are drawn, this one loads its part.
    /// </summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Which of them this one is.</summary>
    public int Rank { get; init; }

    /// <summary>How landmark images are drawn.</summary>
    public LandmarkDrawing Drawing { get; init; } = new();

    /// <summary>Threads that decode and draw; 0 leaves it to <see cref="Threads"/>.</summary>
    public int Workers { get; init; }

    /// <summary>Batches that may be ready or in the making while one is used.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>How many threads decode and draw for a step on <paramref name="device"/>, and why.</summary>
    public static (int Count, string Reason) Threads(int asked, Device? device) =>
        asked > 0 ? (asked, "as asked")
        : device is { type: DeviceType.CUDA } ? (2, "auto: beside a GPU's step")
        : (1, "auto: on a CPU the step needs the processors, and one is enough for it");

    /// <summary>Goes the GPU's way on any device, for tests of it.</summary>
    internal bool Uploads { get; init; }
}

/// <summary>A batch, and how to get back behind it.</summary>
/// <param name="Number">Counted from the first batch of the training.</param>
/// <param name="Episodes">In [-1, 1] on the loader's device, until the next batch is asked for.</param>
/// <param name="After">Where the sampler is after this batch.</param>
public sealed record LoadedBatch(long Number, EpisodeBatch Episodes, EpisodeSamplerState After);

/// <summary>
/// Room for one batch in memory of the host, pinned where it goes to a GPU: one tensor of bytes, which travels and is
/// converted at once. Its parts: sources (B,K,3,S,S), their landmark images, targets (B,3,S,S), their landmark images.
/// </summary>
sealed unsafe class EpisodeSlot : IDisposable
{
    readonly long frames, pictures; // bytes of all source frames; of all targets
    readonly int picture;           // bytes of one
    readonly byte* start;

    internal EpisodeSlot(int batch, int shots, int side, bool pinned)
    {
        (picture, Batch, Shots, Side) = (3 * side * side, batch, shots, side);
        (frames, pictures) = ((long)batch * shots * picture, (long)batch * picture);
        using var scope = NewDisposeScope();
        var bytes = zeros([Length(batch, shots, side)], ScalarType.Byte);
        Bytes = (pinned ? bytes.pin_memory() : bytes).DetachFromDisposeScope();
        fixed (byte* at = Bytes.bytes)
            start = at; // memory of the tensor's, which does not move
    }

    internal int Batch { get; }

    internal int Shots { get; }

    internal int Side { get; }

    /// <summary>All parts, one after the other.</summary>
    internal Tensor Bytes { get; }

    // From here on: written by the loader under its lock.
    internal Episode[] Step = [], Episodes = []; // of all ranks; this rank's part of them, which the slot holds
    internal EpisodeSamplerState? After;
    internal Exception? Fault;
    internal int Begun, Left; // episodes that a worker took; that are not finished

    internal static long Length(int batch, int shots, int side) => 2L * batch * (shots + 1) * 3 * side * side;

    /// <summary>Lets a reader fill the place of one episode; different episodes at the same time.</summary>
    internal void Fill(int episode, EpisodeReader reader) => reader.Read(
        Episodes[episode],
        new(start + (long)episode * Shots * picture, Shots * picture),
            new(start + frames + (long)episode * Shots * picture, Shots * picture),
        new(start + 2 * frames + (long)episode * picture, picture), new(start + 2 * frames + pictures + (long)episode * picture, picture));

    /// <summary>The parts of a float tensor made of <see cref="Bytes"/>, as views of it.</summary>
    internal (Tensor Sources, Tensor SourceLandmarks, Tensor Targets, Tensor TargetLandmarks) Parts(Tensor all) =>
        (Part(all, 0, frames).view(Batch, Shots, 3, Side, Side), Part(all, frames, frames).view(Batch, Shots, 3, Side, Side),
        Part(all, 2 * frames, pictures).view(Batch, 3, Side, Side), Part(all, 2 * frames + pictures, pictures).view(Batch, 3, Side, Side));

    public void Dispose() => Bytes.Dispose();

    static Tensor Part(Tensor all, long first, long length) => all.narrow(0, first, length);
}
