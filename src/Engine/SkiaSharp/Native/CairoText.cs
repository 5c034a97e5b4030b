using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>Cairo's fonts: a face from fontconfig, scaled to a size.</summary>
static partial class CairoText
{
    public const int AntialiasNone = 1, AntialiasGray = 2;
    public const int HintNone = 1, HintSlight = 2, HintMedium = 3, HintFull = 4;
    public const int HintMetricsOff = 1, HintMetricsOn = 2;

    /// <summary>cairo_text_extents_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TextExtents
    {
        public double XBearing, YBearing, Width, Height, XAdvance, YAdvance;
    }

    /// <summary>cairo_font_extents_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FontExtents
    {
        public double Ascent, Descent, Height, MaxXAdvance, MaxYAdvance;
    }

    public sealed class FontFace : SafeHandleZeroOrMinusOneIsInvalid
    {
        public FontFace(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        public FontFace Share() => new(cairo_font_face_reference(this));

        protected override bool ReleaseHandle()
        {
            cairo_font_face_destroy(handle);
            return true;
        }
    }

    public sealed class ScaledFont : SafeHandleZeroOrMinusOneIsInvalid
    {
        public ScaledFont(FontFace face, in Cairo.Matrix fontMatrix, in Cairo.Matrix deviceMatrix, FontOptions options)
            : base(ownsHandle: true) => SetHandle(cairo_scaled_font_create(face, fontMatrix, deviceMatrix, options));

        protected override bool ReleaseHandle()
        {
            cairo_scaled_font_destroy(handle);
            return true;
        }
    }

    public sealed class FontOptions : SafeHandleZeroOrMinusOneIsInvalid
    {
        public FontOptions()
            : base(ownsHandle: true) => SetHandle(cairo_font_options_create());

        protected override bool ReleaseHandle()
        {
            cairo_font_options_destroy(handle);
            return true;
        }
    }

    [LibraryImport(Cairo.Library)]
    internal static partial nint cairo_ft_font_face_create_for_pattern(Fontconfig.Pattern pattern);

    [LibraryImport(Cairo.Library)]
    internal static partial int cairo_font_face_status(FontFace face);

    [LibraryImport(Cairo.Library)]
    internal static partial nint cairo_font_face_reference(FontFace face);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_font_face_destroy(nint face);

    [LibraryImport(Cairo.Library)]
    internal static partial nint cairo_scaled_font_create(FontFace face, in Cairo.Matrix fontMatrix, in Cairo.Matrix deviceMatrix, FontOptions options);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_scaled_font_destroy(nint font);

    [LibraryImport(Cairo.Library)]
    internal static partial int cairo_scaled_font_status(ScaledFont font);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_scaled_font_extents(ScaledFont font, ref FontExtents extents);

    [LibraryImport(Cairo.Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cairo_scaled_font_text_extents(ScaledFont font, string text, ref TextExtents extents);

    [LibraryImport(Cairo.Library)]
    internal static partial nint cairo_font_options_create();

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_font_options_destroy(nint options);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_font_options_set_antialias(FontOptions options, int antialias);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_font_options_set_hint_style(FontOptions options, int style);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_font_options_set_hint_metrics(FontOptions options, int metrics);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_set_font_face(Cairo.Context context, FontFace face);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_set_font_matrix(Cairo.Context context, in Cairo.Matrix matrix);

    [LibraryImport(Cairo.Library)]
    internal static partial void cairo_set_font_options(Cairo.Context context, FontOptions options);

    [LibraryImport(Cairo.Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cairo_show_text(Cairo.Context context, string text);

    [LibraryImport(Cairo.Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cairo_text_path(Cairo.Context context, string text);
}
