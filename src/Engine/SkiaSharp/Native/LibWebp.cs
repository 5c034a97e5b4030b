using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>libwebp: the incremental decoder, which says when data is missing, and the simple encoders.</summary>
static unsafe partial class LibWebp
{
    public const string Library = "libwebp.so.7";

    public const int StatusOk = 0, StatusOutOfMemory = 1, StatusSuspended = 5, StatusNotEnoughData = 7;
    public const int ModeRgba = 1, ModeBgra = 3, ModeRgbaPremultiplied = 7, ModeBgraPremultiplied = 8;

    // Only the high byte must match between header and library.
    const int DecoderAbiVersion = 0x0209;

    /// <summary>WebPBitstreamFeatures.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Features
    {
        public int Width;
        public int Height;
        public int HasAlpha;
        public int HasAnimation;
        public int Format;
        fixed uint reserved[5];
    }

    public sealed class Decoder : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Decoder(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        protected override bool ReleaseHandle()
        {
            WebPIDelete(handle);
            return true;
        }
    }

    public static int GetFeatures(nint data, nuint size, ref Features features) =>
        WebPGetFeaturesInternal(data, size, ref features, DecoderAbiVersion);

    [LibraryImport(Library)]
    internal static partial int WebPGetFeaturesInternal(nint data, nuint size, ref Features features, int version);

    [LibraryImport(Library)]
    public static partial nint WebPINewRGB(int mode, nint output, nuint outputSize, int outputStride);

    [LibraryImport(Library)]
    public static partial int WebPIUpdate(Decoder decoder, nint data, nuint size);

    [LibraryImport(Library)]
    internal static partial void WebPIDelete(nint decoder);

    [LibraryImport(Library)]
    public static partial nuint WebPEncodeRGB(nint rgb, int width, int height, int stride, float quality, ref nint output);

    [LibraryImport(Library)]
    public static partial nuint WebPEncodeRGBA(nint rgba, int width, int height, int stride, float quality, ref nint output);

    [LibraryImport(Library)]
    public static partial nuint WebPEncodeLosslessRGB(nint rgb, int width, int height, int stride, ref nint output);

    [LibraryImport(Library)]
    public static partial nuint WebPEncodeLosslessRGBA(nint rgba, int width, int height, int stride, ref nint output);

    [LibraryImport(Library)]
    public static partial void WebPFree(nint pointer);
}
