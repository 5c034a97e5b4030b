using System.Globalization;
using TalkingHead.Heads;
using TorchSharp;

namespace TalkingHead.Cli;

/// <summary>How many people are evaluated at once, and on how many threads each.</summary>
/// <param name="Count">At once.</param>
/// <param name="Threads">Of each. Not the processors' share: sums of gradients depend on it in their last bits, and records made with any number at once are to be the same.</param>
/// <param name="Apart">In processes of their own; on a GPU this one does the work.</param>
/// <param name="Note">What was chosen and why.</param>
sealed record EvaluationJobs(int Count, int Threads, bool Apart, string Note)
{
    const int Most = 1024;

    /// <param name="asked">--jobs; 0 leaves it to this.</param>
    /// <param name="run">What is evaluated, and where.</param>
    /// <param name="people">Who are still to be evaluated.</param>
    /// <exception cref="UserException">No number of jobs, or several on a GPU.</exception>
    internal static EvaluationJobs Choose(int asked, TrainedRun run, int people)
    {
        if (asked is < 0 or > Most)
            throw UserException.Usage($"--jobs {asked}: expected 0 to {Most}.");
        if (run.Device.type != DeviceType.CPU)
            return asked <= 1 ? new(1, 1, false, $"jobs: 1 ({run.Device} is one person's at a time)")
                : throw UserException.Usage($"--jobs {asked}: expected 1 on {run.Device}, which is one person's at a time; --device cpu evaluates several at once.");

        // OMP_NUM_THREADS is how libtorch and MKL are told; so small networks as fine-tuning's gain nothing from a second thread.
        var threads = int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var told) && told > 0 ? told : 1;
        var (processors, memory) = (Math.Max(1, Environment.ProcessorCount / threads), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        var room = (int)Math.Clamp(memory / MemoryOf(run.Configuration.Data.Size), 1, Most);
        var (count, reason) = asked > 0 ? (asked, "as asked")
            : room < processors ? (room, $"what {memory >> 30} GiB of memory hold; --jobs N asks for others")
            : (processors, $"{Environment.ProcessorCount} processors");
        if (people < count)
            (count, reason) = (Math.Max(1, people), $"{people} {(people == 1 ? "person is" : "people are")} to be evaluated");
        return new(count, threads, true, string.Create(CultureInfo.InvariantCulture, $"jobs: {count} of {threads} thread{(threads == 1 ? "" : "s")} each ({reason})"));
    }

    // Of one process; grows with the pictures.
    static long MemoryOf(int size) => (400L << 20) + 50_000L * size * size;
}
