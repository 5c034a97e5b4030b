using TorchSharp.Door;
using static TorchSharp.Door.Operators;
using static TorchSharp.torch;

namespace TorchSharp.Libtorch;

/// <summary>
/// Work on a CUDA device recorded once and started again as a whole: one launch in the place of hundreds. The work reads
/// and writes the same memory each time: inputs are copied into tensors that it reads, results stay in those that it
/// returned. It must not wait for the device, nor ask for a number of it, nor draw random numbers.
/// </summary>
public sealed class CudaGraph : IDisposable
{
    // cuDNN and cuBLAS choose algorithms and take their workspaces in the first calls.
    const int WarmUpCalls = 3;

    readonly nint graph;
    bool disposed;

    CudaGraph(nint graph, IReadOnlyList<Tensor> results) => (this.graph, Results) = (graph, results);

    /// <summary>What the recorded work returned; each replay writes them anew. Freed with the graph.</summary>
    public IReadOnlyList<Tensor> Results { get; }

    /// <summary>Whether there is a CUDA device, and a door that was built for it.</summary>
    public static bool Available => Runtime.HasCuda && HasDoor.Value;

    static readonly Lazy<bool> HasDoor = new(() =>
    {
        var probe = NativeMethods.td_graph_begin(0);
        if (probe == 0) return false;
        NativeMethods.td_graph_end(probe, 0);
        NativeMethods.td_graph_release(probe);
        return true;
    });

    /// <summary>Calls <paramref name="work"/> a few times, then records it.</summary>
    /// <exception cref="NotSupportedException">There is no CUDA device, or the door was built without CUDA.</exception>
    public static CudaGraph Capture(Device device, Func<IReadOnlyList<Tensor>> work)
    {
        if (device.type != DeviceType.CUDA) throw new NotSupportedException($"{device} records no graphs: CUDA graphs need a CUDA device.");
        if (!Runtime.HasCuda) throw new NotSupportedException($"There is no CUDA device here for CUDA graphs (libtorch {Runtime.VersionText}).");
        var graph = NativeMethods.td_graph_begin(Math.Max(device.index, 0));
        if (graph == 0) throw new NotSupportedException($"{Failure("CUDA graphs").Message}: install CUDA's headers (cuda_runtime_api.h) and build again.");
        var recorded = false;
        try
        {
            for (var call = 0; call < WarmUpCalls; call++)
            {
                using var scope = NewDisposeScope();
                work();
            }
            Check(NativeMethods.td_graph_record(graph), "recording a CUDA graph");
            recorded = true;
            IReadOnlyList<Tensor> results = [.. work().Select(tensor => tensor.DetachFromDisposeScope())];
            recorded = false;
            Check(NativeMethods.td_graph_end(graph, 1), "recording a CUDA graph");
            return new(graph, results);
        }
        catch
        {
            NativeMethods.td_graph_end(graph, recorded ? 1 : 0);
            NativeMethods.td_graph_release(graph);
            throw;
        }
    }

    /// <summary>Starts the work again, on the current stream; does not wait for it.</summary>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Check(NativeMethods.td_graph_replay(graph), "replaying a CUDA graph");
    }

    /// <summary>Frees the graph, its memory and its results.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        foreach (var result in Results) result.Dispose();
        NativeMethods.td_graph_release(graph);
    }
}
