using System.Buffers.Binary;
using SkiaSharp;

namespace TalkingHead.Media;

/// <summary>What the bytes of a picture file say: its kind, and which way up it is.</summary>
static class PictureContent
{
    // Demuxers of single pictures. None of them opens another file; SVG, which could, is not among them.
    const string PictureDemuxers =
        "bmp_pipe,dds_pipe,dpx_pipe,exr_pipe,gif_pipe,j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,pam_pipe,pbm_pipe,pcx_pipe,"
        + "pfm_pipe,pgm_pipe,png_pipe,ppm_pipe,psd_pipe,qoi_pipe,sgi_pipe,tiff_pipe,webp_pipe,image2pipe";

    /// <summary>JPEG, PNG and WebP: what the picture library reads.</summary>
    public static bool IsSkias(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])
        || (bytes.StartsWith("RIFF"u8) && At(bytes, 8).StartsWith("WEBP"u8))
        || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) && bytes.Length > 5 && bytes[4] > 0 && bytes[5] == 0;

    /// <summary>What ffmpeg reads beside these.</summary>
    public static bool IsFfmpegs(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("BM"u8) || IsTiff(bytes) || IsAvif(bytes) || bytes.StartsWith("8BPS"u8) || bytes.StartsWith("qoif"u8)
        || bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || At(bytes, 4).StartsWith("JXL "u8) || At(bytes, 4).StartsWith("jP  "u8)
        || bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]) || bytes.StartsWith((ReadOnlySpan<byte>)[0x76, 0x2F, 0x31, 0x01])
        || (bytes.Length > 2 && bytes[0] == 'P' && bytes[1] is >= (byte)'1' and <= (byte)'7'
            && bytes[2] is (byte)'\n' or (byte)' ' or (byte)'\r');

    public static bool IsHeic(ReadOnlySpan<byte> bytes) =>
        At(bytes, 4).StartsWith("ftyp"u8) && (At(bytes, 8).StartsWith("hei"u8) || At(bytes, 8).StartsWith("hev"u8)
            || (At(bytes, 8).StartsWith("mif1"u8) && !IsAvif(bytes)));

    public static bool IsAnimatedWebp(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 20 && bytes.StartsWith("RIFF"u8) && At(bytes, 8).StartsWith("WEBPVP8X"u8) && (bytes[20] & 2) != 0;

    static bool IsAvif(ReadOnlySpan<byte> bytes) => At(bytes, 4).StartsWith("ftyp"u8)
        && (At(bytes, 8).StartsWith("avif"u8) || (At(bytes, 8).StartsWith("mif1"u8)
            && bytes[..Math.Min(bytes.Length, 32)].IndexOf("avif"u8) > 0));

    static bool IsTiff(ReadOnlySpan<byte> bytes) => bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8);

    static ReadOnlySpan<byte> At(ReadOnlySpan<byte> bytes, int place) => bytes.Length > place ? bytes[place..] : [];

    /// <summary>The picture as a PNG file, by ffmpeg.</summary>
    /// <exception cref="UserException">ffmpeg is missing, or cannot read it; messages call it <paramref name="path"/>.</exception>
    public static byte[] AsPng(ReadOnlySpan<byte> encoded, string path)
    {
        var input = encoded.ToArray();
        // A frame of the whole file: without that, a pipe is cut into pieces where a format has no parser of its own.
        string[] demuxer = IsAvif(encoded) ? ["-format_whitelist", "mov"]
            : IsFfmpegs(encoded) ? ["-format_whitelist", PictureDemuxers, "-frame_size", $"{encoded.Length}"]
            : ["-f", "image2pipe", "-c:v", "targa", "-frame_size", $"{encoded.Length}"];
        using var ffmpeg = Ffmpeg.Start("ffmpeg",
        [
            "-v", "error", "-protocol_whitelist", "pipe", "-max_pixels", $"{Picture.MaxPixels}", .. demuxer, "-i", "pipe:0",
            "-map", "0:v:0", "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1",
        ], writes: true, reads: true);
        var feeding = Task.Run(() =>
        {
            try
            {
                ffmpeg.Input.Write(input);
                ffmpeg.Input.Close();
            }
            catch (IOException)
            {
                // It has seen enough.
            }
        });
        using var png = new MemoryStream();
        ffmpeg.Output.CopyTo(png);
        feeding.Wait();
        if (ffmpeg.Wait() == 0 && png.Length > 0)
            return png.ToArray();
        var reason = ffmpeg.LastWords() is { Length: > 0 } words ? words : "ffmpeg gave no reason";
        throw new UserException($"{path}: the picture cannot be read ({reason}); convert it to JPEG or PNG.");
    }

    /// <summary>
    /// The orientation in a PNG's eXIf chunk (PNG specification, third edition, 11.3.4.5) or in a TIFF; upright where there
    /// is none.
    /// </summary>
    public static SKEncodedOrigin Orientation(ReadOnlySpan<byte> bytes)
    {
        if (IsTiff(bytes))
            return OfTiff(bytes);
        if (!bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]))
            return SKEncodedOrigin.TopLeft;
        for (var at = 8L; at + 12 <= bytes.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(int)at..]);
            var chunk = bytes.Slice((int)at + 4, 4);
            if (at + 12 + length > bytes.Length)
                break;
            if (chunk.SequenceEqual("eXIf"u8))
                return OfTiff(bytes.Slice((int)at + 8, (int)length));
            at += 12 + length;
        }

        return SKEncodedOrigin.TopLeft;
    }

    // Tag 0x0112 of the first directory (TIFF 6.0, section 2; Exif 2.3, 4.6.4).
    static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !IsTiff(tiff))
            return SKEncodedOrigin.TopLeft;
        var little = tiff[0] == 'I';
        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory + 2L > tiff.Length)
            return SKEncodedOrigin.TopLeft;
        var entries = tiff[(int)directory..];
        int count = Short(entries, little);
        for (var i = 0; i < count && 2 + 12 * (i + 1) <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + 12 * i, 12);
            if (Short(entry, little) == 0x0112 && Short(entry[8..], little) is >= 1 and <= 8 and var orientation)
                return (SKEncodedOrigin)orientation;
        }

        return SKEncodedOrigin.TopLeft;
    }

    static ushort Short(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
}
