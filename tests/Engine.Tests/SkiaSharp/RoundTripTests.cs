using SkiaSharp;

namespace Engine.Tests.Skia;

public class RoundTripTests
{
    [Theory]
    [InlineData(SKColorType.Rgba8888)]
    [InlineData(SKColorType.Bgra8888)]
    public void PngKeepsEveryOpaquePixel(SKColorType colorType)
    {
        using var picture = Pictures.Natural(61, 37, colorType);
        using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
        using var read = SKBitmap.Decode(png!, picture.Info)!;
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Theory]
    [InlineData(SKColorType.Rgba8888)]
    [InlineData(SKColorType.Bgra8888)]
    public void PngKeepsEveryUnpremultipliedPixel(SKColorType colorType)
    {
        using var picture = Pictures.Noise(40, 30, colorType, SKAlphaType.Unpremul);
        using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
        using var read = SKBitmap.Decode(png!, picture.Info)!;
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Fact]
    public void PngKeepsEveryGreyPixelAndStaysGrey()
    {
        using var picture = Pictures.Natural(33, 21, SKColorType.Gray8);
        using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
        using var read = SKBitmap.Decode(png!)!;
        Assert.Equal(new SKImageInfo(33, 21, SKColorType.Gray8, SKAlphaType.Opaque), read.Info);
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Fact]
    public void DecodePremultipliesAlpha()
    {
        using var picture = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        picture.SetPixel(0, 0, new SKColor(200, 100, 50, 128));
        using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
        using var read = SKBitmap.Decode(png!)!;
        Assert.Equal(SKAlphaType.Premul, read.AlphaType);
        Assert.Equal(SKImageInfo.PlatformColorType, read.ColorType);
        Assert.Equal(new byte[] { 25, 50, 100, 128 }, read.Bytes);
    }

    [Theory]
    [InlineData(95, 38)]
    [InlineData(75, 33)]
    public void JpegComesCloseToThePicture(int quality, double decibels)
    {
        using var picture = Pictures.Natural(128, 96);
        using var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, quality);
        using var read = SKBitmap.Decode(jpeg!, picture.Info)!;
        Assert.InRange(Pictures.Psnr(picture, read), decibels, 60);
    }

    [Fact]
    public void JpegWithoutDownsamplingKeepsColourEdges()
    {
        using var picture = new SKBitmap(32, 32, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(picture);
        canvas.Clear(SKColors.Red);
        using var blue = new SKPaint { Color = SKColors.Blue };
        for (var x = 1; x < 32; x += 2)
            canvas.DrawRect(x, 0, 1, 32, blue);
        double Fidelity(SKJpegEncoderDownsample downsample)
        {
            using var pixels = picture.PeekPixels()!;
            using var jpeg = pixels.Encode(new SKJpegEncoderOptions(95, downsample, SKJpegEncoderAlphaOption.Ignore));
            using var read = SKBitmap.Decode(jpeg!, picture.Info)!;
            return Pictures.Psnr(picture, read);
        }
        Assert.True(Fidelity(SKJpegEncoderDownsample.Downsample444) > Fidelity(SKJpegEncoderDownsample.Downsample420) + 10);
    }

    [Fact]
    public void GreyJpegDecodesToGrey()
    {
        using var picture = Pictures.Natural(40, 40, SKColorType.Gray8);
        using var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, 95);
        using var codec = SKCodec.Create(jpeg!)!;
        Assert.Equal(SKColorType.Gray8, codec.Info.ColorType);
        using var read = SKBitmap.Decode(codec)!;
        Assert.True(Pictures.Psnr(picture, read) > 38);
    }

    [Fact]
    public void LosslessWebpKeepsEveryPixel()
    {
        using var picture = Pictures.Natural(50, 41);
        using var webp = picture.Encode(SKEncodedImageFormat.Webp, 100);
        using var read = SKBitmap.Decode(webp!, picture.Info)!;
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Fact]
    public void LosslessWebpKeepsAlpha()
    {
        using var picture = new SKBitmap(16, 16, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var i = 0; i < 256; i++)
            picture.SetPixel(i % 16, i / 16, new SKColor((byte)i, 7, 200, (byte)Math.Max(i, 1)));
        using var webp = picture.Encode(SKEncodedImageFormat.Webp, 100);
        using var read = SKBitmap.Decode(webp!, picture.Info)!;
        Assert.Equal(picture.Bytes, read.Bytes);
    }

    [Fact]
    public void LossyWebpComesCloseToThePicture()
    {
        using var picture = Pictures.Natural(96, 96);
        using var webp = picture.Encode(SKEncodedImageFormat.Webp, 95);
        using var read = SKBitmap.Decode(webp!, picture.Info)!;
        Assert.InRange(Pictures.Psnr(picture, read), 36, 60);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void OnePixelIsAPicture(SKEncodedImageFormat format)
    {
        using var picture = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque);
        picture.Erase(new SKColor(120, 130, 140));
        using var data = picture.Encode(format, 100);
        using var read = SKBitmap.Decode(data!)!;
        Assert.Equal(new SKSizeI(1, 1), read.Info.Size);
        Assert.InRange(read.GetPixel(0, 0).Green, 127, 133);
    }

    [Fact]
    public void EveryWayInGivesTheSamePixels()
    {
        var file = Pictures.Encoded(SKEncodedImageFormat.Png);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jpeg");
        File.WriteAllBytes(path, file);
        try
        {
            using var data = SKData.CreateCopy(file);
            using var stream = new MemoryStream(file);
            using var image = SKImage.FromEncodedData(file)!;
            SKBitmap?[] read =
            [
                SKBitmap.Decode(path), SKBitmap.Decode(data), SKBitmap.Decode(file), SKBitmap.Decode(file.AsSpan()), SKBitmap.Decode(stream),
                SKBitmap.FromImage(image),
            ];
            Assert.All(read, bitmap => Assert.Equal(read[0]!.Bytes, bitmap!.Bytes));
            Assert.Equal(read[0]!.Info, SKBitmap.DecodeBounds(path));
            Array.ForEach(read, bitmap => bitmap!.Dispose());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TheContentDecidesAndNotTheName()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jpeg");
        File.WriteAllBytes(path, Pictures.Encoded(SKEncodedImageFormat.Png));
        try
        {
            using var codec = SKCodec.Create(path)!;
            Assert.Equal(SKEncodedImageFormat.Png, codec.EncodedFormat);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
