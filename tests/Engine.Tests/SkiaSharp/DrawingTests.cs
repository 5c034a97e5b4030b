using SkiaSharp;

namespace Engine.Tests.Skia;

public class DrawingTests
{
    static readonly SKPaint Red = new() { Color = SKColors.Red };

    static SKBitmap Draw(Action<SKCanvas> draw, int size = 40, SKColorType colorType = SKColorType.Rgba8888, SKAlphaType alphaType = SKAlphaType.Premul)
    {
        var bitmap = new SKBitmap(size, size, colorType, alphaType);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        draw(canvas);
        return bitmap;
    }

    static int Count(SKBitmap bitmap, SKColor color) => bitmap.Pixels.Count(pixel => pixel == color);

    /// <summary>A bit of everything.</summary>
    static void Scene(SKCanvas canvas)
    {
        using var line = new SKPaint { Color = SKColors.Teal, Style = SKPaintStyle.Stroke, StrokeWidth = 3, IsAntialias = true, StrokeCap = SKStrokeCap.Round };
        using var shader = SKShader.CreateLinearGradient(SKPoint.Empty, new SKPoint(40, 40), [SKColors.Orange, SKColors.Navy], SKShaderTileMode.Clamp);
        using var shaded = new SKPaint { Shader = shader, IsAntialias = true };
        using var glass = new SKPaint { Color = SKColors.Crimson.WithAlpha(100), IsAntialias = true };
        using var picture = Pictures.Natural(8, 8);
        using var font = new SKFont(SKTypeface.Default, 12);
        canvas.DrawRoundRect(4, 4, 30, 20, 5, 5, shaded);
        canvas.DrawLine(2, 38, 38, 12, line);
        canvas.DrawCircle(24, 24, 9.5f, glass);
        canvas.DrawBitmap(picture, new SKRect(26, 2, 39, 15), new SKSamplingOptions(SKFilterMode.Linear));
        canvas.DrawText("Ag", 3, 36, SKTextAlign.Left, font, Red);
    }

    [Fact]
    public void ALineCoversItsWidth()
    {
        using var paint = new SKPaint { Color = SKColors.Black, StrokeWidth = 4 };
        using var bitmap = Draw(canvas => canvas.DrawLine(10, 20, 30, 20, paint));
        Assert.Equal(20 * 4, Count(bitmap, SKColors.Black));
        Assert.Equal(SKColors.Black, bitmap.GetPixel(10, 18));
        Assert.Equal(SKColors.White, bitmap.GetPixel(9, 20));
        Assert.Equal(SKColors.White, bitmap.GetPixel(20, 22));
    }

    [Fact]
    public void AHairlineIsOnePixelWideUnderAnyScale()
    {
        using var paint = new SKPaint { Color = SKColors.Black };
        using var bitmap = Draw(canvas =>
        {
            canvas.Scale(10);
            canvas.DrawLine(0.5f, 1.55f, 3.5f, 1.55f, paint);
        });
        Assert.Equal(30, Count(bitmap, SKColors.Black));
    }

    [Fact]
    public void ACircleHasItsArea()
    {
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        using var bitmap = Draw(canvas => canvas.DrawCircle(20, 20, 15, paint));
        var ink = bitmap.Pixels.Sum(pixel => 1 - pixel.Red / 255.0);
        Assert.Equal(Math.PI * 15 * 15, ink, tolerance: 2);
        Assert.Equal(SKColors.Black, bitmap.GetPixel(20, 6));
        Assert.Equal(SKColors.White, bitmap.GetPixel(8, 8));
    }

