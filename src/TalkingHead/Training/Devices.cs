using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>Choosing and setting up what networks compute on.</summary>
public static class Devices
{
    /// <summary>The libtorch in use, for records.</summary>
    public static string Backend => $"libtorch {LibtorchLoader.Version}, {get_num_threads()} thread{(get_num_threads() == 1 ? "" : "s")}";

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
            throw new UserException($"--device {asked}: this machine has {cuda.device_count()} CUDA devices that libtorch can use. Take "
                + $"--device cpu or auto.");
        if (device.type is not (DeviceType.CPU or DeviceType.CUDA))
            throw UserException.Usage($"--device {asked}: no such device. Expected cpu, cuda, cuda:N or auto.");
        return (device, "as asked");
    }

    /// <summary>What holds for the whole process: TF32 as the precision says, an allocator that keeps a step's large blocks.</summary>
    public static void Configure(Precision precision)
    {
        var tf32 = precision != Precision.Float32;
        backends.cuda.matmul.allow_tf32 = tf32;
        backends.cudnn.allow_tf32 = tf32;
        LibtorchMemory.KeepLargeBlocks();
    }

    /// <summary>
    /// The most bytes that this process has used at once; on CUDA its host memory only, as TorchSharp does not say what the
    /// device holds.
    /// </summary>
    public static long PeakMemory()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>The processors that this process may run on, such as "0-7,32-39" (Linux); empty where the system does not say.</summary>
    public static string Processors => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(AllowedList, StringComparison.Ordinal)) is { } line
        ? line[AllowedList.Length..].Trim() : "";

    const string AllowedList = "Cpus_allowed_list:";

    /// <summary>Lets processes share the processors that they all run on, unless OMP_NUM_THREADS says how many threads each has.</summary>
    public static void ShareProcessors(int processes)
    {
        if (processes > 1 && Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            set_num_threads(Math.Max(1, Environment.ProcessorCount / processes));
    }

    /// <summary>Bytes of memory that this process uses.</summary>
    public static long MemoryInUse() => Environment.WorkingSet;
}
