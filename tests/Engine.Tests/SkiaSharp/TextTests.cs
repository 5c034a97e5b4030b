using SkiaSharp;

namespace Engine.Tests.Skia;

public class TextTests
{
    static readonly SKTypeface Sans = SKTypeface.FromFamilyName("DejaVu Sans");

    static SKRectI Ink(Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(200, 60, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        draw(canvas);
        var ink = SKRectI.Empty;
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
            {
                if (bitmap.GetPixel(x, y).Alpha > 0)
                    ink = ink.IsEmpty ? SKRectI.Create(x, y, 1, 1) : SKRectI.Union(ink, SKRectI.Create(x, y, 1, 1));
            }
        }
        return ink;
    }

    [Fact]
    public void TextCoversItsMeasuredBounds()
    {
        using var font = new SKFont(Sans, 24);
        using var paint = new SKPaint { IsAntialias = true };
        font.MeasureText("Hxg", out var bounds);
        bounds.Offset(30, 40);
        var ink = Ink(canvas => canvas.DrawText("Hxg", 30, 40, SKTextAlign.Left, font, paint));
        Assert.InRange(ink.Left, bounds.Left - 1, bounds.Left + 2);
        Assert.InRange(ink.Right, bounds.Right - 2, bounds.Right + 1);
        Assert.InRange(ink.Top, bounds.Top - 1, bounds.Top + 2);
        Assert.InRange(ink.Bottom, bounds.Bottom - 2, bounds.Bottom + 1);
    }

    [Theory]
    [InlineData(SKTextAlign.Left, 0)]
    [InlineData(SKTextAlign.Center, 0.5)]
    [InlineData(SKTextAlign.Right, 1)]
    public void AlignmentMovesByTheWidth(SKTextAlign align, double share)
    {
        using var font = new SKFont(Sans, 20);
        using var paint = new SKPaint();
        var width = font.MeasureText("align");
        var left = Ink(canvas => canvas.DrawText("align", 100, 40, SKTextAlign.Left, font, paint)).Left;
        var moved = Ink(canvas => canvas.DrawText("align", 100, 40, align, font, paint)).Left;
        Assert.Equal(left - share * width, moved, tolerance: 1);
    }

    [Fact]
    public void WidthGrowsWithTheSizeAndTheText()
    {
        using var small = new SKFont(Sans, 10) { LinearMetrics = true, Hinting = SKFontHinting.None };
        using var large = new SKFont(Sans, 30) { LinearMetrics = true, Hinting = SKFontHinting.None };
        Assert.Equal(small.MeasureText("landmarks") * 3, large.MeasureText("landmarks"), tolerance: 0.5);
        Assert.Equal(2 * small.MeasureText("ab"), small.MeasureText("abab"), tolerance: 0.01);
        Assert.Equal(0, small.MeasureText(""));
        Assert.Equal(small.MeasureText("ab"), small.MeasureText("ab\0cd"));
    }

    [Fact]
    public void MetricsAreOrdered()
    {
        using var font = new SKFont(Sans, 40);
        var metrics = font.Metrics;
        Assert.InRange(metrics.Ascent, -45, -30);
        Assert.InRange(metrics.Descent, 5, 15);
        Assert.True(metrics.XHeight > 15 && metrics.XHeight < metrics.CapHeight && metrics.CapHeight < -metrics.Ascent);
        Assert.Equal(metrics.Descent - metrics.Ascent + metrics.Leading, font.Spacing);
    }

    [Fact]
    public void BoldIsFoundAndWider()
    {
        using var bold = SKTypeface.FromFamilyName("DejaVu Sans", SKFontStyle.Bold);
        Assert.Equal(("DejaVu Sans", 700, true), (bold.FamilyName, bold.FontWeight, bold.IsBold));
        using var regularFont = new SKFont(Sans, 30);
        using var boldFont = new SKFont(bold, 30);
        Assert.True(boldFont.MeasureText("weight") > regularFont.MeasureText("weight"));
    }

    [Fact]
    public void AnUnknownFamilyGivesAnotherOne()
    {
        using var face = SKTypeface.FromFamilyName("No Such Family 12345");
        Assert.NotEqual("", face.FamilyName);
        Assert.NotEqual("No Such Family 12345", face.FamilyName);
    }

    [Fact]
    public void WhatIsNoFontFileIsNull()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.ttf");
        File.WriteAllText(path, "no font");
        Assert.Null(SKTypeface.FromFile(path));
        File.Delete(path);
        Assert.Null(SKTypeface.FromFile(path));
    }

    [Fact]
    public void TheDefaultTypefaceSurvivesBeingDisposed()
    {
        SKTypeface.Default.Dispose();
        using var font = new SKFont();
        Assert.True(font.MeasureText("still") > 0);
    }

    [Fact]
    public void AFontOutlivesItsTypeface()
    {
        var face = SKTypeface.FromFamilyName("DejaVu Sans", SKFontStyle.Bold);
        using var font = face.ToFont(20);
        face.Dispose();
        Assert.True(font.MeasureText("still") > 0);
    }

    [Fact]
    public void OutlinedTextIsHollow()
    {
        using var font = new SKFont(Sans, 50);
        using var fill = new SKPaint();
        using var outline = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        int Count(SKPaint paint)
        {
            using var bitmap = new SKBitmap(60, 60);
            using var canvas = new SKCanvas(bitmap);
            canvas.DrawText("I", 20, 50, SKTextAlign.Left, font, paint);
            return bitmap.Pixels.Count(pixel => pixel.Alpha > 0);
        }
        Assert.InRange(Count(outline), 1, Count(fill) * 3 / 4);
    }

    [Fact]
    public void TextTurnsWithTheCanvas()
    {
        using var font = new SKFont(Sans, 12);
        using var paint = new SKPaint();
        var ink = Ink(canvas =>
        {
            canvas.RotateDegrees(90, 100, 10);
            canvas.DrawText("turned", 100, 10, SKTextAlign.Left, font, paint);
        });
        Assert.True(ink.Height > 2 * ink.Width);
    }
}