    [Fact]
    public void EdgesAreGreyOnlyWithAntialiasing()
    {
        foreach (var smooth in new[] { false, true })
        {
            using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = smooth };
            using var bitmap = Draw(canvas => canvas.DrawCircle(20, 20, 15, paint));
            Assert.Equal(smooth, bitmap.Pixels.Any(pixel => pixel.Red is > 0 and < 255));
        }
    }

    [Fact]
    public void HalfAlphaGivesTheMiddle()
    {
        using var paint = new SKPaint { Color = SKColors.Red.WithAlpha(128) };
        using var bitmap = Draw(canvas => canvas.DrawRect(0, 0, 40, 40, paint));
        Assert.Equal(new SKColor(255, 127, 127), bitmap.GetPixel(20, 20));
    }

    [Fact]
    public void ALinearGradientRunsFromEndToEnd()
    {
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(40, 0), [SKColors.Red, SKColors.Blue], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        using var bitmap = Draw(canvas => canvas.DrawRect(0, 0, 40, 40, paint));
        for (var x = 0; x < 40; x++)
        {
            var expected = 255 * (1 - (x + 0.5) / 40);
            Assert.InRange(bitmap.GetPixel(x, 7).Red, expected - 2, expected + 2);
            Assert.InRange(bitmap.GetPixel(x, 30).Blue, 255 - expected - 2, 255 - expected + 2);
        }
    }

    [Fact]
    public void ARadialGradientDependsOnTheDistanceAlone()
    {
        using var shader = SKShader.CreateRadialGradient(new SKPoint(20, 20), 20, [SKColors.Black, SKColors.White], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        using var bitmap = Draw(canvas => canvas.DrawPaint(paint));
        Assert.InRange(bitmap.GetPixel(29, 19).Red, 117, 127);
        Assert.InRange(bitmap.GetPixel(19, 29).Red - bitmap.GetPixel(29, 19).Red, -2, 2);
        Assert.Equal(SKColors.White, bitmap.GetPixel(1, 1));
    }

    [Fact]
    public void ALocalMatrixMovesAShader()
    {
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(1, 0), [SKColors.Black, SKColors.White], null, SKShaderTileMode.Clamp, SKMatrix.CreateScaleTranslation(1, 1, 20, 0));
        using var paint = new SKPaint { Shader = shader };
        using var bitmap = Draw(canvas => canvas.DrawPaint(paint));
        Assert.Equal(SKColors.Black, bitmap.GetPixel(18, 5));
        Assert.Equal(SKColors.White, bitmap.GetPixel(22, 5));
    }

    [Fact]
    public void ABitmapShaderRepeats()
    {
        using var tile = new SKBitmap(2, 1, SKColorType.Bgra8888, SKAlphaType.Premul);
        tile.Pixels = [SKColors.Red, SKColors.Lime];
        using var shader = SKShader.CreateBitmap(tile, SKShaderTileMode.Repeat, SKShaderTileMode.Repeat);
        using var paint = new SKPaint { Shader = shader };
        using var bitmap = Draw(canvas => canvas.DrawPaint(paint));
        Assert.Equal((SKColors.Red, SKColors.Lime, SKColors.Red), (bitmap.GetPixel(10, 3), bitmap.GetPixel(11, 3), bitmap.GetPixel(12, 4)));
    }

    [Theory]
    [InlineData(SKColorType.Bgra8888, SKAlphaType.Premul)]
    [InlineData(SKColorType.Rgba8888, SKAlphaType.Opaque)]
    [InlineData(SKColorType.Rgb888x, SKAlphaType.Opaque)]
    [InlineData(SKColorType.Rgba8888, SKAlphaType.Unpremul)]
    public void EveryLayoutShowsTheSameScene(SKColorType colorType, SKAlphaType alphaType)
    {
        using var expected = Draw(Scene);
        using var bitmap = Draw(Scene, 40, colorType, alphaType);
        Assert.Equal(expected.Pixels, bitmap.Pixels);
    }

    [Fact]
    public void AGreyBitmapShowsTheLuminance()
    {
        using var bitmap = Draw(canvas => canvas.DrawRect(0, 0, 40, 20, Red), 40, SKColorType.Gray8);
        Assert.Equal(new byte[] { 54, 255 }, new[] { bitmap.Bytes[0], bitmap.Bytes[^1] });
    }

    [Fact]
    public void OpaqueBitmapsHaveAlphaBytesOf255()
    {
        using var bitmap = new SKBitmap(8, 8, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Red.WithAlpha(100));
        canvas.DrawCircle(4, 4, 3, Red);
        Assert.All(bitmap.Bytes.Chunk(4), pixel => Assert.Equal(255, pixel[3]));
        Assert.Equal(new SKColor(100, 0, 0), bitmap.GetPixel(0, 0));
    }

    [Fact]
    public void ADrawingIsTheSameEveryTime()
    {
        using var first = Draw(Scene);
        using var second = Draw(Scene);
        Assert.Equal(first.Bytes, second.Bytes);
    }

    [Fact]
    public void TransformsAreAppliedInnermostFirst()
    {
        using var bitmap = Draw(canvas =>
        {
            canvas.Translate(20, 10);
            canvas.RotateDegrees(90);
            canvas.Scale(2, 3);
            canvas.DrawRect(0, 0, 5, 2, Red);
        });
        // A 10x6 box, turned to 6x10, reaching left and down from (20, 10).
        Assert.Equal(60, Count(bitmap, SKColors.Red));
        Assert.Equal(SKColors.Red, bitmap.GetPixel(14, 10));
        Assert.Equal(SKColors.Red, bitmap.GetPixel(19, 19));
        Assert.Equal(SKColors.White, bitmap.GetPixel(20, 10));
    }

    [Fact]
    public void RestoreBringsBackTransformAndClip()
    {
        using var bitmap = Draw(canvas =>
        {
            Assert.Equal(1, canvas.Save());
            canvas.Translate(30, 30);
            canvas.ClipRect(new SKRect(0, 0, 2, 2));
            Assert.Equal(1, canvas.Save() - 1);
            canvas.RestoreToCount(1);
            Assert.Equal(1, canvas.SaveCount);
            Assert.Equal(SKMatrix.Identity, canvas.TotalMatrix);
            canvas.Restore();
            canvas.DrawRect(0, 0, 10, 10, Red);
        });
        Assert.Equal(100, Count(bitmap, SKColors.Red));
    }

    [Fact]
    public void ClipsKeepTheInsideOrTheOutside()
    {
        var hole = new SKRect(10, 10, 20, 30);
        using var inside = Draw(canvas =>
        {
            canvas.ClipRect(hole);
            Assert.Equal(new SKRectI(10, 10, 20, 30), canvas.DeviceClipBounds);
            canvas.DrawPaint(Red);
        });
        using var outside = Draw(canvas =>
        {
            canvas.ClipRect(hole, SKClipOperation.Difference);
            canvas.DrawPaint(Red);
        });
        Assert.Equal(200, Count(inside, SKColors.Red));
        Assert.Equal(1600 - 200, Count(outside, SKColors.Red));
    }

    [Fact]
    public void ACircularClipCutsCorners()
    {
        using var builder = new SKPathBuilder();
        builder.AddCircle(20, 20, 10);
        using var circle = builder.Detach();
        using var bitmap = Draw(canvas =>
        {
            canvas.ClipPath(circle, SKClipOperation.Intersect, antialias: true);
            canvas.Clear(SKColors.Red);
        });
        Assert.Equal(SKColors.Red, bitmap.GetPixel(20, 20));
        Assert.Equal(SKColors.White, bitmap.GetPixel(11, 11));
    }

    [Fact]
    public void ADegenerateTransformDrawsNothingAndDoesNoHarm()
    {
        using var bitmap = Draw(canvas =>
        {
            canvas.Save();
            canvas.Scale(0, 1);
            canvas.DrawRect(0, 0, 40, 40, Red);
            canvas.DrawText("text", 0, 20, SKTextAlign.Left, new SKFont(), Red);
            canvas.Restore();
            canvas.DrawRect(0, 0, 2, 2, Red);
            canvas.DrawLine(float.NaN, 0, 10, 10, Red);
        });
        Assert.Equal(4, Count(bitmap, SKColors.Red));
    }

    [Fact]
    public void ALayerIsLaidDownWithItsAlphaAsAWhole()
    {
        using var half = new SKPaint { Color = SKColors.Black.WithAlpha(128) };
        using var bitmap = Draw(canvas =>
        {
            canvas.SaveLayer(half);
            canvas.DrawRect(0, 0, 30, 40, Red);
            canvas.DrawRect(10, 0, 30, 40, Red);
            canvas.Restore();
        });
        Assert.Equal(1600, Count(bitmap, new SKColor(255, 127, 127)));
    }

    [Fact]
    public void ATransparentOutlinedShapeShowsNoSeam()
    {
        using var paint = new SKPaint { Color = SKColors.Red.WithAlpha(128), Style = SKPaintStyle.StrokeAndFill, StrokeWidth = 6 };
        using var bitmap = Draw(canvas => canvas.DrawRect(10, 10, 20, 20, paint));
        Assert.Equal(26 * 26, Count(bitmap, new SKColor(255, 127, 127)));
    }

    [Fact]
    public void DashesComeAndGo()
    {
        using var dash = SKPathEffect.CreateDash([4, 6], 0);
        using var paint = new SKPaint { Color = SKColors.Red, StrokeWidth = 2, PathEffect = dash };
        using var bitmap = Draw(canvas => canvas.DrawLine(0, 20, 40, 20, paint));
        Assert.Equal(4 * 4 * 2, Count(bitmap, SKColors.Red));
        Assert.Throws<ArgumentException>(() => SKPathEffect.CreateDash([1, 2, 3], 0));
        Assert.Throws<ArgumentException>(() => SKPathEffect.CreateDash([0, 0], 0));
    }

    [Fact]
    public void PointsAreDots()
    {
        SKPoint[] points = [new(10, 10), new(30, 30)];
        using var square = new SKPaint { Color = SKColors.Red, StrokeWidth = 4 };
        using var round = new SKPaint { Color = SKColors.Red, StrokeWidth = 10, StrokeCap = SKStrokeCap.Round, IsAntialias = true };
        using var squares = Draw(canvas => canvas.DrawPoints(SKPointMode.Points, points, square));
        using var circles = Draw(canvas => canvas.DrawPoints(SKPointMode.Points, points, round));
        Assert.Equal(2 * 16, Count(squares, SKColors.Red));
        Assert.Equal(SKColors.Red, circles.GetPixel(10, 6));
        Assert.Equal(SKColors.White, circles.GetPixel(5, 5));
    }

    [Fact]
    public void APointInAColourIsOnePixel()
    {
        using var bitmap = Draw(canvas =>
        {
            canvas.Scale(4);
            canvas.DrawPoint(2.1f, 3.2f, SKColors.Red);
            canvas.DrawRect(9, 9, 1, 1, Red);
        });
        Assert.Equal(1 + 16, Count(bitmap, SKColors.Red));
        Assert.Equal(SKColors.Red, bitmap.GetPixel(8, 12));
    }

    [Fact]
    public void APolygonGoesThroughEveryPoint()
    {
        using var paint = new SKPaint { Color = SKColors.Red, StrokeWidth = 2 };
        using var bitmap = Draw(canvas => canvas.DrawPoints(SKPointMode.Polygon, [new(5, 5), new(35, 5), new(35, 35)], paint));
        Assert.Equal((SKColors.Red, SKColors.Red, SKColors.White), (bitmap.GetPixel(20, 5), bitmap.GetPixel(35, 20), bitmap.GetPixel(20, 20)));
    }

    [Fact]
    public void BlendModesDoWhatTheySay()
    {
        SKColor Blend(SKBlendMode mode)
        {
            using var paint = new SKPaint { Color = new SKColor(100, 50, 200), BlendMode = mode };
            using var bitmap = Draw(canvas =>
            {
                canvas.Clear(new SKColor(200, 100, 100));
                canvas.DrawRect(0, 0, 40, 40, paint);
            });
            return bitmap.GetPixel(20, 20);
        }
        Assert.Equal(new SKColor(100, 50, 200), Blend(SKBlendMode.Src));
        Assert.Equal(new SKColor(200, 100, 100), Blend(SKBlendMode.Dst));
        Assert.Equal(new SKColor(255, 150, 255), Blend(SKBlendMode.Plus));
        Assert.Equal(new SKColor(78, 20, 78), Blend(SKBlendMode.Multiply));
        Assert.Equal(new SKColor(200, 100, 200), Blend(SKBlendMode.Lighten));
        Assert.Equal(new SKColor(100, 50, 100), Blend(SKBlendMode.Difference));
        Assert.Equal(SKColors.Empty, Blend(SKBlendMode.Clear));
    }

    [Fact]
    public void ABitmapWithoutPixelsCannotBeDrawnOn()
    {
        using var empty = new SKBitmap();
        Assert.Throws<ArgumentException>(() => new SKCanvas(empty));
    }

    [Fact]
    public void ACanvasKeepsThePixelsOfItsBitmap()
    {
        var bitmap = new SKBitmap(64, 64);
        using var canvas = new SKCanvas(bitmap);
        bitmap.Dispose();
        canvas.Clear(SKColors.Red);
    }
}
