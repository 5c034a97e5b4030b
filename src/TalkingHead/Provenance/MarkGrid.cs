namespace TalkingHead.Provenance;

/// <summary>Luminance on the grid on which marks are detected.</summary>
static class MarkGrid
{
    // Of the whitening, in grid points: half the side of the neighbourhood, and how wide the border fades.
    const int Reach = 3, Fade = 3;

    // Deviations below this count as quantisation noise.
    const float Floor = 0.5f;

    /// <summary>
    /// Resamples to points that lie 1/<paramref name="across"/> of the width and 1/<paramref name="down"/> of the height
    /// apart, as many as fit, with a triangle filter that widens when shrinking.
    /// </summary>
    internal static float[] Resample(float[] from, int fromWidth, int fromHeight, double across, double down, out int width, out int height)
    {
        width = (int)Math.Ceiling(across - 1e-9);
        height = (int)Math.Ceiling(down - 1e-9);
        var narrow = Along(from, fromWidth, fromHeight, across, width);
        return Transposed(Along(Transposed(narrow, width, fromHeight), fromHeight, width, down, height), height, width);
    }

    // Each row resampled to count points that lie 1/points of its length apart; beyond a row its end repeats.
    static float[] Along(float[] from, int length, int rows, double points, int count)
    {
        double step = length / points, reach = Math.Max(1, step);
        var to = new float[rows * count];
        var weights = new float[2 * (int)Math.Ceiling(reach) + 2];
        for (var i = 0; i < count; i++)
        {
            var centre = (i + 0.5) * step - 0.5;
            int first = (int)Math.Ceiling(centre - reach), taps = Math.Min(weights.Length, (int)Math.Floor(centre + reach) - first + 1);
            float sum = 0;
            for (var k = 0; k < taps; k++)
                sum += weights[k] = (float)Math.Max(0, 1 - Math.Abs(first + k - centre) / reach);
            for (var row = 0; row < rows; row++)
            {
                float value = 0;
                for (var k = 0; k < taps; k++)
                    value += weights[k] * from[row * length + Math.Clamp(first + k, 0, length - 1)];
                to[row * count + i] = value / sum;
            }
        }
        return to;
    }

    /// <summary>
    /// Takes the local mean away and divides by the local deviation, so that no edge outweighs the rest; fades at the border.
    /// </summary>
    internal static void Whiten(float[] values, int width, int height)
    {
        var mean = Blurred(values, width, height);
        for (var i = 0; i < values.Length; i++)
            values[i] -= mean[i];
        var power = Blurred(Array.ConvertAll(values, value => value * value), width, height);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, i++)
            {
                var fade = Math.Min(1, (1 + Math.Min(Math.Min(x, width - 1 - x), Math.Min(y, height - 1 - y))) / (Fade + 1f));
                values[i] *= fade / (MathF.Sqrt(power[i]) + Floor);
            }
        }
    }

    // The mean of each value's neighbourhood, as far as it lies inside.
    static float[] Blurred(float[] values, int width, int height) =>
        Transposed(RowsBlurred(Transposed(RowsBlurred(values, width), width, height), height), height, width);

    static float[] RowsBlurred(float[] from, int length)
    {
        var to = new float[from.Length];
        for (var row = 0; row < from.Length; row += length)
        {
            for (var x = 0; x < length; x++)
            {
                int first = Math.Max(0, x - Reach), last = Math.Min(length - 1, x + Reach);
                float sum = 0;
                for (var k = first; k <= last; k++)
                    sum += from[row + k];
                to[row + x] = sum / (last - first + 1);
            }
        }
        return to;
    }

    static float[] Transposed(float[] from, int width, int height)
    {
        var to = new float[from.Length];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                to[x * height + y] = from[y * width + x];
        return to;
    }
}
