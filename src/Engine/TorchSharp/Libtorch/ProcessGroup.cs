using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>What carries a group's tensors.</summary>
public enum CollectiveBackend
{
    /// <summary>Tensors on the CPU, over TCP.</summary>
    Gloo,

    /// <summary>Tensors on CUDA devices, one a process.</summary>
    Nccl,
}

/// <summary>How an all-reduce puts numbers together.</summary>
public enum Reduction
{
    Sum,
    Minimum,
    Maximum,
}

/// <summary>
/// A fixed set of processes that call the same collectives in the same order (c10d's process groups). Tensors are
/// contiguous, of one shape and type everywhere, and change in place. A collective has only begun when its method
/// returns: see <see cref="CollectiveWork"/>.
/// </summary>
public sealed unsafe class ProcessGroup : IDisposable
{
    readonly TcpStore store; // the native group talks through it as long as it lives
    nint handle;

    /// <param name="store">Where the processes meet; a key prefix is not needed for one group.</param>
    /// <param name="backend">What carries the tensors.</param>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="size">All processes.</param>
    /// <param name="timeout">After which a collective fails.</param>
    /// <param name="networkInterface">Of Gloo: the interface to listen at, such as "eth0".</param>
    /// <param name="address">Of Gloo, where no interface is given: the local address to listen at; null takes what the host name stands for.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The backend is not built in, or a process did not come in time.</exception>
    public ProcessGroup(TcpStore store, CollectiveBackend backend, int rank, int size, TimeSpan timeout, string? networkInterface = null, string? address = null)
    {
        (this.store, Backend, Rank, Size) = (store, backend, rank, size);
        handle = Check(NativeMethods.td_group_new(store.Handle, (long)backend, rank, size, (long)timeout.TotalMilliseconds, networkInterface, address), $"{backend} group, rank {rank} of {size}");
    }

    ~ProcessGroup() => NativeMethods.td_group_release(handle);

    /// <summary>Whether libtorch and the door have the backend.</summary>
    public static bool Has(CollectiveBackend backend) => NativeMethods.td_has_backend((long)backend) != 0;

    public CollectiveBackend Backend { get; }

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>All processes.</summary>
    public int Size { get; }

    /// <summary>Puts the root's numbers into everybody's tensor.</summary>
    public CollectiveWork Broadcast(Tensor tensor, int root = 0) => Begin(NativeMethods.td_group_broadcast(Handle, Checked(tensor), root), "broadcast", tensor);

    /// <summary>Puts the sum, the least or the largest over all processes into everybody's tensor.</summary>
    public CollectiveWork AllReduce(Tensor tensor, Reduction reduction = Reduction.Sum) =>
        Begin(NativeMethods.td_group_all_reduce(Handle, Checked(tensor), (long)reduction), "all-reduce", tensor);

    /// <summary>Puts everybody's tensor into the results, in the order of ranks.</summary>
    public CollectiveWork AllGather(Tensor tensor, IReadOnlyList<Tensor> results)
    {
        if (results.Count != Size) throw new ArgumentException($"An all-gather of {Size} processes has {results.Count} results.", nameof(results));
        var handles = new nint[Size];
        for (var rank = 0; rank < Size; rank++) handles[rank] = Checked(results[rank]);
        fixed (nint* first = handles)
            return Begin(NativeMethods.td_group_all_gather(Handle, Checked(tensor), first), "all-gather", tensor, results);
    }

    /// <summary>Done when every process has called it.</summary>
    public CollectiveWork Barrier() => Begin(NativeMethods.td_group_barrier(Handle), "barrier");

    /// <summary>What is under way fails, here and with the others; the group is of no more use.</summary>
    public void Abort()
    {
        Check(NativeMethods.td_group_abort(Handle), $"{Backend} abort");
        GC.KeepAlive(this);
    }

    internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(ProcessGroup));

    static nint Checked(Tensor tensor) => tensor.is_contiguous() ? tensor.Live
        : throw new ArgumentException($"A collective needs a contiguous tensor, this one is ({string.Join(",", tensor.shape)}) with strides ({string.Join(",", tensor.stride())}).");

    CollectiveWork Begin(nint work, string what, params object[] alive)
    {
        GC.KeepAlive(alive);
        GC.KeepAlive(this);
        return new CollectiveWork(Check(work, what), what);
    }

    /// <summary>Waits for what is under way, at most the group's time.</summary>
    public void Dispose()
    {
        NativeMethods.td_group_release(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
        GC.KeepAlive(store);
    }
}

/// <summary>A collective that has begun. On CUDA it is done when what the device has queued before is done.</summary>
public sealed class CollectiveWork : IDisposable
{
    readonly string what;
    nint handle;

    internal CollectiveWork(nint handle, string what) => (this.handle, this.what) = (handle, what);

    ~CollectiveWork() => NativeMethods.td_work_release(handle);

    /// <summary>
    /// Waits for the collective; false where it is not done within the time, and still under way. On CUDA it does not
    /// wait: what this thread does next with the tensor comes after the collective.
    /// </summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">It failed: a process is gone, or the group's time is up.</exception>
    public bool Wait(TimeSpan time)
    {
        ObjectDisposedException.ThrowIf(handle == 0, this);
        var status = Check(NativeMethods.td_work_wait(handle, (long)time.TotalMilliseconds), what);
        GC.KeepAlive(this);
        return status == 0;
    }

    /// <summary>Waits as long as the group's time allows.</summary>
    /// <inheritdoc cref="Wait(TimeSpan)" path="/exception"/>
    public void Wait()
    {
        while (!Wait(TimeSpan.FromSeconds(10)))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMethods.td_work_release(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
    }
}
