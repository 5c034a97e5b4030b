using System.Runtime.InteropServices;
using TorchSharp.Door;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>The libtorch that this process runs on.</summary>
public static unsafe class Runtime
{
    /// <summary>As libtorch spells it: "1.13.1", "2.8.0".</summary>
    public static string VersionText { get; } = Marshal.PtrToStringUTF8((nint)NativeMethods.td_version())!;

    public static Version Version { get; } = Version.Parse(VersionText.Split('+', '-')[0]);

    /// <summary>Threads in one operator on the CPU, and why so many: "2 threads (libtorch's own default is 1)".</summary>
    public static string Threads
    {
        get
        {
            var count = get_num_threads();
            var reason = count == NativeMethods.OwnThreads ? "libtorch's own default" : $"libtorch's own default is {NativeMethods.OwnThreads}";
            if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { } set) reason = $"OMP_NUM_THREADS is {set}";
            return $"{count} {(count == 1 ? "thread" : "threads")} ({reason})";
        }
    }

    /// <summary>How OpenBLAS was set up and why, should libtorch use it; empty where the environment decides.</summary>
    public static string Blas
    {
        get
        {
            _ = NativeMethods.OwnThreads; // set up when libtorch is loaded
            return Door.Blas.Description;
        }
    }

    /// <summary>Whether a CUDA device can be used now.</summary>
    public static bool HasCuda => cuda.is_available();

    /// <summary>One line for a log: version, threads and their reason, devices.</summary>
    public static string Describe() =>
        $"libtorch {VersionText}, {Threads}{(Blas.Length > 0 ? $", OpenBLAS {Blas}" : "")}, {(HasCuda ? $"{cuda.device_count()} CUDA {(cuda.device_count() == 1 ? "device" : "devices")}" : "no CUDA device")}";

    /// <summary>Whether this libtorch knows the operator, such as "aten::_fused_adam_".</summary>
    public static bool HasOperator(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? NativeMethods.td_find(name, "") : NativeMethods.td_find(name[..dot], name[(dot + 1)..])) != 0;
    }
}
