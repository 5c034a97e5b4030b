using TalkingHead.Configuration;
using TorchSharp;
#if SYSTEM_LIBTORCH
using TorchSharp.Libtorch;
#endif
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// The device and what makes it fast. What TorchSharp's API lacks (autocast, memory statistics) comes from this
/// repository's engine; with a NuGet package in its place it answers with one sentence.
/// </summary>
public static class Acceleration
{
    /// <summary>The libtorch in use, for records.</summary>
    public static string Libtorch =>
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
#if SYSTEM_LIBTORCH
        Memory.KeepLargeBlocks();
        Determinism.CudnnAutotune = true; // shapes stay the same for a whole run
#endif
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
    /// Records <paramref name="work"/> of fixed shapes as a CUDA graph, one launch in the place of hundreds; it reads the
    /// same tensors at every replay, so inputs are copied into them. Null where nothing can record: call the work instead.
    /// </summary>
    public static RecordedWork? Record(Device device, Func<Tensor> work)
    {
#if SYSTEM_LIBTORCH
        if (device.type == DeviceType.CUDA && CudaGraph.Available)
        {
            var graph = CudaGraph.Capture(device, () => [work()]);
            return new RecordedWork(graph.Results[0], graph.Replay, graph);
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
/// <param name="Result">What it returned; written anew by each replay.</param>
/// <param name="Replay">Starts it; does not wait.</param>
/// <param name="Owner">Frees it and its memory.</param>
public sealed record RecordedWork(Tensor Result, Action Replay, IDisposable Owner);
