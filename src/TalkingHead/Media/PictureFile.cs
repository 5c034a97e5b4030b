using SkiaSharp;
using TalkingHead.Serialization;

namespace TalkingHead.Media;

/// <summary>Picture files. What a file holds decides how it is read, not the ending of its name.</summary>
public static class PictureFile
{
    const long MaxFileBytes = 512L << 20;

    const int JpegQuality = 95;

    static readonly SKColorSpace Srgb = SKColorSpace.CreateSrgb();

    /// <summary>Endings that a folder of pictures is searched for.</summary>
    public static readonly IReadOnlyList<string> Endings =
    [
        ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".jpe", ".jfif", ".tif", ".tiff", ".tga", ".jxl", ".jp2", ".j2k", ".avif", ".heic",
            ".heif", ".hif",
        ".ppm", ".pgm", ".pbm", ".pam", ".pnm", ".qoi", ".psd", ".exr", ".ico",
    ];

    /// <summary>True where the file's name ends as a picture's does.</summary>
    internal static bool IsNamedPicture(string path) => Endings.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>True where the file's first bytes are those of a picture.</summary>
    public static bool IsPicture(string path)
    {
        var head = FirstBytes(path);
        return PictureContent.IsSkias(head) || PictureContent.IsFfmpegs(head);
    }

    /// <summary>True for a HEIC file, as phones write them: of these ffmpeg gives a tile and not the picture, or nothing.</summary>
    internal static bool IsHeic(string path) => PictureContent.IsHeic(FirstBytes(path));

    internal static bool IsAnimatedWebp(string path) => PictureContent.IsAnimatedWebp(FirstBytes(path));

    internal static UserException HeicIsNotRead(string path) => new($"{path}: HEIC is not read; convert it to JPEG.");

    static ReadOnlySpan<byte> FirstBytes(string path)
    {
        var head = new byte[32];
        using var file = Open(path);
        return head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
    }

    /// <summary>
    /// Reads a picture, turned as its EXIF orientation says, in sRGB, transparency laid on white: JPEG, PNG, WebP and what
    /// ffmpeg reads (BMP, TIFF, TGA, JPEG XL, AVIF and others). Refuses a size outside <see cref="Picture.MaxSide"/> and
    /// <see cref="Picture.MaxPixels"/> by the header, before memory is taken.
    /// </summary>
    /// <exception cref="UserException">The file is missing, empty, no picture, cut off or too large.</exception>
    public static Picture Load(string path) => Load(path, out _);

    /// <summary>As <see cref="Load(string)"/>; says what the file held beside RGB, too.</summary>
    internal static Picture Load(string path, out PictureForm form)
    {
        using var file = Open(path);
        if (file.Length == 0)
            throw new UserException($"{path}: the file is empty; expected a JPEG, PNG or WebP picture.");
        if (file.Length > MaxFileBytes)
            throw new UserException($"{path}: {file.Length >> 20} MiB is too large for a picture file (the "
                + $"limit is {MaxFileBytes >> 20} MiB).");

        var encoded = new byte[file.Length];
        file.ReadExactly(encoded);
        return Decode(encoded, path, out form);
    }

