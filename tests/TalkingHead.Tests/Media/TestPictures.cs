using System.Buffers.Binary;
using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

/// <summary>Made-up pictures and how far two lie apart.</summary>
static class TestPictures
{
    /// <summary>Soft colour waves, as smooth as a photo, that move with <paramref name="time"/>.</summary>
    internal static Picture Waves(int width, int height, double time = 0)
    {
        var picture = new Picture(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * (y * width + x);
                picture.Pixels[at] = (byte)(128 + 100 * Math.Sin(x / 17.0 + time));
                picture.Pixels[at + 1] = (byte)(128 + 100 * Math.Sin(y / 13.0 - time));
                picture.Pixels[at + 2] = (byte)(128 + 100 * Math.Sin((x + y) / 23.0 + 2 * time));
            }
        }

        return picture;
    }

    internal static Picture Noise(int width, int height, int seed)
    {
        var picture = new Picture(width, height);
        new Random(seed).NextBytes(picture.Pixels);
        return picture;
    }

    /// <summary>Peak signal to noise ratio in decibels; infinite for equal pictures.</summary>
    internal static double Psnr(Picture a, Picture b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        var error = a.Pixels.Zip(b.Pixels, (x, y) => (double)(x - y) * (x - y)).Average();
        return 10 * Math.Log10(255 * 255 / error);
    }

    /// <summary>A PNG whose header alone claims the size.</summary>
    internal static byte[] HeaderOnlyPng(int width, int height)
    {
        byte[] head = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
        var ihdr = new byte[25];
        BinaryPrimitives.WriteInt32BigEndian(ihdr, 13);
        "IHDR"u8.CopyTo(ihdr.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(ihdr.AsSpan(8), width);
        BinaryPrimitives.WriteInt32BigEndian(ihdr.AsSpan(12), height);
        (ihdr[16], ihdr[17]) = (8, 2);
        BinaryPrimitives.WriteUInt32BigEndian(ihdr.AsSpan(21), Crc(ihdr.AsSpan(4, 17)));
        byte[] data = [0, 0, 0, 2, .. "IDAT"u8, 0x78, 0x9C, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(10), Crc(data.AsSpan(4, 6)));
        return [.. head, .. ihdr, .. data];
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
