using SkiaSharp;

namespace Engine.Tests.Skia;

public class DrawnPictureTests
{
    static readonly SKSamplingOptions Nearest = new(SKFilterMode.Nearest);

    static SKBitmap Canvas(int size, SKColor background, Action<SKCanvas> draw)
    {
        var bitmap = new SKBitmap(size, size, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(background);
        draw(canvas);
        return bitmap;
    }

    [Theory]
    [InlineData(SKColorType.Rgba8888)]
    [InlineData(SKColorType.Bgra8888)]
    [InlineData(SKColorType.Rgb888x)]
    [InlineData(SKColorType.Gray8)]
    public void APictureAtAWholePixelIsCopied(SKColorType colorType)
    {
        using var picture = Pictures.Natural(12, 10, colorType);
        foreach (var sampling in new[] { Nearest, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), new SKSamplingOptions(SKCubicResampler.Mitchell) })
        {
            using var drawn = Canvas(20, SKColors.White, canvas => canvas.DrawBitmap(picture, 5, 7, sampling));
            for (var y = 0; y < 10; y++)
            {
                for (var x = 0; x < 12; x++)
                    Assert.Equal(picture.GetPixel(x, y), drawn.GetPixel(x + 5, y + 7));
            }
            Assert.Equal(SKColors.White, drawn.GetPixel(4, 7));
            Assert.Equal(SKColors.White, drawn.GetPixel(17, 16));
        }
    }

    [Fact]
    public void AlphaOfThePictureAndOfThePaintMultiply()
    {
        using var picture = new SKBitmap(20, 20, SKColorType.Bgra8888, SKAlphaType.Unpremul);
        picture.Erase(SKColors.Red.WithAlpha(128));
        using var half = new SKPaint { Color = SKColors.Black.WithAlpha(128) };
        using var drawn = Canvas(20, SKColors.White, canvas => canvas.DrawBitmap(picture, 0, 0, Nearest, half));
        Assert.InRange(drawn.GetPixel(9, 9).Green, 255 - 66, 255 - 62);
    }

    [Fact]
    public void ASourceRectangleBeyondThePictureLeavesTheRestAlone()
    {
        using var picture = new SKBitmap(10, 10, SKColorType.Rgba8888, SKAlphaType.Opaque);
        picture.Erase(SKColors.Blue);
        using var drawn = Canvas(40, SKColors.White, canvas =>
            canvas.DrawBitmap(picture, new SKRect(-10, -10, 10, 10), new SKRect(0, 0, 40, 40), Nearest));
        Assert.Equal(400, drawn.Pixels.Count(pixel => pixel == SKColors.Blue));
        Assert.Equal(SKColors.Blue, drawn.GetPixel(20, 20));
    }

    [Fact]
    public void APartIsEnlargedWithoutItsNeighbours()
    {
        using var picture = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque);
        picture.Erase(SKColors.Blue);
        picture.Erase(SKColors.Red, SKRectI.Create(1, 1, 2, 2));
        using var drawn = Canvas(20, SKColors.White, canvas =>
            canvas.DrawBitmap(picture, new SKRect(1, 1, 3, 3), new SKRect(0, 0, 20, 20), new SKSamplingOptions(SKFilterMode.Linear)));
        Assert.All(drawn.Pixels, pixel => Assert.Equal(SKColors.Red, pixel));
    }

    [Fact]
    public void ShrinkingWithMipmapsAverages()
    {
        using var stripes = new SKBitmap(64, 64, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var x = 0; x < 64; x++)
            stripes.Erase(x % 2 == 0 ? SKColors.Black : SKColors.White, SKRectI.Create(x, 0, 1, 64));
        using var drawn = Canvas(16, SKColors.White, canvas =>
            canvas.DrawBitmap(stripes, new SKRect(0, 0, 16, 16), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)));
        Assert.All(drawn.Pixels, pixel => Assert.InRange(pixel.Red, 110, 146));
    }

    [Fact]
    public void AnImageDoesNotChangeWithItsBitmap()
    {
        using var bitmap = new SKBitmap(4, 4);
        bitmap.Erase(SKColors.Red);
        using var image = SKImage.FromBitmap(bitmap)!;
        bitmap.Erase(SKColors.Blue);
        using var drawn = Canvas(4, SKColors.White, canvas => canvas.DrawImage(image, 0, 0, Nearest));
        Assert.Equal(SKColors.Red, drawn.GetPixel(2, 2));
    }

    [Fact]
    public void ASurfaceGivesWhatWasDrawn()
    {
        using var surface = SKSurface.Create(new SKImageInfo(8, 8))!;
        surface.Canvas.Clear(SKColors.Green);
        using var first = surface.Snapshot()!;
        surface.Canvas.Clear(SKColors.Blue);
        using var read = SKBitmap.FromImage(first)!;
        Assert.Equal(SKColors.Green, read.GetPixel(3, 3));
    }
}
