using System.Runtime.InteropServices;

namespace TorchSharp.Door;

/// <summary>What OpenBLAS, Debian's fast BLAS, is told before it is loaded with libtorch; it reads its environment once.</summary>
static partial class Blas
{
    const string Threads = "OPENBLAS_NUM_THREADS";

    /// <summary>What was set and why, for a log; empty where the user had set it.</summary>
    internal static string Description { get; private set; } = "";

    /// <summary>
    /// Must come before libtorch is loaded. OpenBLAS's threads and libtorch's wait for each other's processors, each
    /// turning in a loop meanwhile: with both, the paper's 256x256 step takes 1.3 times as long on two processors, and now
    /// and then a small one thirty times.
    /// </summary>
    internal static void Prepare()
    {
        if (Environment.GetEnvironmentVariable(Threads) is not null) return;
        SetEnvironment(Threads, "1", 0); // .NET's own copy would not reach a native library
        Description = "on one thread, so that it does not fight libtorch's";
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetEnvironment(string name, string value, int overwrite);
}
