using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

[Collection(nameof(ProcessWide))]
public sealed class MemoryTests
{
    const long Megabyte = 1 << 20;

    [Fact]
    public void ResidentMemoryAndItsPeakFollowATensor()
    {
        Memory.ResetPeakResident();
        var before = Memory.Resident;
        using (var large = ones(64 * Megabyte)) // 256 MiB
        {
            Assert.InRange(Memory.Resident - before, 128 * Megabyte, 512 * Megabyte);
        }
        Assert.InRange(Memory.PeakResident - before, 128 * Megabyte, 512 * Megabyte);
        Memory.ResetPeakResident();
        Assert.InRange(Memory.PeakResident, Memory.Resident - 64 * Megabyte, Memory.Resident + 64 * Megabyte);
    }

    [Fact]
    public void LargeBlocksAreKeptForTheNextStep()
    {
        Memory.KeepLargeBlocks();
        for (var warm = 0; warm < 3; warm++) ones(8 * Megabyte).Dispose();
        var before = PageFaults();
        for (var step = 0; step < 10; step++) ones(8 * Megabyte).Dispose();
        Assert.InRange(PageFaults() - before, 0, 10_000); // fresh pages would be 8,192 a step
    }

    static long PageFaults()
    {
        var fields = File.ReadAllText("/proc/self/stat");
        return long.Parse(fields[(fields.LastIndexOf(')') + 2)..].Split(' ')[7]);
    }

    [Fact]
    public void StatisticsOfADeviceThatIsNotThereAreRefused()
    {
        if (Runtime.HasCuda)
        {
            using var one = ones([1000], device: CUDA);
            Assert.InRange(Memory.Cuda(CUDA).Allocated, 4000, Memory.Cuda(CUDA).PeakReserved);
            Memory.ResetPeakCuda(CUDA);
            Memory.EmptyCudaCache();
            return;
        }
        var error = Assert.Throws<NotSupportedException>(() => Memory.Cuda(CUDA));
        Assert.Equal($"There is no CUDA device here for memory statistics (libtorch {Runtime.VersionText}).", error.Message);
        Assert.Throws<NotSupportedException>(Memory.EmptyCudaCache);
        Assert.StartsWith("cpu is no CUDA device.", Assert.Throws<ArgumentException>(() => Memory.Cuda(CPU)).Message);
    }
}
