using TalkingHead.Media;
using TalkingHead.Tests;
using TalkingHead.Tests.Media;
using TalkingHead.Tests.Serialization;
using static TalkingHead.EndToEndTests.Media.MadeMedia;

namespace TalkingHead.EndToEndTests.Media;

/// <summary>Every kind of picture that the picture library or ffmpeg reads is read, and no file of a folder vanishes.</summary>
public sealed class PictureKindTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public PictureKindTests() => Needs.Ffmpeg();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a.bmp", true)]
    [InlineData("a.tif", true)]
    [InlineData("a.tga", true)]
    [InlineData("a.ppm", true)]
    [InlineData("a.qoi", true)]
    [InlineData("a.jp2", false)]
    [InlineData("a.jxl", false)]
    public void KindsBesideJpegPngAndWebpAreReadByFfmpeg(string name, bool exact)
    {
        var picture = TestPictures.Waves(48, 32);
        picture.Save(folder.At("a.png"));
        FfmpegOrSkip(["-i", folder.At("a.png"), .. name == "a.tif" ? ["-pix_fmt", "rgb24"] : Array.Empty<string>(), folder.At(name)]);
        Assert.True(name == "a.tga" || PictureFile.IsPicture(folder.At(name)));
        var read = Picture.Load(folder.At(name));
        Assert.Equal((48, 32), (read.Width, read.Height));
        if (exact)
            Assert.Equal(picture.Pixels, read.Pixels);
        else
            Assert.True(TestPictures.Psnr(picture, read) > 30);
    }

    [Fact]
    public void HeicAndAnimatedWebpAreNamedForWhatTheyAre()
    {
        File.WriteAllBytes(folder.At("a.heic"), [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8]);
        Assert.Equal($"{folder.At("a.heic")}: HEIC is not read; convert it to JPEG.",
            Assert.Throws<UserException>(() => Picture.Load(folder.At("a.heic"))).Message);
        Assert.Equal($"{folder.At("a.heic")}: HEIC is not read; convert it to JPEG.",
            Assert.Throws<UserException>(() => VideoInfo.Probe(folder.At("a.heic"))).Message);
        Ffmpeg("-f", "lavfi", "-i", "testsrc=size=32x32:rate=5:duration=1", "-loop", "0", folder.At("a.webp"));
        Assert.Contains("animated WebP is not read", Assert.Throws<UserException>(() => VideoInfo.Probe(folder.At("a.webp"))).Message);
        TestPictures.Waves(8, 8).Save(folder.At("a.png"));
        Assert.Equal($"{folder.At("a.png")}: is a picture; expected a video.",
            Assert.Throws<UserException>(() => VideoInfo.Probe(folder.At("a.png"))).Message);
    }

    [Fact]
    public void ABombIsRefusedBeforeItTakesMemory()
    {
        // 102400 x 102400
        byte[] head = [.. "BM"u8, 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 0x00, 0x90, 0x01, 0x00, 0x00, 0x90, 0x01, 0x00, 1, 0,
            24, 0, 0, 0, 0, 0];
        File.WriteAllBytes(folder.At("a.bmp"), [.. head, .. new byte[200]]);
        Assert.Contains("the picture cannot be read", Assert.Throws<UserException>(() => Picture.Load(folder.At("a.bmp"))).Message);
    }

    [Fact]
    public void AFolderIsListedWhole()
    {
        foreach (var name in new[] { "b.JPG", "a.heic", "c.tiff", "clip.mov", "notes.txt", "raw.cr2", ".hidden.jpg", "Thumbs.db" })
            File.WriteAllText(folder.At(name), "x");
        var pictures = MediaFolder.Pictures(folder.At("."));
        Assert.Equal(["a.heic", "b.JPG", "c.tiff"], pictures.Taken.Select(Path.GetFileName));
        Assert.Equal(["clip.mov", "raw.cr2"], pictures.Others);
        Assert.Equal(["raw.cr2"], MediaFolder.All(folder.At(".")).Others);
    }
}
