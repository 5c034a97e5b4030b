using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TalkingHead.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Training;

/// <summary>
/// Does parts of a work at the same time, each on a thread of its own in which libtorch has one thread: what comes out
/// has the same bits on any number of processors, which operators that threads share do not promise. For a CPU.
/// </summary>
sealed class ParallelParts : IDisposable
{
    [ThreadStatic] static int mine; // the part that this thread is at

    readonly BlockingCollection<Action>[] works; // of all parts but the first
    readonly int threadsBefore = get_num_threads();
    readonly object gate = new();
    int turn; // the part that may add what it found

    /// <summary>Starts a thread for each part but the first, which is the caller's.</summary>
    public ParallelParts(int parts)
    {
        set_num_threads(1);
        works = [.. Enumerable.Range(1, parts - 1).Select(part =>
        {
            var work = new BlockingCollection<Action>();
            new Thread(() =>
            {
                set_num_threads(1);
                mine = part;
                foreach (var action in work.GetConsumingEnumerable())
                    action();
            })
            { IsBackground = true, Name = $"part {part}" }.Start();
            return work;
        })];
    }

    /// <summary>For the parts of a batch where the configuration asks for it and it can be; null for one after the other.</summary>
    public static ParallelParts? For(RunConfiguration configuration, DeviceType device)
    {
        var settings = configuration.Optimizer;
        // A power iteration in each forward pass changes what other parts read.
        return settings.ParallelParts && settings.Accumulation > 1 && device == DeviceType.CPU
            && configuration.SpectralNorm.Iterate == PowerIteration.Step ? new ParallelParts(settings.Accumulation) : null;
    }

    /// <summary>Threads there are.</summary>
    public int Parts => works.Length + 1;

    /// <summary>
    /// What <paramref name="work"/> gives for each part (from 0; no more than there are threads), when all have ended.
    /// Tensors that it gives are in the caller's dispose scope for part 0, and in none for the others.
    /// </summary>
    /// <param name="parts">How many.</param>
    /// <param name="work">Of one part.</param>
    /// <param name="first">Whether libtorch meets these shapes for the first time. Then one part follows the other: oneDNN
    /// (3.x, in libtorch 2.10) crashes where two threads make the same primitive at once; using one is safe.</param>
    /// <exception cref="Exception">What the first of the parts that failed threw.</exception>
    public T[] Run<T>(int parts, Func<int, T> work, bool first = false)
    {
        var results = new T[parts];
        var failures = new Exception?[parts];
        turn = 0;
        using var others = new CountdownEvent(parts);
        if (first)
            Do(0);
        for (var part = 1; part < parts; part++)
        {
            var number = part;
            works[part - 1].Add(() => Do(number));
            if (first)
                InTurn(() => { }, number + 1);
        }
        if (!first)
            Do(0);
        others.Wait();
        if (failures.FirstOrDefault(failure => failure is not null) is { } failed)
            ExceptionDispatchInfo.Throw(failed);
        return results;

        void Do(int part)
        {
            try
            {
                results[part] = work(part);
            }
            catch (Exception failure)
            {
                failures[part] = failure;
            }
            InTurn(() => turn++);
            others.Signal();
        }
    }

    /// <summary>
    /// Within the work of a part: does <paramref name="action"/> when the parts before have ended, so that sums have an
    /// order.
    /// </summary>
    public void InTurn(Action action) => InTurn(action, mine);

    void InTurn(Action action, int after)
    {
        lock (gate)
        {
            while (turn != after)
                Monitor.Wait(gate);
            action();
            Monitor.PulseAll(gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var work in works)
            work.CompleteAdding();
        set_num_threads(threadsBefore);
    }
}
