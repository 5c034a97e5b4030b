using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace TalkingHead.Libtorch;

/// <summary>
/// Which libtorch the process uses: the package's beside the program, or the one of a Python PyTorch of the same version,
/// such as a cluster node's with CUDA, whose folder the variable TALKINGHEAD_LIBTORCH names.
/// </summary>
public static unsafe partial class LibtorchLoader
{
    /// <summary>Names the folder; beside the program's own libtorch where it is unset.</summary>
    public const string Variable = "TALKINGHEAD_LIBTORCH";

    // The version that TorchSharp's own library was compiled with.
    const string Expected = "2.10";

    static nint library, basics; // libtorch_cpu and libc10 of the folder
    static bool prepared;

    /// <summary>libtorch's version, such as 2.10.0.</summary>
    public static string Version
    {
        get
        {
            // Major, minor and patch in the upper three bytes (torch/headeronly/version.h).
            var version = Aten.Version;
            return $"{version >> 56}.{version >> 48 & 0xFF}.{version >> 40 & 0xFF}";
        }
    }

    /// <summary>
    /// Call once before anything of TorchSharp's. Loads what <see cref="Variable"/> names; without it nothing is loaded yet.
    /// </summary>
    /// <exception cref="UserException">The folder holds no libtorch, one that cannot be loaded, or one of another version.</exception>
    public static void Prepare()
    {
        if (prepared)
            return;
        prepared = true;
        NativeLibrary.SetDllImportResolver(typeof(LibtorchLoader).Assembly, Resolve);
        // Of primitives; larger than all that a training needs, for one that was dropped would be made again, see SideBySide.
        SetEnvironment("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder)
            LoadFrom(folder);
        Quieten();
    }

    // libtorch warns on stderr of what is no concern of the user's: at each small convolution, of a processor that NNPACK does
    // not know. Its library of basics has the level as a C variable (c10/util/Logging.cpp).
    static void Quieten()
    {
        const int errors = 2;
        if ((basics != 0 || NativeLibrary.TryLoad("c10", typeof(torch).Assembly, null, out basics))
            && NativeLibrary.TryGetExport(basics, "FLAGS_caffe2_log_level", out var level))
            *(int*)level = errors;
    }

    // Explicitly and in the order of their needs, so that TorchSharp's own library finds these where it asks by name.
    static void LoadFrom(string folder)
    {
        var cpu = Path.Combine(folder, FileName("torch_cpu"));
        if (!File.Exists(cpu))
            throw UserException.Usage($"{Variable} is {folder}, which holds no {FileName("torch_cpu")}. Set it to the folder \"lib\" of "
                + $"a PyTorch {Expected} (python3 -c \"import torch; print(torch.__path__[0] + '/lib')\"), or unset it.");
        // TorchSharp looks for a libtorch beside the program first, and would load that one too.
        var beside = Path.Combine(AppContext.BaseDirectory, FileName("torch_cpu"));
        if (File.Exists(beside))
            throw UserException.Usage($"{Variable} is {folder}, but {beside} would be loaded as well, and two libtorch cannot share a "
                + $"process. Use a copy of the program without that file, or unset {Variable}.");
        try
        {
            foreach (var name in (string[])["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"])
                if (Path.Combine(folder, FileName(name)) is var file && File.Exists(file))
                {
                    var loaded = NativeLibrary.Load(file);
                    if (name == "torch_cpu")
                        library = loaded;
                    else if (name == "c10")
                        basics = loaded;
                }
        }
        catch (DllNotFoundException failure)
        {
            throw new UserException($"{Variable}: {folder} cannot be loaded ({OneLine(failure)}). Set it to the folder \"lib\" of "
                + $"a PyTorch {Expected} that works on this machine, or unset it.", failure);
        }
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out _)
            || !Version.StartsWith(Expected + ".", StringComparison.Ordinal))
            throw new UserException(
                $"{Variable}: {folder} holds libtorch "
                    + $"{(NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out _) ? Version : "of before 2.7")}, but "
                    + $"TorchSharp's own library was compiled with {Expected}. Use a PyTorch {Expected}, or unset it.");
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Aten.Library ? library : 0;

    /// <summary>
    /// One sentence where libtorch cannot be loaded or found no memory, or null where <paramref name="failure"/> is another.
    /// </summary>
    public static string? Explain(Exception failure)
    {
        for (var error = failure; error is not null; error = error.InnerException)
            if (LibtorchMemory.Explain(error) is { } sentence)
                return sentence;
            else if (error is TypeInitializationException { TypeName: "TorchSharp.torch" }
                || error is NotSupportedException && error.StackTrace?.Contains("LoadNativeBackend", StringComparison.Ordinal) == true)
                return $"libtorch cannot be loaded ({Reason()}). Build again with scripts/talkinghead or install the tool again for this "
                + $"platform, or set {Variable} to the folder \"lib\" of a PyTorch {Expected}.";
        return null;
    }

    // What the system's loader says of the first of the two that it cannot load.
    static string Reason()
    {
        foreach (var name in (string[])["torch_cpu", "LibTorchSharp"])
            try
            {
                var beside = Path.Combine(AppContext.BaseDirectory, FileName(name));
                NativeLibrary.Load(File.Exists(beside) ? beside : FileName(name));
            }
            catch (Exception why) when (why is DllNotFoundException or BadImageFormatException)
            {
                return OneLine(why);
            }
        return "for a reason that the system does not give";
    }

    static string OneLine(Exception error) => error.Message.Split('\n')[0].Trim().TrimEnd('.');

    /// <summary>Files of loaded native libraries whose name holds the word.</summary>
    public static string[] Loaded(string word)
    {
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .Where(file => Path.GetFileName(file).Contains(word, StringComparison.OrdinalIgnoreCase)).Distinct()];
    }

    /// <summary>
    /// Whether the copy of TorchSharp's own library in use had its need for a newer C++ library taken away, which it has
    /// and does not use (buildTransitive/TalkingHead.targets); null where there is none to ask, as on Windows.
    /// </summary>
    public static bool? IsCured()
    {
        if (Loaded("LibTorchSharp.so") is not [var path, ..])
            return null;
        // An ELF version need (Elf64_Vernaux) starts with the hash of its name and its flags, of which 2 is "weak".
        const uint hash = 0x297f842; // of GLIBCXX_3.4.32
        var file = File.ReadAllBytes(path).AsSpan();
        for (var at = 0; at + 16 <= file.Length; at += 4)
            if (MemoryMarshal.Read<uint>(file[at..]) == hash && file[at + 5] == 0 && file[at + 4] is 0 or 2)
                return file[at + 4] == 2;
        return null;
    }

    static string FileName(string name) => OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
        : $"lib{name}.so";

    // .NET keeps its own copy of the environment: what native libraries read has to be set through the C library.
    static void SetEnvironment(string name, string value)
    {
        if (OperatingSystem.IsWindows())
            _ = _putenv_s(name, value);
        else
            _ = setenv(name, value, 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);
}
