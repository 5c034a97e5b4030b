using TorchSharp.Door;
using TorchSharp.Modules;
using static TorchSharp.Door.Operators;

namespace TorchSharp.Libtorch;

/// <summary>
/// Averages the gradients of parameters over a group, in flat buckets that are sent while backward still makes the
/// others (as DistributedDataParallel does, Li et al. 2020). Each step: <see cref="Arm"/> before the last backward that
/// adds to the gradients, then <see cref="Send"/>, then <see cref="Wait"/>.
/// </summary>
public sealed unsafe class GradientBuckets : IDisposable
{
    /// <summary>As DistributedDataParallel's; the first bucket has 1 MiB at most.</summary>
    public const int UsualBytes = 25 << 20;

    readonly ProcessGroup group;
    nint handle;

    /// <param name="group">Must live as long as the buckets.</param>
    /// <param name="parameters">Float32 leaves in the order of their use, the same in every process.</param>
    /// <param name="bytes">Of one bucket, about.</param>
    public GradientBuckets(ProcessGroup group, IReadOnlyList<Parameter> parameters, int bytes = UsualBytes)
    {
        this.group = group;
        nint[] handles = [.. parameters.Select(parameter => parameter.Live)];
        fixed (nint* first = handles)
            handle = Check(NativeMethods.td_buckets_new(group.Handle, first, handles.Length, bytes), "gradient buckets");
        GC.KeepAlive(parameters);
    }

    ~GradientBuckets() => NativeMethods.td_buckets_release(handle);

    /// <summary>How many there are.</summary>
    public int Count => (int)NativeMethods.td_buckets_count(Handle);

    /// <summary>The next backward makes the gradients whole: each bucket goes as soon as it is.</summary>
    public void Arm() => NativeMethods.td_buckets_arm(Handle);

    /// <summary>Sends what has not gone yet, all of it without <see cref="Arm"/>; returns how many buckets had gone during backward.</summary>
    public int Send() => (int)Check(NativeMethods.td_buckets_send(Handle), "all-reduce of gradients");

    /// <summary>
    /// Waits for the averages and puts them in the place of the gradients; false where they are not there within the
    /// time, and another call goes on waiting. A parameter without a gradient keeps none.
    /// </summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">It failed: a process is gone, or the group's time is up.</exception>
    public bool Wait(TimeSpan time)
    {
        var status = Check(NativeMethods.td_buckets_wait(Handle, (long)time.TotalMilliseconds), "all-reduce of gradients");
        GC.KeepAlive(this);
        return status == 0;
    }

    nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(GradientBuckets));

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMethods.td_buckets_release(Interlocked.Exchange(ref handle, 0));
        GC.SuppressFinalize(this);
        GC.KeepAlive(group);
    }
}
