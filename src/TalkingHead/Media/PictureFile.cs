using System.Buffers.Binary;
using System.Security;
using System.Text;
using SkiaSharp;
using TalkingHead.Serialization;

namespace TalkingHead.Media;

/// <summary>Picture files. What a file holds decides how it is read, not the ending of its name.</summary>
public static class PictureFile
{
    const long MaxFileBytes = 512L << 20;

    const int JpegQuality = 95;

    /// <summary>Endings that a folder of pictures is searched for.</summary>
    public static readonly IReadOnlyList<string> Endings = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    /// <summary>True where the file's first bytes are those of a JPEG, PNG, WebP or BMP.</summary>
    public static bool IsPicture(string path)
    {
        Span<byte> head = stackalloc byte[12];
        using var file = Open(path);
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
            || head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])
            || (head.StartsWith("RIFF"u8) && head.EndsWith("WEBP"u8))
            || head.StartsWith("BM"u8);
    }

    /// <summary>
    /// Reads a picture, turned as its EXIF orientation says, transparency laid on white. Refuses a size outside
    /// <see cref="Picture.MaxSide"/> and <see cref="Picture.MaxPixels"/> by the header, before memory is taken.
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
            throw new UserException($"{path}: {file.Length >> 20} MiB is too large for a picture file (the limit is {MaxFileBytes >> 20} MiB).");

        var encoded = new byte[file.Length];
        file.ReadExactly(encoded);
        return Decode(encoded, path, out form);
    }

    /// <summary>The picture in a file's bytes; messages call it <paramref name="path"/>.</summary>
    internal static Picture Decode(ReadOnlySpan<byte> encoded, string path, out PictureForm form)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data);
        if (codec is null)
            throw new UserException($"{path}: not a picture that can be read; expected JPEG, PNG or WebP content.");
        int width = codec.Info.Width, height = codec.Info.Height;
        if (!Picture.SizeIsAllowed(width, height))
            throw new UserException($"{path}: the picture is {width}x{height}; the limit is {Picture.MaxSide} a side and {Picture.MaxPixels / 1_000_000} megapixels.");

        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var result = codec.GetPixels(info, out var rgba);
        if (result != SKCodecResult.Success)
            throw new UserException(result == SKCodecResult.IncompleteInput
                ? $"{path}: the picture is cut off; get the whole file."
                : $"{path}: the picture is damaged ({result}).");
        form = codec.Info.ColorType == SKColorType.Gray8 ? PictureForm.Gray
            : !codec.Info.IsOpaque && IsSeenThrough(rgba) ? PictureForm.Transparent : PictureForm.Rgb;
        return Upright(OnWhite(rgba, width, height), codec.EncodedOrigin);
    }

    /// <summary>
    /// Writes a picture in the format of the name's ending, whole or not at all. <paramref name="comment"/> goes into
    /// the file's metadata (PNG text, JPEG comment).
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
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"{path}: marks stand in PNG files.", nameof(path));
        Write(path, seal(mark.InPng(Encode(picture, path))));
    }

    /// <summary>Makes the folder that is to hold <paramref name="path"/>.</summary>
    internal static void MakeRoom(string path) => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>The bytes that <see cref="Save"/> writes.</summary>
    public static byte[] Encode(Picture picture, string path, string? comment = null)
    {
        var format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => SKEncodedImageFormat.Png,
            ".jpg" or ".jpeg" => SKEncodedImageFormat.Jpeg,
            ".webp" => SKEncodedImageFormat.Webp,
            var ending => throw UserException.Usage($"{path}: pictures are written as .png, .jpg or .webp, not \"{ending}\"."),
        };
        using var bitmap = ToBitmap(picture);
        using var data = bitmap.Encode(format, JpegQuality)
            ?? throw new InvalidOperationException($"{format} encoding of a {picture.Width}x{picture.Height} picture failed.");
        var bytes = data.ToArray();
        return (comment, format) switch
        {
            (null, _) => bytes,
            (_, SKEncodedImageFormat.Png) => PictureComment.InPng(bytes, comment),
            (_, SKEncodedImageFormat.Jpeg) => PictureComment.InJpeg(bytes, comment),
            _ => bytes,
        };
    }

    /// <summary>An opaque RGBA bitmap to draw on.</summary>
    public static SKBitmap ToBitmap(Picture picture)
    {
        var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var to = bitmap.GetPixelSpan();
        for (var y = 0; y < picture.Height; y++)
        {
            var from = picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width);
            var row = to.Slice(y * bitmap.RowBytes, 4 * picture.Width);
            for (int i = 0, o = 0; i < from.Length; i += 3, o += 4)
                (row[o], row[o + 1], row[o + 2], row[o + 3]) = (from[i], from[i + 1], from[i + 2], 255);
        }

        return bitmap;
    }

    /// <summary>The colours of an RGBA bitmap.</summary>
    public static Picture FromBitmap(SKBitmap bitmap)
    {
        if (bitmap.ColorType != SKColorType.Rgba8888)
            throw new ArgumentException($"Expected an Rgba8888 bitmap, got {bitmap.ColorType}.", nameof(bitmap));
        var picture = new Picture(bitmap.Width, bitmap.Height);
        var from = bitmap.GetPixelSpan();
        for (var y = 0; y < picture.Height; y++)
        {
            var row = from.Slice(y * bitmap.RowBytes, 4 * picture.Width);
            var to = picture.Pixels.AsSpan(3 * y * picture.Width, 3 * picture.Width);
            for (int i = 0, o = 0; o < to.Length; i += 4, o += 3)
                (to[o], to[o + 1], to[o + 2]) = (row[i], row[i + 1], row[i + 2]);
        }

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
        var transposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var flipX = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var flipY = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
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

/// <summary>Puts a comment into the metadata of encoded pictures.</summary>
static class PictureComment
{
    /// <summary>What pictures and videos made by a network carry by default.</summary>
    public const string Synthetic = "Synthetic media: made by a talking head model, not a recording.";

    const int HeaderEnd = 8 + 25; // PNG signature and IHDR chunk

    /// <summary>An iTXt chunk after the header (PNG specification, 11.3.3.4), under the keyword for comments or another.</summary>
    public static byte[] InPng(byte[] png, string comment, string keyword = "Comment")
    {
        byte[] chunk = [.. new byte[4], .. "iTXt"u8, .. Encoding.ASCII.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(comment), .. new byte[4]];
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 12);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
        return [.. png.AsSpan(0, HeaderEnd), .. chunk, .. png.AsSpan(HeaderEnd)];
    }

    /// <summary>A COM segment after the start marker.</summary>
    public static byte[] InJpeg(byte[] jpeg, string comment)
    {
        var text = Encoding.UTF8.GetBytes(comment);
        byte[] segment = [0xFF, 0xFE, (byte)((text.Length + 2) >> 8), (byte)(text.Length + 2), .. text];
        return [.. jpeg.AsSpan(0, 2), .. segment, .. jpeg.AsSpan(2)];
    }

    /// <summary>A comment extension before the trailer (GIF89a, 24).</summary>
    public static byte[] GifTail(string comment)
    {
        List<byte> tail = [0x21, 0xFE];
        foreach (var block in Encoding.UTF8.GetBytes(comment).Chunk(255))
            tail.AddRange([(byte)block.Length, .. block]);
        return [.. tail, 0, 0x3B];
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
        }

        return ~crc;
    }
}

