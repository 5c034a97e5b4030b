using TalkingHead.Media;

namespace TalkingHead.Faces;

/// <summary>
/// A square of a picture, turned as a face is: what a network looks at. In the square (0, 0) is one corner and (1, 1) the other.
/// </summary>
/// <param name="X">Of its middle, in pixels.</param>
/// <param name="Y">Of its middle.</param>
/// <param name="Side">In pixels.</param>
/// <param name="Tilt">In radians, clockwise.</param>
/// <param name="Mirrored">Whether left and right change places in what is taken.</param>
readonly record struct FaceSquare(double X, double Y, double Side, double Tilt, bool Mirrored = false)
{
    /// <summary>A chip pixel is the mean of at most so many samples squared.</summary>
    const int MostFine = 16;

    /// <summary>The square around points, turned by an angle, so many times as large as they reach.</summary>
    /// <param name="points">x and y of each first.</param>
    /// <param name="stride">From one point to the next.</param>
    /// <param name="tilt">In radians, clockwise.</param>
    /// <param name="margin">1 where it touches them.</param>
    public static FaceSquare Around(ReadOnlySpan<float> points, int stride, double tilt, double margin)
    {
        double cos = Math.Cos(tilt), sin = Math.Sin(tilt);
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        for (var i = 0; i < points.Length; i += stride)
        {
            double u = points[i] * cos + points[i + 1] * sin, v = points[i + 1] * cos - points[i] * sin;
            (left, right) = (Math.Min(left, u), Math.Max(right, u));
            (top, bottom) = (Math.Min(top, v), Math.Max(bottom, v));
        }

        double x = (left + right) / 2, y = (top + bottom) / 2;
        return new(x * cos - y * sin, x * sin + y * cos, margin * Math.Max(right - left, bottom - top), tilt);
    }

    /// <summary>Where a point of the square is in the picture.</summary>
    public (double X, double Y) ToPicture(double u, double v)
    {
        double across = (Mirrored ? 0.5 - u : u - 0.5) * Side, down = (v - 0.5) * Side;
        double cos = Math.Cos(Tilt), sin = Math.Sin(Tilt);
        return (X + across * cos - down * sin, Y + across * sin + down * cos);
    }

    /// <summary>Triples x, y and depth of the square in the picture, in place; depth becomes pixels.</summary>
    public float[] ToPicture(float[] points)
    {
        for (var i = 0; i < points.Length; i += 3)
        {
            var (x, y) = ToPicture(points[i], points[i + 1]);
            (points[i], points[i + 1], points[i + 2]) = ((float)x, (float)y, (float)(points[i + 2] * Side));
        }

        return points;
    }

    /// <summary>What lies in it, in another size; black beyond the picture. Bilinear, and averaged where it shrinks.</summary>
    public Picture Take(Picture source, int size)
    {
        var chip = new Picture(size, size);
        int fine = Math.Clamp((int)Math.Round(Side / size), 1, MostFine), samples = size * fine;
        var (left, top) = ToPicture(0, 0);
        double acrossX = Math.Cos(Tilt) * Side / samples * (Mirrored ? -1 : 1),
            acrossY = Math.Sin(Tilt) * Side / samples * (Mirrored ? -1 : 1);
        double downX = -Math.Sin(Tilt) * Side / samples, downY = Math.Cos(Tilt) * Side / samples;
        Parallel.For(0, size, y =>
        {
            for (var x = 0; x < size; x++)
            {
                float red = 0, green = 0, blue = 0;
                for (var s = 0; s < fine * fine; s++)
                {
                    double u = x * fine + s % fine + 0.5, v = y * fine + s / fine + 0.5;
                    Bilinear(source, (float)(left + u * acrossX + v * downX), (float)(top + u * acrossY + v * downY), ref red,
                        ref green, ref blue);
                }

                var share = 1f / (fine * fine);
                var pixel = chip.Pixels.AsSpan(3 * (y * size + x), 3);
                (pixel[0], pixel[1], pixel[2]) = ((byte)(red * share + 0.5f), (byte)(green * share + 0.5f), (byte)(blue * share + 0.5f));
            }
        });
        return chip;
    }

    // Adds the colour at (x, y), which counts from the middle of the first pixel.
    static void Bilinear(Picture source, float x, float y, ref float red, ref float green, ref float blue)
    {
        if (!(x > -0.5f && y > -0.5f && x < source.Width - 0.5f && y < source.Height - 0.5f))
            return;
        x = Math.Clamp(x, 0, source.Width - 1);
        y = Math.Clamp(y, 0, source.Height - 1);
        int left = (int)x, top = (int)y;
        float across = x - left, down = y - top;
        var pixels = source.Pixels;
        int upper = 3 * (top * source.Width + left), right = left + 1 < source.Width ? 3 : 0;
        var lower = top + 1 < source.Height ? upper + 3 * source.Width : upper;
        float a = (1 - across) * (1 - down), b = across * (1 - down), c = (1 - across) * down, d = across * down;
        red += a * pixels[upper] + b * pixels[upper + right] + c * pixels[lower] + d * pixels[lower + right];
        green += a * pixels[upper + 1] + b * pixels[upper + right + 1] + c * pixels[lower + 1] + d * pixels[lower + right + 1];
        blue += a * pixels[upper + 2] + b * pixels[upper + right + 2] + c * pixels[lower + 2] + d * pixels[lower + right + 2];
    }
}
