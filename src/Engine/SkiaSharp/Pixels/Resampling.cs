using System.Numerics;
using System.Runtime.Intrinsics;

namespace SkiaSharp;

/// <summary>
/// Scales pixels to another size. Nearest takes the pixel under the centre; linear without mipmaps mixes the two nearest
/// in each direction; linear with mipmaps and cubic widen their filter when they shrink, so that every source pixel counts.
/// Works on premultiplied values, in two passes, with rows kept only as long as the filter reaches them.
/// </summary>
static class Resampling
{
    public static void Scale(PixelView from, PixelView to, SKSamplingOptions sampling)
    {
        if (from.Info.Size == to.Info.Size)
        {
            PixelConversion.Copy(from, to);
            return;
        }
        var horizontal = new Filter(from.Info.Width, to.Info.Width, sampling);
        var vertical = new Filter(from.Info.Height, to.Info.Height, sampling);
        var premultiplied = new SKImageInfo(from.Info.Width, 1, SKColorType.Rgba8888, from.Info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul);
        var words = new uint[from.Info.Width];
        var source = new Vector4[from.Info.Width];
        var target = new uint[to.Info.Width];
        var sums = new Vector4[to.Info.Width];
        var window = new Vector4[vertical.Reach][];
        var rowInWindow = new int[vertical.Reach];
        Array.Fill(rowInWindow, -1);

        for (var y = 0; y < to.Info.Height; y++)
        {
            var (first, weights) = vertical.At(y);
            for (var row = first; row < first + weights.Length; row++)
            {
                var place = row % vertical.Reach;
                if (rowInWindow[place] == row)
                    continue;
                PixelConversion.Load(from.Row(row), from.Info, words);
                PixelConversion.ChangeAlpha(words, from.Info, premultiplied);
                Unpack(words, source);
                FilterRow(source, horizontal, window[place] ??= new Vector4[to.Info.Width]);
                rowInWindow[place] = row;
            }
            Mix(window, first, weights, sums, target);
            PixelConversion.ChangeAlpha(target, premultiplied, to.Info);
            PixelConversion.Store(target, to.Row(y), to.Info.ColorType);
        }
    }

    static void Unpack(uint[] words, Vector4[] source)
    {
        for (var x = 0; x < source.Length; x++)
            source[x] = Unpack(words[x]);
    }

    static Vector4 Unpack(uint word)
    {
        var (halves, _) = Vector128.Widen(Vector128.CreateScalarUnsafe(word).AsByte());
        return Vector128.ConvertToSingle(Vector128.WidenLower(halves).AsInt32()).AsVector4();
    }

    static void FilterRow(Vector4[] source, Filter filter, Vector4[] target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var (first, weights) = filter.At(x);
            var sum = Vector4.Zero;
            var taps = source.AsSpan(first, weights.Length);
            for (var i = 0; i < weights.Length; i++)
                sum += weights[i] * taps[i];
            target[x] = sum;
        }
    }

    // Row by row rather than pixel by pixel: each row is read in order.
    static void Mix(Vector4[][] window, int first, ReadOnlySpan<float> weights, Vector4[] sums, uint[] target)
    {
        Array.Clear(sums);
        for (var i = 0; i < weights.Length; i++)
        {
            var row = window[(first + i) % window.Length];
            var weight = weights[i];
            for (var x = 0; x < sums.Length; x++)
                sums[x] += weight * row[x];
        }
        for (var x = 0; x < target.Length; x++)
            target[x] = Pack(sums[x]);
    }

    // A cubic filter overshoots: no premultiplied colour may exceed its alpha.
    static uint Pack(Vector4 value)
    {
        var alpha = Math.Clamp(value.W, 0, 255);
        value = Vector4.Clamp(value, Vector4.Zero, new Vector4(alpha)) + new Vector4(0.5f);
        return (uint)value.X | (uint)value.Y << 8 | (uint)value.Z << 16 | (uint)value.W << 24;
    }

    /// <summary>For each target position along one axis: the source positions it draws from and their weights, of sum 1.</summary>
    sealed class Filter
    {
        readonly int[] firsts;
        readonly int[] starts;
        readonly float[] weights;

        public Filter(int from, int to, SKSamplingOptions sampling)
        {
            var scale = (double)from / to;
            var widened = sampling.UseCubic || sampling.Mipmap != SKMipmapMode.None;
            var stretch = widened ? Math.Max(1, scale) : 1;
            var nearest = !sampling.UseCubic && sampling.Filter == SKFilterMode.Nearest && !(widened && scale > 1);
            var radius = nearest ? 0 : (sampling.UseCubic ? 2 : 1) * stretch;
            firsts = new int[to];
            starts = new int[to + 1];
            var all = new List<float>(to * (int)(2 * radius + 2));
            for (var i = 0; i < to; i++)
            {
                var centre = (i + 0.5) * scale;
                var first = Math.Clamp((int)Math.Floor(nearest ? centre : centre - radius + 0.5), 0, from - 1);
                var last = nearest ? first : Math.Clamp((int)Math.Ceiling(centre + radius - 0.5) - 1, first, from - 1);
                firsts[i] = first;
                AddWeights(all, first, last, position =>
                    nearest ? 1 : sampling.Weight((position + 0.5 - centre) / stretch));
                starts[i + 1] = all.Count;
                Reach = Math.Max(Reach, last - first + 1);
            }
            weights = [.. all];
        }

        /// <summary>The most source positions any target position draws from.</summary>
        public int Reach { get; }

        public Tap At(int i) => new(firsts[i], weights.AsSpan(starts[i]..starts[i + 1]));

        static void AddWeights(List<float> all, int first, int last, Func<int, double> weight)
        {
            var start = all.Count;
            double sum = 0;
            for (var position = first; position <= last; position++)
            {
                var value = weight(position);
                sum += value;
                all.Add((float)value);
            }
            if (sum == 0)
            {
                all[start] = 1;
                sum = 1;
            }
            for (var i = start; i < all.Count; i++)
                all[i] = (float)(all[i] / sum);
        }
    }

    readonly ref struct Tap(int first, ReadOnlySpan<float> weights)
    {
        readonly int first = first;
        readonly ReadOnlySpan<float> weights = weights;

        public void Deconstruct(out int first, out ReadOnlySpan<float> weights)
        {
            first = this.first;
            weights = this.weights;
        }
    }
}