    /// <summary>The picture in a file's bytes; messages call it <paramref name="path"/>.</summary>
    internal static Picture Decode(ReadOnlySpan<byte> encoded, string path, out PictureForm form)
    {
        if (PictureContent.IsHeic(encoded))
            throw HeicIsNotRead(path);
        if (PictureContent.IsFfmpegs(encoded) || (Path.GetExtension(path).Equals(".tga", StringComparison.OrdinalIgnoreCase)
            && !PictureContent.IsSkias(encoded)))
            return Upright(Decode(PictureContent.AsPng(encoded, path), path, out form), PictureContent.Orientation(encoded));
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data);
        if (codec is null)
            throw new UserException($"{path}: not a picture that can be read; expected JPEG, PNG or WebP content.");
        int width = codec.Info.Width, height = codec.Info.Height;
        Picture.ExpectAllowed(width, height, path, "picture");

        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul, Srgb); // an ICC profile's colours are converted
        var result = codec.GetPixels(info, out var rgba);
        if (result != SKCodecResult.Success)
            throw new UserException(result == SKCodecResult.IncompleteInput
                ? $"{path}: the picture is cut off; get the whole file."
                : $"{path}: the picture is damaged ({result}).");
        form = codec.Info.ColorType == SKColorType.Gray8 ? PictureForm.Gray
            : !codec.Info.IsOpaque && IsSeenThrough(rgba) ? PictureForm.Transparent : PictureForm.Rgb;
        var origin = codec.EncodedOrigin is SKEncodedOrigin.Default or SKEncodedOrigin.TopLeft ? PictureContent.Orientation(encoded)
            : codec.EncodedOrigin;
        return Upright(OnWhite(rgba, width, height), origin);
    }

    /// <summary>
    /// Writes a picture in the format of the name's ending, whole or not at all. <paramref name="comment"/> goes into
    /// the file's metadata (PNG text, JPEG comment, a chunk of WebP that readers pass over).
    /// </summary>
    public static void Save(Picture picture, string path, string? comment = null)
    {
        Write(path, Encode(picture, path, comment));
    }

    static void Write(string path, byte[] bytes)
    {
        try
        {
            MakeRoom(path);
            AtomicFile.Write(path, file => file.Write(bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Writes a PNG file with a mark, whole or not at all; <paramref name="seal"/> has the last word on its bytes.</summary>
    public static void Save(Picture picture, string path, SyntheticMark mark, Func<byte[], byte[]> seal)
    {
        ExpectPng(path);
        Write(path, seal(mark.InPng(Encode(picture, path))));
    }

    /// <exception cref="UserException">Pictures with a mark are PNG files, and this name is another's.</exception>
    internal static void ExpectPng(string path)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw UserException.Usage($"{path}: this picture is written as .png, not \"{Path.GetExtension(path)}\".");
    }

    /// <exception cref="UserException">The name's ending is none that pictures are written as.</exception>
    internal static void ExpectWritable(string path) => FormatOf(path);

    /// <summary>Makes the folder that is to hold <paramref name="path"/>.</summary>
    internal static void MakeRoom(string path) => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>The bytes that <see cref="Save(Picture, string, string?)"/> writes.</summary>
    public static byte[] Encode(Picture picture, string path, string? comment = null)
    {
        var format = FormatOf(path);
        using var bitmap = ToBitmap(picture);
        using var data = bitmap.Encode(format, JpegQuality)
            ?? throw new InvalidOperationException($"{format} encoding of a {picture.Width}x{picture.Height} picture failed.");
        var bytes = data.ToArray();
        return (comment, format) switch
        {
            (null, _) => bytes,
            (_, SKEncodedImageFormat.Png) => PictureComment.InPng(bytes, comment),
            (_, SKEncodedImageFormat.Jpeg) => PictureComment.InJpeg(bytes, comment),
            _ => PictureComment.InWebp(bytes, comment),
        };
    }

    static SKEncodedImageFormat FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => SKEncodedImageFormat.Png,
        ".jpg" or ".jpeg" => SKEncodedImageFormat.Jpeg,
        ".webp" => SKEncodedImageFormat.Webp,
        var ending => throw UserException.Usage($"{path}: pictures are written as .png, .jpg or .webp, not \"{ending}\"."),
    };

    /// <summary>An opaque RGBA bitmap to draw on.</summary>
    public static SKBitmap ToBitmap(Picture picture)
    {
        var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var to = bitmap.GetPixelSpan();
        for (var y = 0; y < picture.Height; y++)
            Picture.ToRgba(picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width), to[(y * bitmap.RowBytes)..]);
        return bitmap;
    }

    /// <summary>The colours of an RGBA bitmap.</summary>
    public static Picture FromBitmap(SKBitmap bitmap) => FromBitmap(bitmap, null);

    /// <summary>The same in the memory of a picture of that size, where there is one.</summary>
    internal static Picture FromBitmap(SKBitmap bitmap, Picture? into)
    {
        if (bitmap.ColorType != SKColorType.Rgba8888)
            throw new ArgumentException($"Expected an Rgba8888 bitmap, got {bitmap.ColorType}.", nameof(bitmap));
        var picture = into?.Width == bitmap.Width && into.Height == bitmap.Height ? into : new(bitmap.Width, bitmap.Height);
        var from = bitmap.GetPixelSpan();
        for (var y = 0; y < picture.Height; y++)
            Picture.FromRgba(from[(y * bitmap.RowBytes)..], picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width));
        return picture;
    }

    static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: no such file.", e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new UserException($"{path}: is a folder; expected a file.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    static bool IsSeenThrough(byte[] rgba)
    {
        for (var i = 3; i < rgba.Length; i += 4)
            if (rgba[i] != 255)
                return true;
        return false;
    }

    // Premultiplied colours over white: c + (255 - alpha).
    static Picture OnWhite(byte[] rgba, int width, int height)
    {
        var picture = new Picture(width, height);
        var to = picture.Pixels;
        for (int i = 0, o = 0; o < to.Length; i += 4, o += 3)
        {
            var white = 255 - rgba[i + 3];
            to[o] = (byte)Math.Min(255, rgba[i] + white);
            to[o + 1] = (byte)Math.Min(255, rgba[i + 1] + white);
            to[o + 2] = (byte)Math.Min(255, rgba[i + 2] + white);
        }

        return picture;
    }

    // EXIF orientations 1 to 8: transposed from 5 on; where the stored row or column runs backwards.
    static Picture Upright(Picture stored, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
            return stored;
        var transposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        var flipX = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom;
        var flipY = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        var upright = transposed ? new Picture(stored.Height, stored.Width) : new Picture(stored.Width, stored.Height);
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var u = flipX ? upright.Width - 1 - x : x;
                var v = flipY ? upright.Height - 1 - y : y;
                var (column, row) = transposed ? (v, u) : (u, v);
                stored.Pixels.AsSpan(3 * (row * stored.Width + column), 3).CopyTo(upright.Pixels.AsSpan(3 * (y * upright.Width + x)));
            }
        }

        return upright;
    }
}
