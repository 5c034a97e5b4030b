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

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        PackageOf.TryGetValue(name, out var package) ? Load(name, package) : 0;

    /// <exception cref="DllNotFoundException">The library is missing; the message says what to install.</exception>
    internal static nint Load(string library, string package) => NativeLibrary.TryLoad(library, out var handle)
        ? handle
        : throw new DllNotFoundException($"{library} is not installed; pictures need it: apt-get install {package}");
}
