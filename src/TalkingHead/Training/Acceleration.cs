using TalkingHead.Configuration;
using TalkingHead.Distributed;
using TorchSharp;
#if SYSTEM_LIBTORCH
using TorchSharp.Libtorch;
#endif
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// The device and what makes it fast. What TorchSharp's API lacks (autocast, memory statistics) comes from this
/// repository's engine; with a NuGet package in its place it answers with one sentence.
/// </summary>
public static class Acceleration
{
    /// <summary>The libtorch in use, for records.</summary>
    public static string Backend =>
#if SYSTEM_LIBTORCH
        Runtime.Describe();
#else
        $"the NuGet package's, {get_num_threads()} threads";
#endif

    /// <summary>Turns "cpu", "cuda", "cuda:1" or "auto" into a device, and says why.</summary>
    /// <exception cref="UserException">No such device here.</exception>
    public static (Device Device, string Reason) Choose(string asked)
    {
        if (asked == "auto")
            return cuda.is_available() ? (CUDA, "auto: a CUDA device is there") : (CPU, "auto: there is no CUDA device");
        Device device;
        try
        {
            device = new Device(asked);
        }
        catch (ArgumentException)
        {
            throw UserException.Usage($"--device {asked}: no such device. Expected cpu, cuda, cuda:N or auto.");
        }
        if (device.type == DeviceType.CUDA && device.index >= cuda.device_count() || device.type == DeviceType.CUDA && !cuda.is_available())
            throw new UserException($"--device {asked}: this machine has {cuda.device_count()} CUDA devices that libtorch can use. Take --device cpu or auto.");
        if (device.type is not (DeviceType.CPU or DeviceType.CUDA))
            throw UserException.Usage($"--device {asked}: no such device. Expected cpu, cuda, cuda:N or auto.");
        return (device, "as asked");
    }

    /// <summary>The forward passes inside the result use <paramref name="precision"/>; null where there is nothing to switch.</summary>
    /// <exception cref="UserException">The libtorch at hand cannot.</exception>
    public static IDisposable? Autocast(Precision precision, Device device)
    {
        if (precision != Precision.Bf16)
            return null;
#if SYSTEM_LIBTORCH
        return new Autocast(device.type, ScalarType.BFloat16);
#else
        throw new UserException("training.precision bf16 needs autocast, which the TorchSharp package does not offer. Take tf32 or float32, or build with TorchPackage=system.");
#endif
    }

    /// <summary>What holds for the whole process: TF32 as the precision says, an allocator that keeps a step's large blocks.</summary>
    public static void Configure(Precision precision)
    {
        bool tf32 = precision != Precision.Float32;
        backends.cuda.matmul.allow_tf32 = tf32;
        backends.cudnn.allow_tf32 = tf32;
        TalkingHead.Libtorch.NativeMemory.KeepLargeBlocks();
    }

    /// <summary>Gives an optimiser the kernel that is fastest where its parameters are: on CUDA one for all of them, where libtorch has it.</summary>
    internal static void Speed(TorchSharp.Modules.Adam optimizer, Device device)
    {
#if SYSTEM_LIBTORCH
        if (device.type == DeviceType.CUDA)
            AdamKernels.Use(optimizer, AdamKernels.Best(device));
#endif
    }

    /// <summary>
    /// Instance norm of maps (B,C,H,W) with scale and shift (B,C), in one kernel; null where there is none for these
    /// tensors: take the steps.
    /// </summary>
    internal static Tensor? InstanceNorm(Tensor x, Tensor scale, Tensor shift, double epsilon) =>
#if SYSTEM_LIBTORCH
        FusedKernels.Take(x, scale, shift) ? FusedKernels.InstanceNorm(x, scale, shift, epsilon) : null;
#else
        null;
#endif

    /// <summary>softmax(q kᵀ) v of (B,P,·) in one kernel; null where there is none for these tensors, or gradients are wanted: take the steps.</summary>
    internal static Tensor? Attention(Tensor q, Tensor k, Tensor v) =>
#if SYSTEM_LIBTORCH
        FusedKernels.Take(q, k, v) && !(is_grad_enabled() && (q.requires_grad || k.requires_grad || v.requires_grad)) ? FusedKernels.Attention(q, k, v) : null;
#else
        null;
#endif

    /// <summary>Whether <see cref="Record"/> has something to record with.</summary>
    public static bool Records(Device device) =>
#if SYSTEM_LIBTORCH
        device.type == DeviceType.CUDA && CudaGraph.Available;
#else
        false;
#endif

    /// <summary>
    /// Records <paramref name="work"/> of fixed shapes as a CUDA graph, one launch in the place of hundreds; it reads the
    /// same tensors at every replay, so inputs are copied into them. Null where nothing can record: call the work instead.
    /// </summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The work waits for the device, say, or memory does not suffice.</exception>
    public static RecordedWork? Record(Device device, Func<IReadOnlyList<Tensor>> work)
    {
#if SYSTEM_LIBTORCH
        if (Records(device))
        {
            var graph = CudaGraph.Capture(device, work);
            return new RecordedWork(graph.Results, graph.Replay, graph);
        }
#endif
        return null;
    }

