using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace SkiaSharp.Native;

/// <summary>Finds the system's libraries, and says which package to install where one is missing.</summary>
static class NativeLibraries
{
    static readonly Dictionary<string, string> PackageOf = new()
    {
        [Cairo.Library] = "libcairo2",
        [Fontconfig.Library] = "libfontconfig1",
        [TurboJpeg.Library] = "libturbojpeg0",
        [LibPng.Library] = "libpng16-16",
        [LibWebp.Library] = "libwebp7",
    };

#pragma warning disable CA2255 // the resolver has to stand before the first call into any of the libraries
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
#pragma warning restore CA2255

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (!PackageOf.TryGetValue(name, out var package))
            return 0;
        return NativeLibrary.TryLoad(name, assembly, searchPath, out var handle)
            ? handle
            : throw new DllNotFoundException(MissingText(name, package));
    }

    internal static string MissingText(string library, string package) =>
        $"{library} is not installed; pictures need it: apt-get install {package}";
}
