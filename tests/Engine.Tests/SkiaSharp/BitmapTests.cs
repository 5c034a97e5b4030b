using System.Runtime.InteropServices;
using SkiaSharp;

namespace Engine.Tests.Skia;

public class BitmapTests
{
    [Theory]
    [InlineData(SKColorType.Rgba8888, new byte[] { 10, 20, 30, 255 })]
    [InlineData(SKColorType.Bgra8888, new byte[] { 30, 20, 10, 255 })]
    [InlineData(SKColorType.Rgb888x, new byte[] { 10, 20, 30, 255 })]
    [InlineData(SKColorType.Gray8, new byte[] { 19 })]
    [InlineData(SKColorType.Alpha8, new byte[] { 255 })]
    public void BytesLieAsTheColourTypeSays(SKColorType colorType, byte[] bytes)
    {
        using var bitmap = new SKBitmap(2, 3, colorType, SKAlphaType.Premul);
        bitmap.SetPixel(1, 2, new SKColor(10, 20, 30));
        Assert.Equal(bytes, bitmap.GetPixelSpan(1, 2).ToArray());
        Assert.Equal(2 * 3 * bytes.Length, bitmap.ByteCount);
    }

    [Theory]
    [InlineData(SKAlphaType.Premul, new byte[] { 100, 50, 25, 128 })]
    [InlineData(SKAlphaType.Unpremul, new byte[] { 200, 100, 50, 128 })]
    public void AlphaIsHeldAsTheAlphaTypeSays(SKAlphaType alphaType, byte[] bytes)
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Rgba8888, alphaType);
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 50, 128));
        Assert.Equal(bytes, bitmap.Bytes);
        var color = bitmap.GetPixel(0, 0);
        Assert.InRange(color.Red, 198, 201);
        Assert.Equal(128, color.Alpha);
    }

    [Fact]
    public void PremultiplyingAndBackIsExactWhereAlphaAllows()
    {
        using var plain = Pictures.Noise(64, 64, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var premultiplied = new SKBitmap(64, 64, SKColorType.Bgra8888, SKAlphaType.Premul) { Pixels = plain.Pixels };
        foreach (var (before, after) in plain.Pixels.Zip(premultiplied.Pixels))
        {
            Assert.Equal(before.Alpha, after.Alpha);
            // One step of a premultiplied channel is 255 / alpha steps of a plain one.
            var step = before.Alpha == 0 ? 255 : 255.0 / before.Alpha / 2 + 1;
            Assert.InRange(after.Red - before.Red, -step, step);
        }
    }

    [Fact]
    public void ANewBitmapIsEmptyInk()
    {
        using var bitmap = new SKBitmap(5, 5);
        Assert.All(bitmap.Bytes, value => Assert.Equal(0, value));
        Assert.Equal((SKImageInfo.PlatformColorType, SKAlphaType.Premul), (bitmap.ColorType, bitmap.AlphaType));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(40000, 40000)]
    [InlineData(int.MaxValue, 2)]
    public void ASizeThatCannotBeIsRefused(int width, int height)
    {
        Assert.Throws<ArgumentException>(() => new SKBitmap(width, height));
        using var bitmap = new SKBitmap();
        Assert.False(bitmap.TryAllocPixels(new SKImageInfo(width, height)));
        Assert.True(bitmap.IsNull);
    }

    [Fact]
    public void CopyConvertsAndIsApart()
    {
        using var picture = Pictures.Natural(9, 7);
        using var copy = picture.Copy(SKColorType.Bgra8888)!;
        Assert.Equal(picture.Pixels, copy.Pixels);
        copy.Erase(SKColors.Black);
        Assert.NotEqual(picture.Pixels, copy.Pixels);
    }

    [Fact]
    public void ASubsetSharesThePixelsAndOutlivesTheWhole()
    {
        using var part = new SKBitmap();
        using (var whole = new SKBitmap(10, 10, SKColorType.Rgba8888, SKAlphaType.Premul))
        {
            Assert.True(whole.ExtractSubset(part, new SKRectI(4, 5, 30, 9)));
            Assert.Equal(new SKSizeI(6, 4), part.Info.Size);
            Assert.Equal(40, part.RowBytes);
            whole.SetPixel(4, 5, SKColors.Red);
            Assert.False(whole.ExtractSubset(part, new SKRectI(20, 20, 30, 30)));
            Assert.True(whole.ExtractSubset(part, new SKRectI(4, 5, 30, 9)));
        }
        Assert.Equal(SKColors.Red, part.GetPixel(0, 0));
        using var png = part.Encode(SKEncodedImageFormat.Png, 100);
        using var read = SKBitmap.Decode(png!)!;
        Assert.Equal(part.Pixels, read.Pixels);
    }

    [Fact]
    public void InstalledPixelsAreTheCallersAndAreReleasedOnce()
    {
        var memory = Marshal.AllocHGlobal(16 * 4);
        var released = new List<(IntPtr, object?)>();
        using (var bitmap = new SKBitmap())
        {
            var info = new SKImageInfo(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque);
            Assert.True(bitmap.InstallPixels(info, memory, info.RowBytes, (address, context) => released.Add((address, context)), "mine"));
            bitmap.Erase(new SKColor(1, 2, 3));
            Assert.Equal(1, Marshal.ReadByte(memory));
            Assert.Empty(released);
        }
        Assert.Equal([(memory, "mine")], released);
        Marshal.FreeHGlobal(memory);
    }

    [Fact]
    public void APixelOutsideIsRefused()
    {
        using var bitmap = new SKBitmap(3, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => bitmap.GetPixel(3, 0));
        bitmap.SetPixel(3, 0, SKColors.Red);
        Assert.All(bitmap.Pixels, pixel => Assert.Equal(SKColors.Empty, pixel));
    }

    [Fact]
    public void ReadPixelsConvertsAPart()
    {
        using var picture = Pictures.Natural(10, 8);
        using var image = SKImage.FromBitmap(picture)!;
        using var part = new SKBitmap(3, 2, SKColorType.Bgra8888, SKAlphaType.Premul);
        Assert.True(image.ReadPixels(part.Info, part.GetPixels(), part.RowBytes, 6, 5));
        Assert.Equal(picture.GetPixel(7, 6), part.GetPixel(1, 1));
        Assert.True(image.ReadPixels(part.Info, part.GetPixels(), part.RowBytes, -2, 7));
        Assert.Equal(picture.GetPixel(0, 7), part.GetPixel(2, 0));
        Assert.Equal(picture.GetPixel(7, 6), part.GetPixel(1, 1));
        Assert.False(image.ReadPixels(part.Info, part.GetPixels(), part.RowBytes, 10, 5));
    }

    [Fact]
    public void DataReadsWhatWasWritten()
    {
        using var data = SKData.CreateCopy([1, 2, 3]);
        using var stream = new MemoryStream();
        data.SaveTo(stream);
        Assert.Equal(stream.ToArray(), data.ToArray());
        using var read = SKData.Create(data.AsStream())!;
        Assert.Equal(3, read.Size);
        using var other = new MemoryStream([5]);
        Assert.Null(SKData.Create(other, 2));
        Assert.True(SKData.Empty.IsEmpty);
    }
}