    /// <summary>The most bytes that were in use at once: on the device where it has its own memory, else in the process since its start.</summary>
    public static long PeakMemory(Device device)
    {
#if SYSTEM_LIBTORCH
        if (device.type == DeviceType.CUDA)
            return Memory.Cuda(device).PeakReserved;
#endif
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Lets the processes of one machine share its processors, unless OMP_NUM_THREADS says how many threads each has.</summary>
    public static void ShareProcessors(int processes)
    {
        if (processes > 1 && Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            set_num_threads(Math.Max(1, Environment.ProcessorCount / processes));
    }

    /// <summary>Bytes of memory in use: the device's where it has its own, else the process's.</summary>
    public static long MemoryInUse(Device device)
    {
#if SYSTEM_LIBTORCH
        if (device.type == DeviceType.CUDA)
            return Memory.Cuda(device).Allocated;
#endif
        return Environment.WorkingSet;
    }
}

/// <summary>Work that a device does again at one word.</summary>
/// <param name="Results">What it returned; written anew by each replay, from the first on.</param>
/// <param name="Replay">Starts it; does not wait.</param>
/// <param name="Owner">Frees it and its memory.</param>
public sealed record RecordedWork(IReadOnlyList<Tensor> Results, Action Replay, IDisposable Owner);

#if SYSTEM_LIBTORCH
/// <summary>The tensors' way between ranks: c10d's, over Gloo for a CPU and NCCL for CUDA.</summary>
sealed class Collectives : IDisposable
{
    const string FirstKey = "talkinghead/first";
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1); // between two looks at whether a rank has failed

    readonly RankPlace place;
    readonly TcpStore store;
    ProcessGroup? group;

    /// <summary>Finds the others' store, or serves it.</summary>
    /// <exception cref="UserException">Nobody answers in time, or the port is taken.</exception>
    public Collectives(RankPlace place, TimeSpan patience)
    {
        this.place = place;
        bool serves = place.Rank == 0 && !place.LauncherServes;
        try
        {
            store = new TcpStore(place.Host, place.Port, serves, patience, $"talkinghead/{place.Attempt}/");
        }
        catch (System.Runtime.InteropServices.ExternalException failure)
        {
            throw new UserException(serves
                ? $"rank 0 cannot serve {place.Host}:{place.Port} ({failure.Message}). Choose another MASTER_PORT, the same for every rank."
                : $"rank {place.Rank}: nobody answers at {place.Host}:{place.Port} ({failure.Message}). Check that rank 0 runs there, and that MASTER_ADDR and MASTER_PORT are the same for every rank.", failure);
        }
    }

    /// <summary>Rank 0's text, once.</summary>
    public string FromFirst(string? mine)
    {
        if (mine is not null)
            store.Set(FirstKey, System.Text.Encoding.UTF8.GetBytes(mine));
        return System.Text.Encoding.UTF8.GetString(store.Get(FirstKey));
    }

    /// <summary>Forms the group, when every rank does.</summary>
    public void Form(Device device, string address, TimeSpan timeout)
    {
        var backend = device.type == DeviceType.CUDA ? CollectiveBackend.Nccl : CollectiveBackend.Gloo;
        if (!ProcessGroup.Has(backend))
            throw new UserException(backend == CollectiveBackend.Nccl
                ? $"several ranks on {device} need NCCL, with which the engine was not built: nccl.h was not found, or this libtorch has no NCCL. Install NCCL's and CUDA's headers and build again."
                : "several ranks on a CPU need Gloo, with which the engine was not built: install its headers (Debian: libgloo-dev) and build again.");
        group = new ProcessGroup(store, backend, place.Rank, place.Count, timeout, place.Interface, address);
    }

    /// <summary>Puts the root's numbers into everybody's tensor.</summary>
    public void Broadcast(Tensor tensor, int root, Action check) => Finish(group!.Broadcast(tensor, root), check);

    /// <summary>Puts the sum into everybody's tensor.</summary>
    public void Sum(Tensor tensor, Action check) => Finish(group!.AllReduce(tensor), check);

    /// <summary>Buckets of gradients, which are sent during backward.</summary>
    public GradientBuckets Buckets(IReadOnlyList<Parameter> parameters) => new(new TorchSharp.Libtorch.GradientBuckets(group!, parameters));

    static void Finish(CollectiveWork work, Action check)
    {
        using (work)
            while (!work.Wait(Look))
                check();
    }

    /// <summary>Leaves the others where they are: after a failure a goodbye would wait for them.</summary>
    public void Abort()
    {
        if (group?.Backend == CollectiveBackend.Gloo)
            group.Abort();
    }

    public void Dispose()
    {
        group?.Dispose();
        store.Dispose();
    }

    /// <summary>The engine's buckets, waited for with a look at whether a rank has failed.</summary>
    public sealed class GradientBuckets(TorchSharp.Libtorch.GradientBuckets buckets) : IDisposable
    {
        public void Arm() => buckets.Arm();

        public void Finish(Action check)
        {
            buckets.Send();
            while (!buckets.Wait(Look))
                check();
        }

        public void Dispose() => buckets.Dispose();
    }
}
#else
/// <summary>The tensors' way between ranks, which a NuGet package does not offer: the first call says so, no other is reached.</summary>
sealed class Collectives : IDisposable
{
    public Collectives(RankPlace place, TimeSpan patience) => throw UserException.Usage(
        $"WORLD_SIZE is {place.Count}: several ranks need c10d, which the TorchSharp package does not offer. Build with TorchPackage=system, or start one process without WORLD_SIZE.");

    public string FromFirst(string? mine) => mine!;
    public void Form(Device device, string address, TimeSpan timeout) { }
    public void Broadcast(Tensor tensor, int root, Action check) { }
    public void Sum(Tensor tensor, Action check) { }
    public GradientBuckets Buckets(IReadOnlyList<Parameter> parameters) => new();
    public void Abort() { }
    public void Dispose() { }

    public sealed class GradientBuckets : IDisposable
    {
        public void Arm() { }
        public void Finish(Action check) { }
        public void Dispose() { }
    }
}
#endif
