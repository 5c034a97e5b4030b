using SkiaSharp;

namespace Engine.Tests.Skia;

public class ResizeTests
{
    public static readonly SKSamplingOptions Smooth = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    public static TheoryData<string, SKSamplingOptions> Ways => new()
    {
        { "nearest", SKSamplingOptions.Default },
        { "linear", new SKSamplingOptions(SKFilterMode.Linear) },
        { "mipmaps", Smooth },
        { "Mitchell", new SKSamplingOptions(SKCubicResampler.Mitchell) },
        { "Catmull-Rom", new SKSamplingOptions(SKCubicResampler.CatmullRom) },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void AFlatPictureStaysFlat(string way, SKSamplingOptions sampling)
    {
        Assert.NotEmpty(way);
        using var picture = new SKBitmap(37, 23, SKColorType.Rgba8888, SKAlphaType.Premul);
        picture.Erase(new SKColor(201, 33, 7));
        foreach (var size in new[] { new SKSizeI(1, 1), new SKSizeI(11, 50), new SKSizeI(80, 3), new SKSizeI(37, 23) })
        {
            using var resized = picture.Resize(size, sampling)!;
            Assert.All(resized.Pixels, pixel => Assert.Equal(new SKColor(201, 33, 7), pixel));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void ARampStaysInPlace(string way, SKSamplingOptions sampling)
    {
        using var ramp = new SKBitmap(100, 1, SKColorType.Gray8, SKAlphaType.Opaque);
        for (var x = 0; x < 100; x++)
            ramp.GetPixelSpan()[x] = (byte)(2 * x);
        foreach (var width in new[] { 25, 50, 200 })
        {
            using var resized = ramp.Resize(new SKSizeI(width, 1), sampling)!;
            for (var x = width / 5; x < width * 4 / 5; x++)
            {
                var expected = 2 * ((x + 0.5) * 100 / width - 0.5);
                Assert.True(Math.Abs(resized.GetPixelSpan()[x] - expected) <= (way == "nearest" ? 2.01 : 1.01), $"{way} to {width} at {x}");
            }
        }
    }

    [Fact]
    public void ShrinkingAveragesWithMipmapsAndSkipsWithout()
    {
        using var stripes = new SKBitmap(64, 64, SKColorType.Gray8, SKAlphaType.Opaque);
        for (var x = 0; x < 64; x += 2)
            stripes.Erase(SKColors.White, SKRectI.Create(x, 0, 1, 64));
        using var smooth = stripes.Resize(new SKSizeI(16, 16), Smooth)!;
        using var nearest = stripes.Resize(new SKSizeI(16, 16), SKSamplingOptions.Default)!;
        Assert.All(smooth.Bytes[16..^16].Where((_, i) => i % 16 is not 0 and not 15), level => Assert.InRange(level, 125, 130));
        Assert.All(nearest.Bytes, level => Assert.True(level is 0 or 255));
    }

    [Fact]
    public void ShrinkingKeepsTheMean()
    {
        using var noise = Pictures.Noise(120, 90, SKColorType.Gray8, SKAlphaType.Opaque);
        using var small = noise.Resize(new SKSizeI(13, 17), Smooth)!;
        Assert.Equal(noise.Bytes.Average(level => level), small.Bytes.Average(level => level), tolerance: 2);
    }

    [Fact]
    public void TransparentPixelsDoNotBleedTheirColour()
    {
        using var picture = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        picture.Erase(SKColors.Lime.WithAlpha(0));
        picture.Erase(SKColors.Red, SKRectI.Create(0, 0, 2, 4));
        using var resized = picture.Resize(new SKSizeI(2, 2), Smooth)!;
        Assert.All(resized.Pixels, pixel => Assert.Equal(0, pixel.Green));
    }

    [Fact]
    public void APictureSurvivesDoublingAndHalving()
    {
        using var picture = Pictures.Natural(64, 64);
        using var doubled = picture.Resize(new SKSizeI(128, 128), new SKSamplingOptions(SKCubicResampler.CatmullRom))!;
        using var back = doubled.Resize(new SKSizeI(64, 64), Smooth)!;
        Assert.InRange(Pictures.Psnr(picture, back), 38, 80);
    }

    [Fact]
    public void ResizeConvertsTheLayout()
    {
        using var picture = Pictures.Natural(20, 20);
        using var gray = picture.Resize(new SKImageInfo(10, 10, SKColorType.Gray8), Smooth)!;
        Assert.Equal(new SKImageInfo(10, 10, SKColorType.Gray8, SKAlphaType.Opaque), gray.Info);
        Assert.Null(picture.Resize(new SKSizeI(0, 5), Smooth));
    }

    [Fact]
    public void JpegDecodesToEighths()
    {
        using var picture = Pictures.Natural(100, 60);
        using var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, 95)!;
        using var codec = SKCodec.Create(jpeg)!;
        Assert.Equal(new SKSizeI(50, 30), codec.GetScaledDimensions(0.5f));
        Assert.Equal(new SKSizeI(38, 23), codec.GetScaledDimensions(0.4f));
        using var half = SKBitmap.Decode(codec, codec.Info.WithSize(50, 30))!;
        using var expected = picture.Resize(half.Info, Smooth)!;
        Assert.InRange(Pictures.Psnr(expected, half), 30, 80);
    }
}
