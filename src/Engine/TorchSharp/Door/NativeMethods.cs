using System.Runtime.InteropServices;

namespace TorchSharp.Door;

/// <summary>The C functions of Native/torch_door.h, one to one; that header documents them.</summary>
static unsafe partial class NativeMethods
{
    const string Library = "torch_door";
    internal const long Abi = 4;

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, Resolve);

    static readonly Lazy<nint> library = new(LoadAndSetThreads);

    // Asked once for every function: the library is loaded, and its threads are set, for the first of them.
    static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path) => name == Library ? library.Value : 0;

    static nint LoadAndSetThreads()
    {
        // A bundle names the door that it built for the PyTorch of its machine.
        var file = Environment.GetEnvironmentVariable("TALKINGHEAD_DOOR") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "libtorch_door.so");
        Blas.Prepare();
        var handle = Load(file, Abi);
        UseAllProcessors(handle);
        return handle;
    }

    /// <summary>The door's library. Why a build step or an installation is missing is said in one sentence, instead of a loader's trace.</summary>
    internal static nint Load(string file, long abi)
    {
        if (!File.Exists(file))
            throw new DllNotFoundException($"{file} is missing: build it with scripts/setup.sh and dotnet build (it needs libtorch-dev, cmake and g++).");
        nint handle;
        try { handle = NativeLibrary.Load(file); }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException($"{file} does not fit the libtorch of this machine ({LoaderReason(error)}): install libtorch (Debian: libtorch-dev), or point LIBTORCH at it, and build again.");
        }
        var found = NativeLibrary.TryGetExport(handle, "td_abi", out var version) ? $"interface {((delegate* unmanaged<long>)version)()}" : "none of the door's functions";
        if (found != $"interface {abi}")
            throw new DllNotFoundException($"{file} has {found}, this program needs interface {abi}: build again with dotnet build.");
        return handle;
    }

    /// <summary>How many threads libtorch would take by itself.</summary>
    internal static long OwnThreads { get; private set; }

    // libtorch takes half of the logical processors; OMP_NUM_THREADS has the last word.
    static void UseAllProcessors(nint handle)
    {
        OwnThreads = ((delegate* unmanaged<long>)NativeLibrary.GetExport(handle, "td_num_threads"))();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            ((delegate* unmanaged<long, long>)NativeLibrary.GetExport(handle, "td_set_num_threads"))(Environment.ProcessorCount);
    }

    // The dynamic loader's own words are the first line that names a library or a symbol.
    internal static string LoaderReason(Exception error) =>
        error.Message.Split('\n').FirstOrDefault(line => line.Contains(".so") && line.Contains(": "))?.Trim() ?? error.Message.Split('\n')[0];

    [LibraryImport(Library)] internal static partial byte* td_last_error();
    [LibraryImport(Library)] internal static partial void td_free(void* memory);
    [LibraryImport(Library)] internal static partial byte* td_version();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint td_find(string name, string overload);
    [LibraryImport(Library)] internal static partial long td_call(nint op, NativeValue* arguments, long count, NativeValue* results, long capacity);

    [LibraryImport(Library)] internal static partial void td_release(nint tensor);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial long td_dim(nint tensor);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial long td_numel(nint tensor);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial long td_dtype(nint tensor);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial void td_shape(nint tensor, long* sizes, long* strides);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial void td_device(nint tensor, long* type, long* index);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial long td_storage_offset(nint tensor);
    [LibraryImport(Library)] internal static partial void* td_data(nint tensor);
    [LibraryImport(Library)] internal static partial nint td_alias(nint tensor);
    [LibraryImport(Library)] internal static partial nint td_from_blob(void* data, long* sizes, long dim, long dtype, delegate* unmanaged<void*, void> deleter, void* context);

    [LibraryImport(Library)] internal static partial long td_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial long td_set_requires_grad(nint tensor, long value);
    [LibraryImport(Library)] internal static partial long td_is_leaf(nint tensor);
    [LibraryImport(Library)] internal static partial long td_retain_grad(nint tensor);
    [LibraryImport(Library)] internal static partial nint td_grad(nint tensor);
    [LibraryImport(Library)] internal static partial long td_set_grad(nint tensor, nint grad);
    [LibraryImport(Library)] internal static partial long td_set_data(nint tensor, nint data);
    [LibraryImport(Library)] internal static partial long td_backward(nint* outputs, nint* gradients, long count, long retainGraph, long createGraph, nint* inputs, long inputCount);
    [LibraryImport(Library)] internal static partial long td_gradients(nint* outputs, nint* gradients, long count, nint* inputs, long inputCount, long retainGraph, long createGraph, long allowUnused, nint* results);

    [LibraryImport(Library)] internal static partial long td_grad_enabled();
    [LibraryImport(Library)] internal static partial void td_set_grad_enabled(long value);
    [LibraryImport(Library)] internal static partial nint td_inference_mode_enter(long value);
    [LibraryImport(Library)] internal static partial void td_inference_mode_exit(nint guard);
    [LibraryImport(Library)] internal static partial long td_inference_mode_enabled();
    [LibraryImport(Library)] internal static partial long td_autocast_enabled(long deviceType);
    [LibraryImport(Library)] internal static partial long td_autocast(long deviceType, long enabled, long dtype);
    [LibraryImport(Library)] internal static partial void td_autocast_clear_cache();

    [LibraryImport(Library)] internal static partial nint td_generator_default(long deviceType, long deviceIndex);
    [LibraryImport(Library)] internal static partial nint td_generator_new(long deviceType, long deviceIndex, ulong seed);
    [LibraryImport(Library)] internal static partial void td_generator_release(nint generator);
    [LibraryImport(Library)] internal static partial long td_generator_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial long td_generator_initial_seed(nint generator, ulong* seed);
    [LibraryImport(Library)] internal static partial nint td_generator_state(nint generator);
    [LibraryImport(Library)] internal static partial long td_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] internal static partial long td_manual_seed(ulong seed);

    [LibraryImport(Library)] internal static partial long td_num_threads();
    [LibraryImport(Library)] internal static partial long td_set_num_threads(long count);
    [LibraryImport(Library)] internal static partial long td_deterministic();
    [LibraryImport(Library)] internal static partial long td_set_deterministic(long value, long warnOnly);
    [LibraryImport(Library)] internal static partial long td_set_tf32(long value, long convolutions);
    [LibraryImport(Library)] internal static partial long td_tf32(long convolutions);
    [LibraryImport(Library)] internal static partial long td_set_cudnn(long enabled, long benchmark, long deterministic);
    [LibraryImport(Library)] internal static partial void td_keep_large_blocks();

    [LibraryImport(Library)] internal static partial long td_cuda_available();
    [LibraryImport(Library)] internal static partial long td_cuda_device_count();
    [LibraryImport(Library)] internal static partial long td_cuda_synchronize(long device);
    [LibraryImport(Library)] internal static partial long td_cuda_memory(long device, long* statistics);
    [LibraryImport(Library)] internal static partial long td_cuda_reset_peak(long device);
    [LibraryImport(Library)] internal static partial long td_cuda_empty_cache();

    [LibraryImport(Library)] internal static partial nint td_graph_begin(long device);
    [LibraryImport(Library)] internal static partial long td_graph_record(nint graph);
    [LibraryImport(Library)] internal static partial long td_graph_end(nint graph, long recorded);
    [LibraryImport(Library)] internal static partial long td_graph_replay(nint graph);
    [LibraryImport(Library)] internal static partial void td_graph_release(nint graph);
    [LibraryImport(Library)] internal static partial long td_mps_available();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint td_module_load(string path, long deviceType, long deviceIndex);
    [LibraryImport(Library)] internal static partial void td_module_release(nint module);
    [LibraryImport(Library)] internal static partial long td_module_to(nint module, long deviceType, long deviceIndex, long dtype);
    [LibraryImport(Library)] internal static partial long td_module_train(nint module, long value);
    [LibraryImport(Library)] internal static partial long td_module_is_training(nint module);
    [LibraryImport(Library)] internal static partial long td_module_forward(nint module, NativeValue* arguments, long count, NativeValue* results, long capacity);
    [LibraryImport(Library)] internal static partial long td_module_tensors(nint module, long buffers, nint** tensors, byte** names);
}
