using System.Runtime.InteropServices;

namespace SkiaSharp.Native;

/// <summary>
/// libpng's simplified API. Its calls return their errors; the full API reports them by longjmp, which must not cross
/// managed frames.
/// </summary>
static unsafe partial class LibPng
{
    public const string Library = "libpng16.so.16";

    public const uint Version = 1;
    public const uint FormatAlpha = 1, FormatColor = 2, FormatBgr = 0x10;
    public const uint FormatGray = 0, FormatRgb = FormatColor, FormatRgba = FormatColor | FormatAlpha, FormatBgra = FormatRgba | FormatBgr;

    /// <summary>Samples of 16 bits without a gamma chunk are sRGB, as everybody writes them.</summary>
    public const uint Flag16BitSrgb = 4;

    /// <summary>png_image.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Image
    {
        public nint Control;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColormapEntries;
        public uint WarningOrError;
        public fixed byte Message[64];

        public readonly string Text
        {
            get
            {
                fixed (byte* message = Message)
                    return Marshal.PtrToStringUTF8((nint)message) ?? "";
            }
        }
    }

    [LibraryImport(Library)]
    public static partial int png_image_begin_read_from_memory(ref Image image, nint memory, nuint size);

    [LibraryImport(Library)]
    public static partial int png_image_finish_read(ref Image image, nint background, nint buffer, int rowStride, nint colormap);

    [LibraryImport(Library)]
    public static partial int png_image_write_to_memory(
        ref Image image, nint memory, ref nuint bytes, int convertTo8Bit, nint buffer, int rowStride, nint colormap);

    [LibraryImport(Library)]
    public static partial void png_image_free(ref Image image);
}
