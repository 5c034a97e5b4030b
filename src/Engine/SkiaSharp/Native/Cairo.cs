using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>Cairo: image surfaces, contexts, paths, patterns. Text is in CairoText.</summary>
static partial class Cairo
{
    public const string Library = "libcairo.so.2";

    public const int FormatArgb32 = 0, FormatRgb24 = 1, FormatA8 = 2;
    public const int AntialiasNone = 1, AntialiasGray = 2, AntialiasGood = 5;
    public const int FillWinding = 0, FillEvenOdd = 1;
    public const int ContentColorAlpha = 0x3000;
    public const int FilterGood = 1, FilterBest = 2, FilterNearest = 3, FilterBilinear = 4;
    public const int ExtendNone = 0, ExtendRepeat = 1, ExtendReflect = 2, ExtendPad = 3;
    public const int OperatorSource = 1, OperatorOver = 2;

    /// <summary>cairo_matrix_t: x' = Xx x + Xy y + X0, y' = Yx x + Yy y + Y0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public record struct Matrix(double Xx, double Yx, double Xy, double Yy, double X0, double Y0)
    {
        public static Matrix From(SKMatrix matrix) =>
            new(matrix.ScaleX, matrix.SkewY, matrix.SkewX, matrix.ScaleY, matrix.TransX, matrix.TransY);
    }

    public sealed class Context : SafeHandleZeroOrMinusOneIsInvalid
    {
        // How far a curve may lie from the lines it is drawn with. Cairo's 0.1 costs a small circle half a percent.
        const double Tolerance = 0.01;

        public Context(Surface surface)
            : base(ownsHandle: true)
        {
            SetHandle(cairo_create(surface));
            cairo_set_tolerance(this, Tolerance);
        }

        protected override bool ReleaseHandle()
        {
            cairo_destroy(handle);
            return true;
        }
    }

    public sealed class Surface : SafeHandleZeroOrMinusOneIsInvalid
    {
        Surface(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        /// <summary>A surface over someone's memory; the rows must begin at multiples of four bytes.</summary>
        public static Surface Over(nint pixels, int format, int width, int height, int rowBytes)
        {
            var surface = new Surface(cairo_image_surface_create_for_data(pixels, format, width, height, rowBytes));
            var status = cairo_surface_status(surface);
            if (status != 0)
                throw new InvalidOperationException($"cairo cannot draw on {width}x{height} pixels: {StatusText(status)}.");
            return surface;
        }

        protected override bool ReleaseHandle()
        {
            cairo_surface_destroy(handle);
            return true;
        }
    }

    public sealed class Pattern : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Pattern(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        protected override bool ReleaseHandle()
        {
            cairo_pattern_destroy(handle);
            return true;
        }
    }

    public static string StatusText(int status) => Marshal.PtrToStringUTF8(cairo_status_to_string(status)) ?? $"status {status}";

    [LibraryImport(Library)]
    internal static partial nint cairo_status_to_string(int status);

    [LibraryImport(Library)]
    internal static partial nint cairo_image_surface_create_for_data(nint data, int format, int width, int height, int stride);

    [LibraryImport(Library)]
    internal static partial int cairo_surface_status(Surface surface);

    [LibraryImport(Library)]
    internal static partial void cairo_surface_destroy(nint surface);

    [LibraryImport(Library)]
    internal static partial void cairo_surface_flush(Surface surface);

    [LibraryImport(Library)]
    internal static partial void cairo_surface_mark_dirty(Surface surface);

    [LibraryImport(Library)]
    internal static partial nint cairo_create(Surface surface);

    [LibraryImport(Library)]
    internal static partial void cairo_destroy(nint context);

    [LibraryImport(Library)]
    internal static partial int cairo_status(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_save(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_restore(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_push_group_with_content(Context context, int content);

    [LibraryImport(Library)]
    internal static partial void cairo_pop_group_to_source(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_set_matrix(Context context, in Matrix matrix);

    [LibraryImport(Library)]
    internal static partial void cairo_identity_matrix(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_new_path(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_move_to(Context context, double x, double y);

    [LibraryImport(Library)]
    internal static partial void cairo_line_to(Context context, double x, double y);

    [LibraryImport(Library)]
    internal static partial void cairo_curve_to(Context context, double x1, double y1, double x2, double y2, double x3, double y3);

    [LibraryImport(Library)]
    internal static partial void cairo_close_path(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_rectangle(Context context, double x, double y, double width, double height);

    [LibraryImport(Library)]
    internal static partial void cairo_path_extents(Context context, out double x1, out double y1, out double x2, out double y2);

    [LibraryImport(Library)]
    internal static partial int cairo_in_fill(Context context, double x, double y);

    [LibraryImport(Library)]
    internal static partial void cairo_fill(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_fill_preserve(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_stroke(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_paint(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_paint_with_alpha(Context context, double alpha);

    [LibraryImport(Library)]
    internal static partial void cairo_clip(Context context);

    [LibraryImport(Library)]
    internal static partial void cairo_clip_extents(Context context, out double x1, out double y1, out double x2, out double y2);

    [LibraryImport(Library)]
    internal static partial void cairo_set_antialias(Context context, int antialias);

    [LibraryImport(Library)]
    internal static partial void cairo_set_tolerance(Context context, double tolerance);

    [LibraryImport(Library)]
    internal static partial void cairo_set_fill_rule(Context context, int rule);

    [LibraryImport(Library)]
    internal static partial void cairo_set_operator(Context context, int op);

    [LibraryImport(Library)]
    internal static partial void cairo_set_line_width(Context context, double width);

    [LibraryImport(Library)]
    internal static partial void cairo_set_line_cap(Context context, int cap);

    [LibraryImport(Library)]
    internal static partial void cairo_set_line_join(Context context, int join);

    [LibraryImport(Library)]
    internal static partial void cairo_set_miter_limit(Context context, double limit);

    [LibraryImport(Library)]
    internal static partial void cairo_set_dash(Context context, ReadOnlySpan<double> dashes, int count, double offset);

    [LibraryImport(Library)]
    internal static partial void cairo_set_source_rgba(Context context, double red, double green, double blue, double alpha);

    [LibraryImport(Library)]
    internal static partial void cairo_set_source(Context context, Pattern pattern);

    [LibraryImport(Library)]
    internal static partial nint cairo_pattern_create_rgba(double red, double green, double blue, double alpha);

    [LibraryImport(Library)]
    internal static partial nint cairo_pattern_create_linear(double x0, double y0, double x1, double y1);

    [LibraryImport(Library)]
    internal static partial nint cairo_pattern_create_radial(double x0, double y0, double radius0, double x1, double y1, double radius1);

    [LibraryImport(Library)]
    internal static partial nint cairo_pattern_create_for_surface(Surface surface);

    [LibraryImport(Library)]
    internal static partial void cairo_pattern_destroy(nint pattern);

    [LibraryImport(Library)]
    internal static partial void cairo_pattern_add_color_stop_rgba(Pattern pattern, double offset, double red, double green, double blue, double alpha);

    [LibraryImport(Library)]
    internal static partial void cairo_pattern_set_extend(Pattern pattern, int extend);

    [LibraryImport(Library)]
    internal static partial void cairo_pattern_set_filter(Pattern pattern, int filter);

    [LibraryImport(Library)]
    internal static partial void cairo_pattern_set_matrix(Pattern pattern, in Matrix matrix);
}
