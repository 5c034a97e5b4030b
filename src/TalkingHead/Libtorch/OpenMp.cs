using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TalkingHead.Libtorch;

/// <summary>
/// Loops on the threads of libtorch's own OpenMP. Other threads would wait for a processor on which OpenMP's idle thread
/// spins for the next operator.
/// </summary>
static unsafe class OpenMp
{
    // Of GNU OpenMP's interface for compilers (libgomp, GOMP_4.0); reached through libtorch, which depends on it.
    static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> parallel =
        (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)Aten.Export("GOMP_parallel");

    static readonly delegate* unmanaged<int> threadNumber = (delegate* unmanaged<int>)Aten.Export("omp_get_thread_num");

    struct Loop
    {
        public delegate*<void*, int, int, void> Body;
        public void* State;
        public int Items, Threads;
    }

    /// <summary>
    /// Calls <paramref name="body"/> with ranges that together are 0 to <paramref name="items"/>, at most one for each of this
    /// thread's libtorch threads. The body must not throw.
    /// </summary>
    public static void For(int items, delegate*<void*, int, int, void> body, void* state)
    {
        var loop = new Loop { Body = body, State = state, Items = items, Threads = Math.Min(items, get_num_threads()) };
        if (loop.Threads <= 1)
            body(state, 0, items);
        else if (parallel != null && threadNumber != null)
            parallel(&Enter, &loop, (uint)loop.Threads, 0);
        else
        {
            var at = (nint)(&loop);
            Parallel.For(0, loop.Threads, thread => Run((Loop*)at, thread));
        }
    }

    [UnmanagedCallersOnly]
    static void Enter(void* loop) => Run((Loop*)loop, threadNumber());

    static void Run(Loop* loop, int thread) =>
        loop->Body(loop->State, (int)((long)loop->Items * thread / loop->Threads), (int)((long)loop->Items * (thread + 1) / loop->Threads));
}
