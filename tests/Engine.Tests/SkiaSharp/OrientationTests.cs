using SkiaSharp;

namespace Engine.Tests.Skia;

public class OrientationTests
{
    public static TheoryData<SKEncodedImageFormat, ushort, bool> Cases()
    {
        var cases = new TheoryData<SKEncodedImageFormat, ushort, bool>();
        foreach (var format in new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            for (ushort orientation = 1; orientation <= 8; orientation++)
                cases.Add(format, orientation, orientation % 2 == 0);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheExifOrientationIsRead(SKEncodedImageFormat format, ushort orientation, bool littleEndian)
    {
        var file = FileSurgery.WithExif(Pictures.Encoded(format, quality: 100), orientation, littleEndian);
        using var codec = SKCodec.Create(new MemoryStream(file))!;
        Assert.Equal((SKEncodedOrigin)orientation, codec.EncodedOrigin);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65535)]
    public void AnOrientationThatDoesNotExistIsNone(ushort orientation)
    {
        var file = FileSurgery.WithExif(Pictures.Encoded(SKEncodedImageFormat.Jpeg), orientation, littleEndian: true);
        using var codec = SKCodec.Create(new MemoryStream(file))!;
        Assert.Equal(SKEncodedOrigin.TopLeft, codec.EncodedOrigin);
    }

    [Fact]
    public void AFileWithoutExifIsUpright()
    {
        using var codec = SKCodec.Create(new MemoryStream(Pictures.Encoded(SKEncodedImageFormat.Jpeg)))!;
        Assert.Equal(SKEncodedOrigin.Default, codec.EncodedOrigin);
    }

    [Fact]
    public void ACutExifBlockIsNoError()
    {
        var file = FileSurgery.WithExif(Pictures.Encoded(SKEncodedImageFormat.Jpeg), 6, littleEndian: false);
        for (var length = 3; length < 60; length++)
            Assert.InRange((int)SkiaSharp.Exif.OriginOfJpeg(file.AsSpan(0, length)), 1, 8);
    }
}
