using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>libjpeg-turbo's TurboJPEG API, version 2: the part that decodes to and encodes from a packed buffer.</summary>
static unsafe partial class TurboJpeg
{
    public const string Library = "libturbojpeg.so.0";

    public const int PixelRgba = 7, PixelBgra = 8, PixelGray = 6, PixelCmyk = 11;
    public const int ColorspaceGray = 2, ColorspaceCmyk = 3, ColorspaceYcck = 4;
    public const int Sampling444 = 0, Sampling422 = 1, Sampling420 = 2, SamplingGray = 3;
    public const int FlagAccurateDct = 4096, FlagLimitScans = 32768;
    public const int ErrorWarning = 0;

    [ThreadStatic]
    static Session? decompressor, compressor;

    /// <summary>This thread's decompressor: a handle is for one thread at a time and costs too much to make per picture.</summary>
    public static Session Decompressor => decompressor ??= new Session(tjInitDecompress());

    public static Session Compressor => compressor ??= new Session(tjInitCompress());

    /// <summary>
    /// Gives this thread's decompressor up after a fatal error: libjpeg-turbo 2.1 leaves it in the middle of the header, and
    /// every later picture would fail.
    /// </summary>
    public static void DropDecompressor()
    {
        decompressor?.Dispose();
        decompressor = null;
    }

    public static string ErrorText(Session session) => Marshal.PtrToStringUTF8(tjGetErrorStr2(session)) ?? "";

    public sealed class Session : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Session(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        protected override bool ReleaseHandle() => tjDestroy(handle) == 0;
    }

    [LibraryImport(Library)]
    internal static partial nint tjInitDecompress();

    [LibraryImport(Library)]
    internal static partial nint tjInitCompress();

    [LibraryImport(Library)]
    internal static partial int tjDestroy(nint handle);

    [LibraryImport(Library)]
    internal static partial nint tjGetErrorStr2(Session handle);

    [LibraryImport(Library)]
    public static partial int tjGetErrorCode(Session handle);

    [LibraryImport(Library)]
    public static partial void tjFree(nint buffer);

    [LibraryImport(Library)]
    public static partial int tjDecompressHeader3(
        Session handle, nint data, nuint length, ref int width, ref int height, ref int subsampling, ref int colorspace);

    [LibraryImport(Library)]
    public static partial int tjDecompress2(
        Session handle, nint data, nuint length, nint pixels, int width, int rowBytes, int height, int pixelFormat, int flags);

    [LibraryImport(Library)]
    public static partial int tjCompress2(
        Session handle, nint pixels, int width, int rowBytes, int height, int pixelFormat,
        ref nint data, ref nuint length, int subsampling, int quality, int flags);
}
