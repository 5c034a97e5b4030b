using TalkingHead.Media;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Media;

public sealed class PictureFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(257, 131)]
    public void PngRoundTripIsExact(int width, int height)
    {
        var picture = TestPictures.Noise(width, height, seed: 1);
        picture.Save(folder.At("a.png"));
        Assert.Equal(picture.Pixels, Picture.Load(folder.At("a.png")).Pixels);
    }

    [Fact]
    public void JpegRoundTripKeeps38Decibels()
    {
        var picture = TestPictures.Waves(320, 240);
        picture.Save(folder.At("a.jpg"));
        var psnr = TestPictures.Psnr(picture, Picture.Load(folder.At("a.jpg")));
        TestContext.Current.SendDiagnosticMessage($"JPEG q95: {psnr:0.0} dB");
        Assert.True(psnr > 38, $"{psnr:0.0} dB");
    }

    [Fact]
    public void RealFrameSurvivesJpegAbove38Decibels()
    {
        using var reader = VideoReader.Open(RealClips.Path("head-pose-male.mp4"));
        var frame = reader.Frames().First();
        frame.Save(folder.At("a.jpg"));
        var psnr = TestPictures.Psnr(frame, Picture.Load(folder.At("a.jpg")));
        TestContext.Current.SendDiagnosticMessage($"JPEG q95 of a real frame: {psnr:0.0} dB");
        Assert.True(psnr > 38, $"{psnr:0.0} dB");
    }

    [Fact]
    public void ContentDecidesNotTheEnding()
    {
        var picture = TestPictures.Noise(20, 10, seed: 2);
        picture.Save(folder.At("a.png"));
        File.Move(folder.At("a.png"), folder.At("a.jpeg"));
        Assert.True(PictureFile.IsPicture(folder.At("a.jpeg")));
        Assert.Equal(picture.Pixels, Picture.Load(folder.At("a.jpeg")).Pixels);
    }

    // Where the stored picture's top left corner is to be seen, for each EXIF orientation.
    [Theory]
    [InlineData(1, false, 0, 0)]
    [InlineData(2, false, 1, 0)]
    [InlineData(3, false, 1, 1)]
    [InlineData(4, false, 0, 1)]
    [InlineData(5, true, 0, 0)]
    [InlineData(6, true, 1, 0)]
    [InlineData(7, true, 1, 1)]
    [InlineData(8, true, 0, 1)]
    public void ExifOrientationIsHonoured(byte orientation, bool transposed, int cornerX, int cornerY)
    {
        var stored = new Picture(64, 32);
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 16; x++)
                stored.Pixels[3 * (y * 64 + x)] = 255; // a red corner, top left
        }

        for (var y = 0; y < 16; y++)
        {
            for (var x = 48; x < 64; x++)
                stored.Pixels[3 * (y * 64 + x) + 1] = 255; // a green one, top right
        }

        var jpeg = PictureFile.Encode(stored, "a.jpg");
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif"u8, 0, 0, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation,
            0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(folder.At("a.jpg"), [.. jpeg[..2], .. exif, .. jpeg[2..]]);

        var shown = Picture.Load(folder.At("a.jpg"));
        Assert.Equal(transposed ? (32, 64) : (64, 32), (shown.Width, shown.Height));
        (byte Red, byte Green) Corner(int x, int y)
        {
            var at = 3 * ((y == 0 ? 8 : shown.Height - 8) * shown.Width + (x == 0 ? 8 : shown.Width - 8));
            return (shown.Pixels[at], shown.Pixels[at + 1]);
        }

        // The green corner lies along the stored row, which is a column after a transposition.
        var green = transposed ? Corner(cornerX, 1 - cornerY) : Corner(1 - cornerX, cornerY);
        Assert.True(Corner(cornerX, cornerY) is ( > 200, < 60), $"red corner: {Corner(cornerX, cornerY)}");
        Assert.True(green is ( < 60, > 200), $"green corner: {green}");
    }

    [Fact]
    public void HeaderBombIsRefusedBeforeAllocation()
    {
        File.WriteAllBytes(folder.At("bomb.png"), TestPictures.HeaderOnlyPng(20000, 20000));
        var before = GC.GetTotalAllocatedBytes();
        var error = Assert.Throws<UserException>(() => Picture.Load(folder.At("bomb.png")));
        Assert.Contains("20000x20000", error.Message, StringComparison.Ordinal);
        Assert.Contains("bomb.png", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 1 << 20);
    }

    [Theory]
    [InlineData("cut.jpg")]
    [InlineData("cut.png")]
    [InlineData("empty.jpg")]
    [InlineData("text.jpg")]
    [InlineData("missing.png")]
    public void BadFilesAreNamedInOneSentence(string name)
    {
        var whole = PictureFile.Encode(TestPictures.Noise(64, 64, seed: 3), name);
        var content = name switch { "empty.jpg" => [], "text.jpg" => "This is no picture."u8.ToArray(), _ => whole[..(whole.Length / 2)] };
        if (name != "missing.png")
            File.WriteAllBytes(folder.At(name), content);
        var error = Assert.Throws<UserException>(() => Picture.Load(folder.At(name)));
        Assert.StartsWith(folder.At(name), error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    public void CommentIsInTheFileAndThePictureIsTheSame(string name)
    {
        var picture = TestPictures.Noise(16, 16, seed: 4);
        picture.Save(folder.At(name), "Synthetic — made up");
        Assert.True(File.ReadAllBytes(folder.At(name)).AsSpan().IndexOf("Synthetic — made up"u8) > 0);
        picture.Save(folder.At("plain-" + name));
        Assert.Equal(Picture.Load(folder.At("plain-" + name)).Pixels, Picture.Load(folder.At(name)).Pixels);
    }

    [Fact]
    public void UnknownEndingIsWrongUsage() =>
        Assert.Equal(2, Assert.Throws<UserException>(() => new Picture(1, 1).Save(folder.At("a.tiff"))).ExitCode);
}
