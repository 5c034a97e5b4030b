using SkiaSharp;
using SkiaSharp.Native;

namespace Engine.Tests.Skia;

/// <summary>Counts native memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public class LeakTests
{
    static void Everything()
    {
        using var picture = Pictures.Natural(16, 16);
        foreach (var format in new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp })
        {
            using var data = picture.Encode(format, 90)!;
            using var codec = SKCodec.Create(data)!;
            using var read = SKBitmap.Decode(codec)!;
            using var image = SKImage.FromEncodedData(data)!;
            using var again = SKBitmap.FromImage(image);
            using var cut = SKBitmap.Decode(data.AsSpan()[..(int)(data.Size / 2)]);
        }
        using var part = new SKBitmap();
        picture.ExtractSubset(part, new SKRectI(2, 2, 9, 9));
        using var small = part.Resize(new SKSizeI(3, 3), ResizeTests.Smooth);
        using var canvas = new SKCanvas(picture);
        using var paint = new SKPaint();
        using (var shader = SKShader.CreateBitmap(part))
        using (var moved = shader.WithLocalMatrix(SKMatrix.CreateTranslation(3, 3)))
            paint.Shader = moved;
        canvas.DrawCircle(8, 8, 6, paint);
        using var clone = paint.Clone();
        paint.Reset();
        canvas.DrawCircle(8, 8, 6, clone);
        using var grey = new SKBitmap(8, 8, SKColorType.Gray8, SKAlphaType.Opaque);
        using var staged = new SKCanvas(grey);
        staged.DrawBitmap(picture, 0, 0, ResizeTests.Smooth);
        using var surface = SKSurface.Create(new SKImageInfo(4, 4))!;
        using var shot = surface.Snapshot();
    }

    [Fact]
    public void WhatIsDisposedGivesItsMemoryBack()
    {
        Everything();
        var before = NativeBlock.Alive;
        for (var i = 0; i < 20; i++)
            Everything();
        Assert.InRange(NativeBlock.Alive, 0, before);
    }

    [Fact]
    public void WhatIsForgottenIsFoundByTheCollector()
    {
        static void Forget()
        {
            for (var i = 0; i < 200; i++)
                _ = SKBitmap.Decode(Pictures.Encoded(SKEncodedImageFormat.Jpeg, 16));
        }
        var before = NativeBlock.Alive;
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(NativeBlock.Alive, 0, before + 20);
    }
}
