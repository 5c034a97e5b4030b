using SkiaSharp;

namespace Engine.Tests.Skia;

/// <summary>Pictures to test with, the same on every run, and how far two are apart.</summary>
static class Pictures
{
    /// <summary>Waves, an edge and a little noise: neither flat nor random, like a photograph.</summary>
    public static SKBitmap Natural(int width, int height, SKColorType colorType = SKColorType.Rgba8888, int seed = 1)
    {
        var bitmap = new SKBitmap(width, height, colorType, SKAlphaType.Opaque);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var wave = 128 + 60 * Math.Sin(x * 0.05 + seed) * Math.Cos(y * 0.04) + (x > width / 2 ? 20 : 0) + random.Next(-2, 3);
                byte Level(double value) => (byte)Math.Clamp(value, 0, 255);
                bitmap.SetPixel(x, y, new SKColor(Level(wave), Level(wave * 0.8 + 20), Level(220 - wave * 0.5)));
            }
        }
        return bitmap;
    }

    /// <summary>Random colours and alphas.</summary>
    public static SKBitmap Noise(int width, int height, SKColorType colorType, SKAlphaType alphaType, int seed = 1)
    {
        var bitmap = new SKBitmap(width, height, colorType, alphaType);
        var random = new Random(seed);
        bitmap.Pixels = [.. Enumerable.Range(0, width * height).Select(_ => new SKColor((uint)random.NextInt64(0, 1L << 32)))];
        return bitmap;
    }

    public static byte[] Encoded(SKEncodedImageFormat format, int size = 64, int quality = 90)
    {
        using var picture = Natural(size, size);
        using var data = picture.Encode(format, quality);
        return data!.ToArray();
    }

    /// <summary>Peak signal to noise in decibels over red, green and blue.</summary>
    public static double Psnr(SKBitmap a, SKBitmap b)
    {
        Assert.Equal(a.Info.Size, b.Info.Size);
        var error = a.Pixels.Zip(b.Pixels).Average(pair =>
            (Square(pair.First.Red - pair.Second.Red) + Square(pair.First.Green - pair.Second.Green) + Square(pair.First.Blue - pair.Second.Blue)) / 3);
        return 10 * Math.Log10(255 * 255 / error);
    }

    static double Square(double value) => value * value;
}
