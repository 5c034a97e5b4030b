using SkiaSharp;
using SkiaSharp.Native;

namespace Engine.Tests.Skia;

public class SmallTypeTests
{
    [Theory]
    [InlineData("#ff8000", 255, 255, 128, 0)]
    [InlineData("80ff8000", 128, 255, 128, 0)]
    [InlineData("#f80", 255, 255, 136, 0)]
    [InlineData("#8f80", 136, 255, 136, 0)]
    public void ColoursAreParsed(string text, byte alpha, byte red, byte green, byte blue) =>
        Assert.Equal(new SKColor(red, green, blue, alpha), SKColor.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("#12345")]
    [InlineData("#gggggg")]
    [InlineData("red")]
    public void WhatIsNoColourIsRefused(string text)
    {
        Assert.False(SKColor.TryParse(text, out _));
        Assert.Throws<ArgumentException>(() => SKColor.Parse(text));
    }

    [Fact]
    public void HueSaturationAndValueComeBack()
    {
        foreach (var color in new[] { SKColors.Tomato, SKColors.Teal, SKColors.Gray, SKColors.Black, SKColors.Lime, new SKColor(3, 250, 249) })
        {
            color.ToHsv(out var h, out var s, out var v);
            Assert.Equal(color, SKColor.FromHsv(h, s, v));
            color.ToHsl(out h, out s, out var l);
            Assert.Equal(color, SKColor.FromHsl(h, s, l));
        }
        Assert.Equal(new SKColor(0, 255, 255), SKColor.FromHsv(180, 100, 100));
    }

    [Fact]
    public void AMatrixTimesItsInverseIsTheIdentity()
    {
        var matrix = SKMatrix.CreateRotationDegrees(33, 5, 7).PreConcat(SKMatrix.CreateScaleTranslation(2, 3, -4, 9));
        var product = SKMatrix.Concat(matrix, matrix.Invert());
        Assert.All(product.Values.Zip(SKMatrix.Identity.Values), pair => Assert.Equal(pair.Second, pair.First, tolerance: 1e-5f));
        Assert.False(SKMatrix.CreateScale(0, 1).IsInvertible);
        Assert.False(SKMatrix.CreateScale(float.NaN, 1).IsInvertible);
    }

    [Fact]
    public void ConcatAppliesTheSecondFirst()
    {
        var matrix = SKMatrix.Concat(SKMatrix.CreateTranslation(10, 0), SKMatrix.CreateScale(2, 2));
        Assert.Equal(new SKPoint(14, 6), matrix.MapPoint(2, 3));
        Assert.Equal(new SKPoint(4, 6), matrix.MapVector(2, 3));
        Assert.Equal(new SKRect(10, 0, 14, 6), matrix.MapRect(new SKRect(0, 0, 2, 3)));
    }

    [Fact]
    public void RotationIsClockwiseOnScreen()
    {
        var turned = SKMatrix.CreateRotationDegrees(90, 1, 1).MapPoint(3, 1);
        Assert.Equal(1, turned.X, tolerance: 1e-6f);
        Assert.Equal(3, turned.Y, tolerance: 1e-6f);
    }

    [Fact]
    public void RectanglesMeetAndJoin()
    {
        SKRect a = new(0, 0, 10, 10), b = new(5, 5, 20, 8);
        Assert.Equal(new SKRect(5, 5, 10, 8), SKRect.Intersect(a, b));
        Assert.Equal(new SKRect(0, 0, 20, 10), SKRect.Union(a, b));
        Assert.Equal(SKRect.Empty, SKRect.Intersect(a, new SKRect(11, 0, 12, 1)));
        Assert.Equal(new SKRect(2.5f, 0, 7.5f, 10), a.AspectFit(new SKSize(1, 2)));
        Assert.Equal(new SKRect(0, -5, 10, 15), a.AspectFill(new SKSize(1, 2)));
        Assert.Equal(new SKRectI(0, 0, 2, 2), SKRectI.Ceiling(new SKRect(0.4f, 0.4f, 1.2f, 1.2f), outwards: true));
        Assert.Equal(new SKRectI(1, 1, 1, 1), SKRectI.Floor(new SKRect(0.4f, 0.4f, 1.2f, 1.2f), inwards: true));
    }

    [Fact]
    public void ACirclePathIsACircle()
    {
        using var builder = new SKPathBuilder();
        builder.AddCircle(5, 6, 3);
        using var path = builder.Snapshot();
        Assert.Equal(new SKRect(2, 3, 8, 9), path.TightBounds);
        for (var degrees = 0; degrees < 360; degrees += 10)
        {
            var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
            Assert.True(path.Contains(5 + 2.98f * cos, 6 + 2.98f * sin));
            Assert.False(path.Contains(5 + 3.02f * cos, 6 + 3.02f * sin));
        }
    }

    [Fact]
    public void AHoleIsOutsideByEvenOdd()
    {
        using var builder = new SKPathBuilder();
        builder.AddRect(new SKRect(0, 0, 10, 10));
        builder.AddRect(new SKRect(3, 3, 6, 6));
        using var path = builder.Detach();
        Assert.True(path.Contains(4, 4));
        path.FillType = SKPathFillType.EvenOdd;
        Assert.False(path.Contains(4, 4));
        using var empty = builder.Detach();
        Assert.True(empty.IsEmpty);
    }

    [Fact]
    public void ARoundedCornerTouchesBothSides()
    {
        using var builder = new SKPathBuilder();
        builder.MoveTo(0, 0);
        builder.ArcTo(10, 0, 10, 10, 4);
        using var path = builder.Detach();
        Assert.Equal(new SKPoint(6, 0), path.GetPoint(1));
        Assert.Equal(new SKPoint(10, 4), path.LastPoint);
    }

    [Fact]
    public void AMovedPathIsMoved()
    {
        using var builder = new SKPathBuilder();
        builder.MoveTo(1, 1);
        builder.RLineTo(2, 0);
        builder.QuadTo(5, 5, 1, 4);
        builder.Close();
        using var path = builder.Detach();
        path.Offset(10, 20);
        Assert.Equal(new SKRect(11, 21, 15, 25), path.Bounds);
        Assert.Equal((4, 4), (path.VerbCount, path.PointCount));
    }

    [Fact]
    public void AMissingLibraryIsNamedWithItsPackage()
    {
        var error = Assert.Throws<DllNotFoundException>(() => NativeLibraries.Load("libnowhere.so.9", "libnowhere9"));
        Assert.Equal("libnowhere.so.9 is not installed; pictures need it: apt-get install libnowhere9", error.Message);
    }
}
