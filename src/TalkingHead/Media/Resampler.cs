namespace TalkingHead.Media;

/// <summary>
/// Crops and resizes in one go with a bicubic filter (Keys 1981, a = -0.5) that widens when shrinking, so nothing
/// aliases. Weights are fixed-point, so every machine gives the same bytes. Beyond the picture its edge repeats.
/// </summary>
public static class Resampler
{
    const int WeightBits = 14;

    /// <summary>
    /// The rectangle with top left corner (<paramref name="x"/>, <paramref name="y"/>), resized. Coordinates count from
    /// the picture's corner, so a pixel spans [i, i + 1]; the rectangle may reach beyond the picture, or lie outside it.
    /// </summary>
    public static Picture Crop(Picture source, double x, double y, double width, double height, int outWidth, int outHeight)
    {
        var columns = new Taps(source.Width, x, width, outWidth);
        var rows = new Taps(source.Height, y, height, outHeight);
        var result = new Picture(outWidth, outHeight);

        // Horizontally into a band of the rows that the vertical pass reads, kept at 16 bits and twice the range of a
        // byte each way, as a bicubic filter overshoots.
        var band = new short[(rows.Last - rows.First + 1) * 3 * outWidth];
        Parallel.For(rows.First, rows.Last + 1, row =>
            Horizontal(source.Pixels.AsSpan(3 * row * source.Width, 3 * source.Width), columns,
                band.AsSpan((row - rows.First) * 3 * outWidth, 3 * outWidth)));
        Parallel.For(0, outHeight, row => Vertical(band, rows, row, result.Pixels.AsSpan(3 * row * outWidth, 3 * outWidth)));
        return result;
    }

    static void Horizontal(ReadOnlySpan<byte> from, Taps columns, Span<short> to)
    {
        for (int i = 0, o = 0; o < to.Length; i++, o += 3)
        {
            int red = 0, green = 0, blue = 0;
            for (var k = i * columns.Count; k < (i + 1) * columns.Count; k++)
            {
                int at = 3 * columns.Index[k], weight = columns.Weight[k];
                red += from[at] * weight;
                green += from[at + 1] * weight;
                blue += from[at + 2] * weight;
            }

            // 6 of the 14 bits stay for the vertical pass.
            to[o] = (short)((red + 128) >> 8);
            to[o + 1] = (short)((green + 128) >> 8);
            to[o + 2] = (short)((blue + 128) >> 8);
        }
    }

    static void Vertical(short[] band, Taps rows, int row, Span<byte> to)
    {
        var sums = to.Length <= 4096 ? stackalloc int[to.Length] : new int[to.Length];
        sums.Clear();
        for (var k = row * rows.Count; k < (row + 1) * rows.Count; k++)
        {
            var weight = rows.Weight[k];
            var line = band.AsSpan((rows.Index[k] - rows.First) * to.Length, to.Length);
            for (var i = 0; i < sums.Length; i++)
                sums[i] += line[i] * weight;
        }

        for (var i = 0; i < to.Length; i++)
            to[i] = (byte)Math.Clamp((sums[i] + (1 << 19)) >> 20, 0, 255);
    }

    /// <summary>For each output pixel, which input pixels and how much of each: <c>Count</c> each, in one array.</summary>
    sealed class Taps
    {
        public readonly int Count, First = int.MaxValue, Last;
        public readonly int[] Index, Weight;

        public Taps(int input, double start, double length, int output)
        {
            if (!double.IsFinite(start) || !double.IsFinite(length) || length <= 0 || Math.Abs(start) > 1e7 || length > 1e7)
                throw new ArgumentException($"A crop from {start} over {length} pixels cannot be taken.");
            var step = length / output;
            var support = 2 * Math.Max(1, step);
            Count = (int)Math.Ceiling(2 * support) + 1;
            Index = new int[output * Count];
            Weight = new int[output * Count];
            var weights = new double[Count];
            for (var i = 0; i < output; i++)
            {
                var centre = start + (i + 0.5) * step - 0.5;
                var first = (int)Math.Ceiling(centre - support);
                double sum = 0;
                for (var k = 0; k < Count; k++)
                    sum += weights[k] = Bicubic((first + k - centre) / Math.Max(1, step));

                // The rounding error goes to the largest weight, so that a flat area stays exactly flat.
                int left = 1 << WeightBits, largest = 0;
                for (var k = 0; k < Count; k++)
                {
                    var index = Math.Clamp(first + k, 0, input - 1);
                    (First, Last) = (Math.Min(First, index), Math.Max(Last, index));
                    Index[i * Count + k] = index;
                    left -= Weight[i * Count + k] = (int)Math.Round(weights[k] / sum * (1 << WeightBits));
                    if (weights[k] > weights[largest])
                        largest = k;
                }

                Weight[i * Count + largest] += left;
            }
        }

        static double Bicubic(double x) => Math.Abs(x) switch
        {
            < 1 and var t => (1.5 * t - 2.5) * t * t + 1,
            < 2 and var t => ((-0.5 * t + 2.5) * t - 4) * t + 2,
            _ => 0,
        };
    }
}
