using System.Runtime.InteropServices;
using SkiaSharp;

namespace Engine.Tests.Skia;

public class HostileFileTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 90)]
    [InlineData(SKEncodedImageFormat.Png, 90)]
    [InlineData(SKEncodedImageFormat.Webp, 90)]
    [InlineData(SKEncodedImageFormat.Webp, 100)]
    public void AFileCutShortIsToldAndGivesWhatItHolds(SKEncodedImageFormat format, int quality)
    {
        var file = Pictures.Encoded(format, size: 256, quality);
        var cut = file[..(file.Length / 2)];
        using var whole = SKBitmap.Decode(file)!;
        using var data = SKData.CreateCopy(cut);
        using var codec = SKCodec.Create(data)!;
        Assert.Equal(SKCodecResult.IncompleteInput, codec.GetPixels(whole.Info, out var pixels));
        Assert.Equal(whole.Bytes.AsSpan(0, 256 * 4 * 32), pixels.AsSpan(0, 256 * 4 * 32));
        using var part = SKBitmap.Decode(cut);
        Assert.Equal(pixels, part!.Bytes);
    }

    [Theory]
    [InlineData("this is a text, whatever its name says")]
    [InlineData("GIF89a......................")]
    public void WhatIsNoPictureIsNull(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jpg");
        File.WriteAllText(path, text);
        try
        {
            Assert.Null(SKCodec.Create(path, out var result));
            Assert.Equal(SKCodecResult.Unimplemented, result);
            Assert.Null(SKBitmap.Decode(path));
            Assert.Equal(SKImageInfo.Empty, SKBitmap.DecodeBounds(path));
            Assert.Null(SKImage.FromEncodedData(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void NothingAtAllIsIncomplete()
    {
        Assert.Null(SKCodec.Create(new MemoryStream(), out var result));
        Assert.Equal(SKCodecResult.IncompleteInput, result);
        Assert.Null(SKBitmap.Decode([]));
    }

    [Fact]
    public void AMissingFileIsNull()
    {
        Assert.Null(SKCodec.Create("/no/such/file.jpg", out var result));
        Assert.Equal(SKCodecResult.InternalError, result);
        Assert.Null(SKBitmap.Decode("/no/such/file.jpg"));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void AHeaderAloneIsNoPictureOrAnEmptyOne(SKEncodedImageFormat format)
    {
        var file = Pictures.Encoded(format);
        for (var length = 0; length < 64; length++)
        {
            using var read = SKBitmap.Decode(file.AsSpan(0, length));
            Assert.True(read is null || read.Info.Size == new SKSizeI(64, 64));
        }
    }

    [Fact]
    public void AnUntrueSizeShowsBeforeMemoryIsTaken()
    {
        var before = Environment.WorkingSet;
        Assert.Equal(new SKSizeI(20000, 20000), SKBitmap.DecodeBounds(FileSurgery.WithPngSize(Pictures.Encoded(SKEncodedImageFormat.Png), 20000, 20000)).Size);
        Assert.Equal(new SKSizeI(20000, 20000), SKBitmap.DecodeBounds(FileSurgery.WithJpegSize(Pictures.Encoded(SKEncodedImageFormat.Jpeg), 20000, 20000)).Size);
        Assert.Equal(new SKSizeI(16383, 16383), SKBitmap.DecodeBounds(FileSurgery.WithLargestWebpSize(Pictures.Encoded(SKEncodedImageFormat.Webp, 64, 100))).Size);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 500 << 20);
    }

    [Fact]
    public void APictureBeyondTwoGibibytesIsNull()
    {
        Assert.Null(SKBitmap.Decode(FileSurgery.WithJpegSize(Pictures.Encoded(SKEncodedImageFormat.Jpeg), 65000, 65000)));
        Assert.Null(SKBitmap.Decode(FileSurgery.WithPngSize(Pictures.Encoded(SKEncodedImageFormat.Png), 65000, 65000)));
    }

    [Fact]
    public void AWrongChecksumIsAnError()
    {
        var png = Pictures.Encoded(SKEncodedImageFormat.Png);
        png[png.Length / 2] ^= 0x55;
        using var data = SKData.CreateCopy(png);
        using var codec = SKCodec.Create(data)!;
        Assert.Equal(SKCodecResult.ErrorInInput, codec.GetPixels(codec.Info, out _));
        Assert.Null(SKBitmap.Decode(png));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 90)]
    [InlineData(SKEncodedImageFormat.Png, 90)]
    [InlineData(SKEncodedImageFormat.Webp, 90)]
    [InlineData(SKEncodedImageFormat.Webp, 100)]
    public void DamageNeverThrowsAndNeverWritesBeyondTheBuffer(SKEncodedImageFormat format, int quality)
    {
        var file = Pictures.Encoded(format, size: 48, quality);
        var random = new Random(7);
        const int guard = 64;
        for (var round = 0; round < 400; round++)
        {
            var damaged = (byte[])file.Clone();
            for (var hits = random.Next(1, 8); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            using var data = SKData.CreateCopy(damaged.AsSpan(0, random.Next(damaged.Length / 2, damaged.Length + 1)));
            using var codec = SKCodec.Create(data);
            if (codec is null || codec.Info.BytesSize64 > 1 << 24)
                continue;
            var pixels = new byte[codec.Info.BytesSize + guard];
            pixels.AsSpan(codec.Info.BytesSize).Fill(0xA5);
            Assert.True(Enum.IsDefined(codec.GetPixels(codec.Info, pixels)));
            Assert.Equal(guard, pixels.AsSpan(codec.Info.BytesSize).Count((byte)0xA5));
        }
    }

    [Fact]
    public void ABrokenJpegDoesNotSpoilTheNext()
    {
        var file = Pictures.Encoded(SKEncodedImageFormat.Jpeg);
        for (var length = 3; length < 600; length += 7)
        {
            SKBitmap.Decode(file.AsSpan(0, length))?.Dispose();
            using var read = SKBitmap.Decode(file);
            Assert.NotNull(read);
        }
    }

    [Fact]
    public void WrongRequestsAreToldApart()
    {
        using var data = SKData.CreateCopy(Pictures.Encoded(SKEncodedImageFormat.Jpeg));
        using var codec = SKCodec.Create(data)!;
        var info = codec.Info;
        Assert.Throws<ArgumentNullException>(() => codec.GetPixels(info, IntPtr.Zero));
        Assert.Equal(SKCodecResult.InvalidParameters, codec.GetPixels(info, new byte[info.BytesSize - 1]));
        Assert.Equal(SKCodecResult.InvalidScale, codec.GetPixels(info.WithSize(63, 64), new byte[info.BytesSize]));
        Assert.Equal(SKCodecResult.InvalidConversion, codec.GetPixels(info.WithColorType(SKColorType.Gray8), new byte[info.BytesSize]));
        Assert.Equal(SKCodecResult.InvalidConversion, codec.GetPixels(info.WithColorType(SKColorType.Rgb888x), new byte[info.BytesSize]));
    }

    [Fact]
    public void ACodecOutlivesTheDataItWasMadeFrom()
    {
        var file = Pictures.Encoded(SKEncodedImageFormat.Png);
        SKCodec codec;
        using (var data = SKData.CreateCopy(file))
            codec = SKCodec.Create(data)!;
        using (codec)
            Assert.Equal(SKCodecResult.Success, codec.GetPixels(out _));
    }

    [Fact]
    public void WhatIsDisposedSaysSo()
    {
        var codec = SKCodec.Create(new MemoryStream(Pictures.Encoded(SKEncodedImageFormat.Png)))!;
        codec.Dispose();
        codec.Dispose();
        Assert.Throws<ObjectDisposedException>(() => codec.GetPixels(out _));
        var bitmap = new SKBitmap(2, 2);
        bitmap.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bitmap.GetPixels());
    }

    [Fact]
    public void SeveralThreadsDecodeAtOnce()
    {
        var file = Pictures.Encoded(SKEncodedImageFormat.Jpeg, size: 96);
        using var expected = SKBitmap.Decode(file)!;
        var expectedBytes = expected.Bytes;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            var pixels = Marshal.AllocHGlobal(expected.ByteCount);
            using var data = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(data)!;
            Assert.Equal(SKCodecResult.Success, codec.GetPixels(expected.Info, pixels));
            var bytes = new byte[expectedBytes.Length];
            Marshal.Copy(pixels, bytes, 0, bytes.Length);
            Marshal.FreeHGlobal(pixels);
            Assert.Equal(expectedBytes, bytes);
        });
    }
}
