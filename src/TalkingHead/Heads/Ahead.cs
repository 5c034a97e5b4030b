using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TalkingHead.Heads;

/// <summary>
/// A stage of a pipeline: a sequence that is worked out on a thread of its own, a bounded number of items ahead of whoever
/// takes them. Stages are laid one over the other; ending the last one early ends all.
/// </summary>
/// <param name="name">For the report.</param>
/// <param name="capacity">Items that may wait.</param>
sealed class Ahead(string name, int capacity)
{
    // What a thread spent waiting for the stage below: not its own work.
    [ThreadStatic] static long waited;

    long busy, items;

    public string Name => name;

    /// <summary>Time spent working, without waiting for what comes in or for room.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref busy));

    public long Items => Interlocked.Read(ref items);

    /// <summary>The sequence, its work done on this stage's thread.</summary>
    public IEnumerable<T> Run<T>(IEnumerable<T> work)
    {
        using var stop = new CancellationTokenSource();
        using var queue = new BlockingCollection<T>(capacity);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Produce) { IsBackground = true, Name = name };
        thread.Start();
        try
        {
            while (TryTake(out var item))
                yield return item;
            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }

        bool TryTake(out T item)
        {
            var start = Stopwatch.GetTimestamp();
            var taken = queue.TryTake(out item!, Timeout.Infinite);
            waited += Stopwatch.GetTimestamp() - start;
            return taken;
        }

        void Produce()
        {
            try
            {
                foreach (var item in Timed(work))
                    queue.Add(item, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Whoever takes has had enough.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e); // thrown where the items are taken
            }
            finally
            {
                queue.CompleteAdding();
            }
        }
    }

    /// <summary>The sequence as it is, on the thread that takes it, its work counted as this stage's.</summary>
    public IEnumerable<T> Timed<T>(IEnumerable<T> work)
    {
        using var each = work.GetEnumerator();
        while (true)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), waited);
            var there = each.MoveNext();
            Interlocked.Add(ref busy, Stopwatch.GetTimestamp() - start - (waited - before));
            if (!there)
                yield break;
            Interlocked.Increment(ref items);
            yield return each.Current;
        }
    }
}
