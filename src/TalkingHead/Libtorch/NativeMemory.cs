using System.Runtime.InteropServices;

namespace TalkingHead.Libtorch;

/// <summary>How the C allocator under libtorch treats large blocks.</summary>
static partial class NativeMemory
{
    // glibc's malloc.h.
    const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;

    /// <summary>
    /// Keeps large blocks: a step's activations come back in the next step, and fresh pages would have to be mapped and
    /// cleared each time. Does nothing where the allocator is not glibc's.
    /// </summary>
    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            mallopt(MapThreshold, 1 << 30);
            mallopt(TrimThreshold, -1); // never: what a step frees at its end, the next one takes again
            mallopt(TopPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no mallopt.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
