using System.Buffers.Binary;
using System.IO.Hashing;
using SkiaSharp;
using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.EndToEndTests.Media.MadeMedia;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>Whatever colours a file is in, frames and pictures come in sRGB, upright, on white.</summary>
public sealed class ColorTests : IDisposable
{
    const string Skin = "color=0xB77E71:size=1280x720:rate=5:duration=0.6";

    static readonly (double, double, double) SkinColor = (183, 126, 113);

    readonly TemporaryFolder folder = new();

    public ColorTests() => Needs.Ffmpeg();

    public void Dispose() => folder.Dispose();

    Picture First(string name)
    {
        using var reader = VideoReader.Open(folder.At(name));
        return reader.Frames().First();
    }

    [Theory]
    [InlineData("arib-std-b67", "HLG")]
    [InlineData("smpte2084", "PQ")]
    public void HdrIsToneMappedAndSaidInOneWord(string transfer, string word)
    {
        FfmpegOrSkip("-f", "lavfi", "-i", Skin.Replace("1280x720", "320x180", StringComparison.Ordinal),
            "-vf",
            "scale=out_color_matrix=bt709,format=yuv444p,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv,"
                + $"zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le",
            "-c:v", "libx265", "-x265-params", $"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc", "-crf", "4",
                folder.At("hdr.mp4"));
        Assert.Equal($"HDR ({word}) tone-mapped to SDR", VideoInfo.Probe(folder.At("hdr.mp4")).ColorNote);
        AssertColor(SkinColor, Mean(First("hdr.mp4")), 5);
    }

    [Theory]
    [InlineData("bt709", 1280, 720, "", 2)]       // HD without a tag is BT.709
    [InlineData("bt601", 640, 360, "", 2)]        // and what is smaller BT.601
    [InlineData("bt709", 640, 360, "bt709", 2)]   // a tag is believed
    public void TheMatrixIsTheTagsOrThatOfTheSize(string matrix, int width, int height, string tag, double tolerance)
    {
        string[] tags = tag == "" ? [] : ["-colorspace", tag];
        Ffmpeg(["-f", "lavfi", "-i", Skin.Replace("1280x720", $"{width}x{height}", StringComparison.Ordinal),
            "-vf", $"scale=out_color_matrix={matrix},format=yuv444p,setparams=colorspace={(tag == "" ? "unknown" : tag)}", "-c:v",
            "libx264", "-qp", "0", .. tags, folder.At("a.mp4")]);
        Assert.Equal(tag == "" ? "unknown" : tag, Ask("-show_entries", "stream=color_space", "-of", "csv=p=0", folder.At("a.mp4"))[0]);
        AssertColor(SkinColor, Mean(First("a.mp4")), tolerance);
        Assert.Null(VideoInfo.Probe(folder.At("a.mp4")).ColorNote);
    }

