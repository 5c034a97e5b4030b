using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class ResamplerTests
{
    [Fact]
    public void SameSizeIsTheSamePicture()
    {
        var picture = TestPictures.Noise(33, 21, seed: 1);
        Assert.Equal(picture.Pixels, picture.Resize(33, 21).Pixels);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(64, 90)]
    public void FlatStaysExactlyFlat(int width, int height)
    {
        var picture = new Picture(40, 30);
        picture.Fill(17, 200, 255);
        var resized = picture.Resize(width, height);
        for (var i = 0; i < resized.Pixels.Length; i += 3)
            Assert.Equal([17, 200, 255], resized.Pixels[i..(i + 3)]);
    }

    [Fact]
    public void WholePixelCropCopies()
    {
        var picture = TestPictures.Noise(40, 30, seed: 2);
        var crop = Resampler.Crop(picture, 5, 7, 16, 16, 16, 16);
        for (var y = 0; y < 16; y++)
            Assert.Equal(picture.Pixels.AsSpan(3 * ((y + 7) * 40 + 5), 48), crop.Pixels.AsSpan(3 * y * 16, 48));
    }

    [Fact]
    public void BeyondTheEdgeTheEdgeRepeats()
    {
        var picture = TestPictures.Noise(8, 8, seed: 3);
        var crop = Resampler.Crop(picture, -100, -100, 50, 50, 10, 10);
        for (var i = 0; i < crop.Pixels.Length; i += 3)
            Assert.Equal(picture.Pixels[..3], crop.Pixels[i..(i + 3)]);
    }

    [Theory]
    [InlineData(0, 0, 50, 40, 20, 16)] // smaller
    [InlineData(3.3, -7.2, 30.5, 61, 64, 48)] // larger, beyond the edge
    [InlineData(-20, -20, 90, 80, 32, 32)] // smaller, beyond the edge
    public void AgreesWithTheSlowReference(double x, double y, double width, double height, int outWidth, int outHeight)
    {
        var picture = TestPictures.Noise(50, 40, seed: 4);
        var fast = Resampler.Crop(picture, x, y, width, height, outWidth, outHeight);
        var slow = Reference(picture, x, y, width, height, outWidth, outHeight);
        for (var i = 0; i < fast.Pixels.Length; i++)
            Assert.True(Math.Abs(fast.Pixels[i] - slow[i]) <= 1, $"byte {i}: {fast.Pixels[i]}, expected {slow[i]}");
    }

    // The definition, pixel by pixel in double: every input pixel's weight is the bicubic kernel of its distance.
    static byte[] Reference(Picture source, double x, double y, double width, double height, int outWidth, int outHeight)
    {
        var result = new byte[3 * outWidth * outHeight];
        for (var i = 0; i < outWidth * outHeight; i++)
        {
            double[] sum = [0, 0, 0];
            double weights = 0;
            foreach (var (row, down) in Taps(y, height / outHeight, i / outWidth))
            {
                foreach (var (column, across) in Taps(x, width / outWidth, i % outWidth))
                {
                    var at = 3 * (Math.Clamp(row, 0, source.Height - 1) * source.Width + Math.Clamp(column, 0, source.Width - 1));
                    for (var c = 0; c < 3; c++)
                        sum[c] += down * across * source.Pixels[at + c];
                    weights += down * across;
                }
            }

            for (var c = 0; c < 3; c++)
                result[3 * i + c] = (byte)Math.Clamp(Math.Round(sum[c] / weights), 0, 255);
        }

        return result;
    }

    static IEnumerable<(int Index, double Weight)> Taps(double start, double step, int index)
    {
        double centre = start + (index + 0.5) * step - 0.5, wide = Math.Max(1, step);
        for (var i = (int)Math.Floor(centre - 2 * wide); i <= centre + 2 * wide + 1; i++)
        {
            var t = Math.Abs(i - centre) / wide;
            var weight = t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1 : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
            yield return (i, weight);
        }
    }
}
