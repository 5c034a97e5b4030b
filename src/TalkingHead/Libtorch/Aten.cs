using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace TalkingHead.Libtorch;

/// <summary>
/// What libtorch has and TorchSharp does not pass on, through the C interface that libtorch exports for compiled models
/// (torch/csrc/inductor/aoti_torch/c/shim.h, torch/csrc/stable/c/shim.h of PyTorch 2.10). <see cref="Tensor.Handle"/> is
/// its tensor handle.
/// </summary>
static unsafe partial class Aten
{
    internal const string Library = "torch_cpu";

    /// <summary>libtorch's version, as the interface gives it.</summary>
    public static ulong Version => aoti_torch_abi_version();

    /// <summary>Where a dense float32 tensor's first number lies.</summary>
    public static float* Data(Tensor tensor)
    {
        void* data;
        Check(aoti_torch_get_data_ptr(tensor.Handle, &data), "get_data_ptr");
        return (float*)data;
    }

    /// <summary>Whether maps (B,C,H,W) lie pixel by pixel, without gaps; asks for no array, unlike <c>shape</c>.</summary>
    public static bool LiesPixelByPixel(Tensor maps)
    {
        long* sizes, strides;
        Check(aoti_torch_get_sizes(maps.Handle, &sizes), "get_sizes");
        Check(aoti_torch_get_strides(maps.Handle, &strides), "get_strides");
        var dense = 1L;
        foreach (var dimension in (ReadOnlySpan<int>)[1, 3, 2, 0]) // of one only, the stride says nothing
        {
            if (sizes[dimension] != 1 && strides[dimension] != dense)
                return false;
            dense *= sizes[dimension];
        }
        return true;
    }

    /// <summary>
    /// One step of Adam in one kernel (aten::_fused_adam_): moves <paramref name="weights"/> by their
    /// <paramref name="gradients"/> and both moments, all of one size, with <paramref name="steps"/> (a float32 scalar, this
    /// step included) for the corrections of bias.
    /// </summary>
    public static void FusedAdam(Tensor weights, Tensor gradients, Tensor mean, Tensor square, Tensor steps, double rate, double beta1,
        double beta2, double epsilon)
    {
        Span<ulong> stack =
        [
            List(weights), List(gradients), List(mean), List(square), List(), List(steps),
            Of(rate), Of(beta1), Of(beta2), Of(0.0), Of(epsilon), Of(false), Of(false), None, None,
        ];
        Call("aten::_fused_adam_", stack);
    }

    // Arguments are consumed by the call; what the operator returns takes their place.
    static void Call(string name, Span<ulong> stack)
    {
        fixed (ulong* first = stack)
            Check(torch_call_dispatcher(name, "", first, aoti_torch_abi_version()), name);
    }

    static ulong None => 0;

    static ulong Of(double value) => BitConverter.DoubleToUInt64Bits(value);

    static ulong Of(bool value) => value ? 1UL : 0;

    // A list that holds another reference to each tensor.
    static ulong List(params ReadOnlySpan<Tensor> tensors)
    {
        nint list;
        Check(torch_new_list_reserve_size((nuint)tensors.Length, &list), "new_list");
        foreach (var tensor in tensors)
        {
            nint reference;
            Check(aoti_torch_new_tensor_handle(tensor.Handle, &reference), "new_tensor_handle");
            Check(torch_list_push_back(list, (ulong)reference), "list_push_back");
        }
        return (ulong)list;
    }

    /// <summary>The address of a function that libtorch exports; 0 where it does not.</summary>
    public static nint Export(string name) => NativeLibrary.TryLoad(Library, typeof(Aten).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;

    /// <summary>Throws where <paramref name="call"/> did not return 0.</summary>
    public static void Check(int code, string call)
    {
        if (code != 0)
            throw new ExternalException($"libtorch's {call} failed.");
    }

    [LibraryImport(Library)]
    private static partial ulong aoti_torch_abi_version();

    [LibraryImport(Library)]
    private static partial int aoti_torch_get_data_ptr(nint tensor, void** data);

    [LibraryImport(Library)]
    private static partial int aoti_torch_get_sizes(nint tensor, long** sizes);

    [LibraryImport(Library)]
    private static partial int aoti_torch_get_strides(nint tensor, long** strides);

    [LibraryImport(Library)]
    private static partial int aoti_torch_new_tensor_handle(nint tensor, nint* reference);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int torch_call_dispatcher(string name, string overload, ulong* stack, ulong version);

    [LibraryImport(Library)]
    private static partial int torch_new_list_reserve_size(nuint size, nint* list);

    [LibraryImport(Library)]
    private static partial int torch_list_push_back(nint list, ulong item);
}

/// <summary>How the C allocator under libtorch treats large blocks.</summary>
static partial class LibtorchMemory
{
    // glibc's malloc.h.
    const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;

    /// <summary>
    /// Keeps large blocks: a step's activations come back in the next step, and fresh pages would have to be mapped and
    /// cleared each time. Does nothing where the allocator is not glibc's.
    /// </summary>
    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            mallopt(MapThreshold, 1 << 30);
            mallopt(TrimThreshold, -1); // never: what a step frees at its end, the next one takes again
            mallopt(TopPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no mallopt.
        }
    }

    /// <summary>
    /// One sentence where libtorch found no memory for a tensor, on a GPU or on the CPU; null where <paramref
    /// name="failure"/> is another.
    /// </summary>
    public static string? Explain(Exception failure)
    {
        if (failure is not ExternalException)
            return null;
        const string advice = "Lower training.batch (raise optimizer.accumulation to keep the episodes of a step), set "
            + "training.precision=bf16, or use a smaller data.size";
        // c10/cuda/CUDACachingAllocator.cpp, c10/cuda/CUDAException.cpp; c10/core/impl/alloc_cpu.cpp
        if (failure.Message.Contains("CUDA out of memory", StringComparison.Ordinal)
            || failure.Message.Contains("CUDA error: out of memory", StringComparison.Ordinal))
        {
            var detail = CudaDetail().Match(failure.Message) is { Success: true } found ? $" ({found.Value})" : "";
            return $"the GPU is out of memory{detail}. {advice}; end other programs on this GPU, or use --device cpu.";
        }

        if (CpuDetail().Match(failure.Message) is { Success: true } asked)
            return $"the machine is out of memory ({asked.Value}). {advice}; or end other programs.";
        return null;
    }

    [GeneratedRegex(@"Tried to allocate [\d.]+ \w+(\. GPU \d+ has a total capacity of [\d.]+ \w+ of which [\d.]+ \w+ is free)?")]
    private static partial Regex CudaDetail();

    [GeneratedRegex(@"(?<=DefaultCPUAllocator: .*)tried to allocate \d+ bytes")]
    private static partial Regex CpuDetail();

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
