using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Distributed;

/// <summary>
/// MPI's C interface (MPI 3.1) by P/Invoke. Open MPI's handles are addresses of its own objects, those of MPICH and its
/// relatives (Intel's, Microsoft's) are numbers: from mpi.h of Open MPI 4.1 and of MPICH 4.0.
/// </summary>
sealed unsafe class Mpi
{
    const int Serialized = 2;      // MPI_THREAD_SERIALIZED: calls come from any thread, one at a time
    const int VersionBytes = 8192; // MPICH's MPI_MAX_LIBRARY_VERSION_STRING, the largest
    const int NoticeBytes = 2 * sizeof(int), NoticeTag = 1;
    const int ActionBytes = 256;   // no struct sigaction is larger
    static readonly int[] Faults = OperatingSystem.IsWindows() ? [] : [4, 5, 6, 7, 8, 11]; // SIGILL, TRAP, ABRT, BUS, FPE, SEGV

    readonly nint library, world, bytes, floats, doubles, sum, errorsReturn, inPlace;
    readonly int anySource;
    readonly nint* request = (nint*)NativeMemory.AllocZeroed(8); // of the one collective that is under way
    readonly void* status = NativeMemory.Alloc(64);              // no MPI_Status is larger
    readonly int* notice = (int*)NativeMemory.Alloc(NoticeBytes), answer = (int*)NativeMemory.Alloc(sizeof(int));

    Mpi(nint library)
    {
        this.library = library;
        var open = NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _);
        nint Handle(string name, nint mpich) => open ? Export($"ompi_mpi_{name}") : mpich;
        (world, bytes, floats) = (Handle("comm_world", 0x44000000), Handle("byte", 0x4c00010d), Handle("float", 0x4c00040a));
        (doubles, sum, errorsReturn) = (Handle("double", 0x4c00080b), Handle("op_sum", 0x58000003), Handle("errors_return", 0x54000001));
        (inPlace, anySource) = open ? (1, -1) : (-1, -2);
    }

    /// <summary>This machine's library; null where there is none.</summary>
    /// <param name="mpich">Whether MPICH comes first where there are both.</param>
    public static Mpi? Find(bool mpich = false) => KeepingFaults(() =>
    {
        string[] openMpi = ["libmpi.so.40"], others = ["libmpi.so.12", "libmpich.so.12", "msmpi.dll"];
        return (mpich ? others.Concat(openMpi) : openMpi.Concat(others)).Append("libmpi.so")
            .Select(name => NativeLibrary.TryLoad(name, out var library) ? new Mpi(library) : null).FirstOrDefault(mpi => mpi is not null);
    });

    /// <summary>Name and version in the library's own words.</summary>
    public string Version()
    {
        var text = stackalloc byte[VersionBytes];
        Check(((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, answer));
        return Encoding.UTF8.GetString(text, *answer).Split(['\n', ',', '\0'])[0].Replace('\t', ' ').Trim();
    }

    /// <summary>Meets the processes that were started together. From here on an error is a return value.</summary>
    public (int Rank, int Count) Start() => KeepingFaults(() =>
    {
        int rank, count;
        Check(((delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread"))(null, null, Serialized, answer));
        Check(((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(world, errorsReturn));
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(world, &rank));
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(world, &count));
        return (rank, count);
    });

    /// <summary>Starts to put the sum over all ranks into everybody's numbers.</summary>
    public void Sum(Tensor flat) => Check(((delegate* unmanaged<nint, void*, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce"))(
        inPlace, Data(flat.bytes), (int)flat.numel(), flat.dtype == ScalarType.Float64 ? doubles : floats, sum, world, request));

    /// <summary>Starts to put the root's bytes into everybody's, which do not move meanwhile.</summary>
    public void Broadcast(Span<byte> data, int root) => Check(((delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)
        Export("MPI_Ibcast"))(Data(data), data.Length, bytes, root, world, request));

    /// <summary>Starts to put every rank's bytes, equally many, into everybody's <paramref name="all"/>. Neither moves meanwhile.</summary>
    public void Gather(Span<byte> mine, Span<byte> all) =>
        Check(((delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Export("MPI_Iallgather"))(
            Data(mine), mine.Length, bytes, Data(all), mine.Length, bytes, world, request));

    /// <summary>Whether what was started has ended. MPI gets on in such calls only.</summary>
    public bool Done()
    {
        Check(((delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test"))(request, answer, status));
        return *answer != 0;
    }

    /// <summary>Tells a rank something beside the collectives: a word, and who says it.</summary>
    public void Send(int to, int word, int from)
    {
        (notice[0], notice[1]) = (word, from);
        Check(((delegate* unmanaged<void*, int, nint, int, int, nint, int>)Export("MPI_Send"))(
            notice, NoticeBytes, bytes, to, NoticeTag, world));
    }

    /// <summary>What a rank has told; null where nothing has come.</summary>
    public (int Word, int From)? Receive()
    {
        Check(((delegate* unmanaged<int, int, nint, int*, void*, int>)Export("MPI_Iprobe"))(anySource, NoticeTag, world, answer, status));
        if (*answer == 0)
            return null;
        Check(((delegate* unmanaged<void*, int, nint, int, int, nint, void*, int>)Export("MPI_Recv"))(notice, NoticeBytes, bytes, anySource,
            NoticeTag, world, status));
        return (notice[0], notice[1]);
    }

    /// <summary>Ends all ranks.</summary>
    public void Abort(int code) => ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(world, code);

    /// <summary>Leaves, when all do.</summary>
    public void Finish() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))());

    nint Export(string name) => NativeLibrary.GetExport(library, name);

    static void* Data(Span<byte> data) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(data));

    static void Check(int code)
    {
        if (code != 0)
            throw new RankFailure($"MPI gave error {code}: another rank or the network is gone. Start all again with --resume.");
    }

    // UCX, a part of many MPIs, takes the signals in which .NET sees null references, and ends the process: .NET gets them back.
    static T KeepingFaults<T>(Func<T> work)
    {
        var kept = stackalloc byte[Faults.Length * ActionBytes];
        foreach (var (place, fault) in Faults.Index())
            sigaction(fault, null, kept + place * ActionBytes);
        var result = work();
        foreach (var (place, fault) in Faults.Index())
            sigaction(fault, kept + place * ActionBytes, null);
        return result;
    }

    [DllImport("libc")]
    static extern int sigaction(int signal, void* action, void* before);
}
