using System.Diagnostics;
using System.Runtime.InteropServices;
using TalkingHead.Tests;
using TalkingHead.Tests.Training;
using TorchSharp;

namespace TalkingHead.EndToEndTests.Training;

/// <summary>What a whole training holds, the adversary, checkpoints, validation, samples and events included.</summary>
public sealed class TrainingMemoryTests(ITestOutputHelper output)
{
    const int Steps = 120, Stretch = 15; // between checkpoints
    const double MostGrowth = 8 * 1024;

    // The runtime compiles what runs often again, in memory of the same allocator: megabytes, in its own time.
    const string Once = "DOTNET_TieredCompilation";

    [Fact]
    public void AdversarialStepsLeaveNothingBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the C allocator's own count is asked of glibc.");
        if (Environment.GetEnvironmentVariable(Once) == "0")
        {
            Measure();
            Measure("training.batch=4", "optimizer.accumulation=2", "optimizer.parallel_parts=true");
            return;
        }
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "TalkingHead.EndToEndTests"),
            ["-method", $"{GetType().FullName}.{nameof(AdversarialStepsLeaveNothingBehind)}",
                "-showliveoutput"])
        { RedirectStandardOutput = true };
        start.Environment[Once] = "0";
        using var alone = Process.Start(start)!;
        var said = alone.StandardOutput.ReadToEnd();
        alone.WaitForExit();
        output.WriteLine(said);
        Assert.True(alone.ExitCode == 0, said);
    }

    // What happens once and late, such as the buffers of a thread that the pool adds, does not come again in the same process: what
    // grows then grows with the steps.
    void Measure(params string[] changes)
    {
        var (stays, figures) = Train(changes);
        if (!stays)
            (stays, figures) = Train(changes);
        Assert.True(stays, figures);
    }

    (bool Stays, string Figures) Train(string[] changes)
    {
        using var runs = new MadeRuns();
        var held = new List<(long Bytes, long Tensors, long Unowned)>();
        runs.Train("run", [$"training.steps={Steps}", "training.warm_up=0", "training.report_every=1",
            $"training.checkpoint_every={Stretch}", $"training.validate_every={Stretch}", $"training.sample_every={Stretch}", .. changes],
            new RecordingReporter(_ => held.Add(Held())), workers: 0);

        var stretches = held.Chunk(Stretch).Skip(2).ToArray(); // in the first ones everything happens for the first time
        long[] tensors = [.. stretches.Select(steps => steps.Min(at => at.Tensors)).Distinct()];
        double growth = stretches.Select(steps => steps[^1].Bytes - steps[1].Bytes).Order().ElementAt(stretches.Length / 2);
        var whole = stretches[^1].Min(at => at.Bytes) - stretches[0].Max(at => at.Bytes);
        var unowned = stretches.Max(steps => steps.Max(at => at.Unowned));
        var figures =
            $"{string.Join(", ", tensors)} tensors, of which {unowned} without an owner; in {Stretch - 2} steps live native memory "
            + $"grows by {growth / 1024:0.0} KiB (median), over {(stretches.Length - 1) * Stretch} with their checkpoints by "
            + $"{whole / 1024} KiB";
        output.WriteLine(figures);
        return (tensors.Length == 1 && unowned == 0 && growth < MostGrowth && whole < stretches.Length * MostGrowth, figures);
    }

    // Bytes after a collection: what waits for one, such as TorchSharp's nodes of autograd functions, comes and goes with its
    // time. Tensors must not wait: those that it frees had no owner.
    static (long Bytes, long Tensors, long Unowned) Held()
    {
        var tensors = torch.Tensor.TotalCount;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (LiveBytes(), tensors, tensors - torch.Tensor.TotalCount);
    }

    // Bytes of blocks in use, in all arenas and mapped.
    static long LiveBytes()
    {
        var counts = mallinfo2();
        return (long)(counts.InUse + counts.Mapped);
    }

    [DllImport("libc.so.6")]
    static extern AllocatorCounts mallinfo2();

    [StructLayout(LayoutKind.Sequential)]
    struct AllocatorCounts
    {
        public nuint Arena, FreeBlocks, FastBlocks, MappedBlocks, Mapped, Unused, Fast, InUse, Free, Trimmable;
    }
}