    [Theory]
    [InlineData("a.mov", "qtrle", "argb")]
    [InlineData("a.mov", "prores_ks", "yuva444p10le")]
    [InlineData("a.mkv", "ffv1", "yuva420p")]
    [InlineData("a.webm", "libvpx-vp9", "yuva420p")] // transparency beside the pictures
    [InlineData("a.gif", "gif", "")]
    [InlineData("a.apng", "apng", "rgba")]
    public void TransparencyInVideosIsLaidOnWhite(string name, string codec, string format)
    {
        // Half of the frame is transparent red, half opaque.
        string[] way = format == ""
            ? ["-vf", "format=rgba,geq=r=200:g=40:b=40:a='if(lt(X,32),0,255)',split[a][b];"
                + "[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse"]
            : ["-vf", $"format=rgba,geq=r=200:g=40:b=40:a='if(lt(X,32),0,255)',format={format}"];
        FfmpegOrSkip(["-f", "lavfi", "-i", "color=red:size=64x48:rate=5:duration=0.6", .. way, "-c:v", codec,
            .. codec == "apng" ? ["-f", "apng"] : Array.Empty<string>(), folder.At(name)]);
        if (name == "a.apng")
        {
            AssertColor((255, 255, 255), Mean(Picture.Load(folder.At(name)), 2, 2, 26, 44), 3); // its first picture
            return;
        }

        var frame = First(name);
        AssertColor((255, 255, 255), Mean(frame, 2, 2, 26, 44), 3);
        AssertColor((200, 40, 40), Mean(frame, 36, 2, 26, 44), 8);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    [InlineData("a.webp")]
    public void AnIccProfileIsConverted(string name)
    {
        // Display P3, as phones take photos: the library embeds the profile.
        using (var space = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3))
        using (var bitmap = new SKBitmap(new SKImageInfo(32, 32, SKColorType.Rgba8888, SKAlphaType.Opaque, space)))
        {
            for (var i = 0; i < 32 * 32; i++)
                new byte[] { 175, 127, 114, 255 }.CopyTo(bitmap.GetPixelSpan()[(4 * i)..]);
            using var data = bitmap.Encode(name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png
                : name.EndsWith("jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Webp, 100);
            File.WriteAllBytes(folder.At(name), data.ToArray());
        }

        AssertColor(P3ToSrgb(175, 127, 114), Mean(Picture.Load(folder.At(name))), 2.5);
    }

    [Fact]
    public void AnSrgbPictureKeepsEveryBit()
    {
        var noise = TestPictures.Noise(64, 64, 3);
        noise.Save(folder.At("a.png"));
        Assert.Equal(noise.Pixels, Picture.Load(folder.At("a.png")).Pixels);
    }

    [Theory]
    [InlineData(1, 40, 20, 0, 0)]
    [InlineData(3, 40, 20, 39, 19)]
    [InlineData(6, 20, 40, 19, 0)] // a quarter to the right
    [InlineData(8, 20, 40, 0, 39)]
    public void PngAndTiffAreTurnedByTheirOrientation(int orientation, int width, int height, int x, int y)
    {
        var picture = new Picture(40, 20);
        picture.Pixels[0] = 255; // red in its stored corner
        picture.Save(folder.At("plain.png"));
        var png = File.ReadAllBytes(folder.At("plain.png"));
        byte[] exif = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] chunk = [0, 0, 0, (byte)exif.Length, .. "eXIf"u8, .. exif, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, exif.Length + 4)));
        File.WriteAllBytes(folder.At("turned.png"), [.. png[..33], .. chunk, .. png[33..]]);
        AssertCorner("turned.png");

        Ffmpeg("-i", folder.At("plain.png"), "-pix_fmt", "rgb24", folder.At("plain.tif"));
        File.WriteAllBytes(folder.At("turned.tif"), WithOrientation(File.ReadAllBytes(folder.At("plain.tif")), orientation));
        AssertCorner("turned.tif");

        void AssertCorner(string name)
        {
            var turned = Picture.Load(folder.At(name));
            Assert.Equal((width, height), (turned.Width, turned.Height));
            Assert.Equal(255, turned.Pixels[3 * (y * turned.Width + x)]);
            Assert.Equal(255, turned.Pixels.Sum(value => value));
        }
    }

    // Its directory with one more entry, at the end.
    static byte[] WithOrientation(byte[] tiff, int orientation)
    {
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory));
        var entries = Enumerable.Range(0, count).Select(i => tiff[(directory + 2 + 12 * i)..(directory + 14 + 12 * i)]).ToList();
        entries.RemoveAll(entry => BinaryPrimitives.ReadUInt16LittleEndian(entry) == 0x0112);
        entries.Add([0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0]);
        byte[] whole = [.. tiff, .. new byte[tiff.Length % 2], (byte)entries.Count, 0,
            .. entries.OrderBy(entry => BinaryPrimitives.ReadUInt16LittleEndian(entry)).SelectMany(entry => entry), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(4), (uint)(tiff.Length + tiff.Length % 2));
        return whole;
    }

    // Display P3 and sRGB share transfer and white; the matrix between their primaries (SMPTE EG 432-1, IEC 61966-2-1).
    static (double, double, double) P3ToSrgb(double r, double g, double b)
    {
        (r, g, b) = (Linear(r), Linear(g), Linear(b));
        return (Encoded(1.2249 * r - 0.2247 * g), Encoded(-0.0420 * r + 1.0419 * g), Encoded(-0.0197 * r - 0.0786 * g + 1.0979 * b));

        static double Linear(double value) => value / 255 <= 0.04045 ? value / 255 / 12.92 : Math.Pow((value / 255 + 0.055) / 1.055, 2.4);

        static double Encoded(double value) => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * Math.Pow(value, 1 / 2.4) - 0.055);
    }
}
