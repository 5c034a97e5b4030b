using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SkiaSharp.Native;

/// <summary>Fontconfig: from a family and a style to the installed font that comes nearest.</summary>
static partial class Fontconfig
{
    public const string Library = "libfontconfig.so.1";

    const int MatchPattern = 0, ResultMatch = 0;

    public sealed class Pattern : SafeHandleZeroOrMinusOneIsInvalid
    {
        public Pattern(nint handle)
            : base(ownsHandle: true) => SetHandle(handle);

        public string? GetString(string key) =>
            FcPatternGetString(this, key, 0, out var text) == ResultMatch ? Marshal.PtrToStringUTF8(text) : null;

        public int GetInteger(string key, int otherwise) =>
            FcPatternGetInteger(this, key, 0, out var number) == ResultMatch ? number : otherwise;

        protected override bool ReleaseHandle()
        {
            FcPatternDestroy(handle);
            return true;
        }
    }

    /// <summary>The installed font nearest to what is asked for, or null where none is installed.</summary>
    public static Pattern? Match(string? family, int weight, int width, int slant)
    {
        using var wanted = new Pattern(FcPatternCreate());
        if (!string.IsNullOrEmpty(family))
            FcPatternAddString(wanted, "family", family);
        FcPatternAddInteger(wanted, "weight", FcWeightFromOpenType(weight));
        FcPatternAddInteger(wanted, "width", width);
        FcPatternAddInteger(wanted, "slant", slant);
        FcConfigSubstitute(0, wanted, MatchPattern);
        FcDefaultSubstitute(wanted);
        var match = new Pattern(FcFontMatch(0, wanted, out _));
        return match.IsInvalid || match.GetString("file") is null ? null : match;
    }

    /// <summary>A pattern that names a font file and nothing else, so that no local configuration colours the drawing.</summary>
    public static Pattern OnlyFile(string path, int index)
    {
        var pattern = new Pattern(FcPatternCreate());
        FcPatternAddString(pattern, "file", path);
        FcPatternAddInteger(pattern, "index", index);
        return pattern;
    }

    /// <summary>The font in a file, or null where it is none.</summary>
    public static Pattern? OfFile(string path, int index)
    {
        var pattern = new Pattern(FcFreeTypeQuery(path, (uint)index, 0, out _));
        return pattern.IsInvalid ? null : pattern;
    }

    [LibraryImport(Library)]
    internal static partial nint FcPatternCreate();

    [LibraryImport(Library)]
    internal static partial void FcPatternDestroy(nint pattern);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FcPatternAddString(Pattern pattern, string key, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FcPatternAddInteger(Pattern pattern, string key, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FcPatternGetString(Pattern pattern, string key, int index, out nint value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FcPatternGetInteger(Pattern pattern, string key, int index, out int value);

    [LibraryImport(Library)]
    internal static partial int FcWeightFromOpenType(int weight);

    [LibraryImport(Library)]
    internal static partial int FcWeightToOpenType(int weight);

    [LibraryImport(Library)]
    internal static partial int FcConfigSubstitute(nint config, Pattern pattern, int kind);

    [LibraryImport(Library)]
    internal static partial void FcDefaultSubstitute(Pattern pattern);

    [LibraryImport(Library)]
    internal static partial nint FcFontMatch(nint config, Pattern pattern, out int result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint FcFreeTypeQuery(string file, uint index, nint blanks, out int count);
}