/// <summary>
/// Says in a file's metadata that a model made it: in words, and as IPTC's digital source type in an XMP packet, which
/// publishing tools and platforms read (IPTC Photo Metadata Standard 2023.1; XMP specification, part 3).
/// </summary>
/// <param name="Software">Name and version of the program.</param>
/// <param name="Model">Which model, such as a head's id.</param>
/// <param name="IsComposite">Whether real pictures stand beside generated ones, as in a sheet.</param>
public sealed record SyntheticMark(string Software, string Model, bool IsComposite = false)
{
    /// <summary>IPTC's term for what a trained model generated.</summary>
    public const string DigitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    /// <summary>IPTC's term for what shows generated and real content together.</summary>
    public const string CompositeSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

    /// <summary>The term that holds for this file.</summary>
    public string SourceType => IsComposite ? CompositeSourceType : DigitalSourceType;

    /// <summary>Name and version of the program apart.</summary>
    internal (string Name, string Version) Program => Software.LastIndexOf(' ') is var gap and > 0 ? (Software[..gap], Software[(gap + 1)..]) : (Software, "");

    // The box of an XMP packet in mp4.
    static readonly byte[] XmpUuid = Convert.FromHexString("BE7ACFCB97A942E89C71999491E3AFAC");

    /// <summary>The mark of this version of the program.</summary>
    public static SyntheticMark For(string model, bool isComposite = false) =>
        new($"talkinghead {typeof(SyntheticMark).Assembly.GetName().Version?.ToString(3)}", model, isComposite);

    /// <summary>For formats, and readers, that know words only.</summary>
    public string Comment => $"{PictureComment.Synthetic} {Software}, {Model}. {SourceType}";

    /// <summary>The packet.</summary>
    public string Xmp => $"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
          xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
          Iptc4xmpExt:DigitalSourceType="{SourceType}" xmp:CreatorTool="{SecurityElement.Escape(Software)}" dc:source="{SecurityElement.Escape(Model)}"/></rdf:RDF></x:xmpmeta>
        <?xpacket end="r"?>
        """;

    /// <summary>A PNG file with the packet and the comment.</summary>
    internal byte[] InPng(byte[] png) => PictureComment.InPng(PictureComment.InPng(png, Comment), Xmp, "XML:com.adobe.xmp");

    /// <summary>A box to stand after the others of an mp4 file: players pass over it.</summary>
    internal byte[] Mp4Box()
    {
        var packet = Encoding.UTF8.GetBytes(Xmp);
        var box = new byte[8 + XmpUuid.Length + packet.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        "uuid"u8.CopyTo(box.AsSpan(4));
        XmpUuid.CopyTo(box, 8);
        packet.CopyTo(box, 8 + XmpUuid.Length);
        return box;
    }
}
