using System.Diagnostics;
using System.Runtime.InteropServices;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Distributed;

/// <summary>
/// NCCL's C interface (nccl.h of 2.4 and later) by P/Invoke. Collectives go onto the stream in which libtorch computes, so
/// nothing waits for the device. libtorch_cuda exports the NCCL that it carries; where it carries none, libnccl.so.2.
/// </summary>
sealed unsafe class Nccl : IDisposable
{
    const int UInt8 = 1, Float32 = 7, Float64 = 8, Added = 0, InProgress = 7; // ncclDataType_t, ncclRedOp_t, ncclResult_t

    struct UniqueId { fixed byte bytes[128]; } // NCCL_UNIQUE_ID_BYTES

    readonly nint nccl, torch, communicator;
    readonly int device;
    readonly Timer timer;

    /// <summary>Meets the other ranks, when all do.</summary>
    /// <param name="ranks">They hear NCCL's unique id from rank 0.</param>
    /// <param name="device">The CUDA device of this rank's tensors; no other rank of its machine has the same.</param>
    /// <param name="name">Of this rank, for the sentence with which it ends when NCCL has lost the others or it is stuck.</param>
    /// <param name="deadline">To meet the others; twice as long without a meeting, and this rank is stuck.</param>
    public Nccl(Ranks ranks, int device, string name, TimeSpan deadline)
    {
        this.device = device;
        torch = LibtorchLoader.Loaded("libtorch_cuda.so") is [var file, ..] ? NativeLibrary.Load(file) : 0; // the same that computes
        nccl = torch != 0 && NativeLibrary.TryGetExport(torch, "ncclCommInitRank", out _) ? torch
            : NativeLibrary.TryLoad("libnccl.so.2", out var other) ? other : 0;
        if (nccl == 0 || torch == 0)
            throw new UserException("several ranks on CUDA need NCCL, which neither this libtorch nor libnccl.so.2 offers. Install NCCL "
                + "(Debian: libnccl2), or take --device cpu.");
        // NCCL takes the thread's current device. TorchSharp leaves it at the first; this guard is kept, so it stays this rank's.
        nint guard, made;
        Check(((delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(torch, "aoti_torch_create_cuda_guard"))(device, &guard));
        UniqueId id;
        var text = new Span<byte>(&id, sizeof(UniqueId));
        if (ranks.IsFirst)
            Check(((delegate* unmanaged<UniqueId*, int>)Export("ncclGetUniqueId"))(&id));
        ranks.FromFirst(text.ToArray()).CopyTo(text);
        using (new Watchdog(deadline, $"{name} has waited for --rank-timeout ({deadline.TotalSeconds:0.#} s) in ncclCommInitRank: another "
            + $"rank hangs, or NCCL finds no way to it (NCCL_DEBUG=INFO shows more)."))
            Check(((delegate* unmanaged<nint*, int, UniqueId, int, int>)Export("ncclCommInitRank"))(&made, ranks.Count, id, ranks.Rank));
        communicator = made;
        SinceOthers.Restart();
        timer = new Timer(_ => Watch(name, 2 * deadline), null, dueTime: 1000, period: 1000);
    }

    /// <summary>Runs since this rank last waited for others.</summary>
    public Stopwatch SinceOthers { get; } = Stopwatch.StartNew();

    /// <summary>Puts the sum over all ranks into everybody's numbers.</summary>
    public void Sum(Tensor flat) =>
        Collective("ncclAllReduce", flat, flat.numel(), flat.dtype == ScalarType.Float64 ? Float64 : Float32, Added);

    /// <summary>Puts the root's numbers into everybody's.</summary>
    public void Broadcast(Tensor flat, int root) => Collective("ncclBroadcast", flat, flat.numel() * flat.element_size(), UInt8, root);

    // In place.
    void Collective(string name, Tensor flat, long count, int type, int how)
    {
        void* data = Aten.Data(flat);
        nint stream;
        var current = (delegate* unmanaged<int, nint*, int>)NativeLibrary.GetExport(torch, "aoti_torch_get_current_cuda_stream");
        Check(current(device, &stream));
        Check(((delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Export(name))(data, data, (nuint)count, type, how,
            communicator, stream));
    }

    // On a thread of its own: the rank's thread may wait for the device. The launcher ends the others.
    void Watch(string name, TimeSpan patience)
    {
        int state, code = ((delegate* unmanaged<nint, int*, int>)Export("ncclCommGetAsyncError"))(communicator, &state);
        var failure = code != 0 || state is not (0 or InProgress)
            ? $"has lost the others: NCCL says \"{Words(code != 0 ? code : state)}\""
            : SinceOthers.Elapsed <= patience ? null
            : $"has not met the others for {patience.TotalSeconds:0} s (twice --rank-timeout): its GPU or another rank hangs";
        if (failure is not null)
            Watchdog.End($"{name} {failure}.");
    }

    nint Export(string name) => NativeLibrary.GetExport(nccl, name);

    string Words(int code) => Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Export("ncclGetErrorString"))(code))!;

    // libtorch's own failure is 1, which is ncclUnhandledCudaError.
    void Check(int code)
    {
        if (code != 0)
            throw new UserException($"NCCL says \"{Words(code)}\". Run with NCCL_DEBUG=INFO to see why.");
    }

    public void Dispose()
    {
        timer.DisposeAsync().AsTask().Wait(); // its last look at the communicator has ended
        ((delegate* unmanaged<nint, int>)Export("ncclCommDestroy"))(communicator);
    }
}
