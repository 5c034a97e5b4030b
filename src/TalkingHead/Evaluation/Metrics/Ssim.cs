using System.Numerics;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Structural similarity (Wang et al. 2004): Gaussian window 11x11 with σ 1.5, K1 0.01, K2 0.03, L 255, population
/// covariance, valid region only, mean over RGB, float64. Equals skimage's structural_similarity(gaussian_weights=True,
/// sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1), which crops the border likewise. Higher is better.
/// On the CPU, an order of magnitude faster than with tensor operations, which the tests compare it with: one pass over the rows, in
/// vectors of float64, with a few rows of memory.
/// </summary>
public static class Ssim
{
    internal const string Definition = "Gaussian 11x11 σ 1.5, K .01 .03, L 255, valid region, mean over RGB, float64";
    internal const int Window = 11;
    internal const double C1 = 0.01 * 255 * (0.01 * 255), C2 = 0.03 * 255 * (0.03 * 255);
    const double Sigma = 1.5;

    static readonly int Lanes = Vector<double>.Count;

    static readonly double[] gaussian =
        [.. Enumerable.Range(-(Window / 2), Window).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma)))];

    /// <summary>The window along one axis; it sums to one.</summary>
    internal static readonly double[] Kernel = [.. gaussian.Select(weight => weight / gaussian.Sum())];

    /// <summary>Quantised pictures (B,3,H,W), uint8, of at least 11x11 pixels, to one value each, (B) float64 in [-1,1].</summary>
    public static Tensor Compute(Tensor first, Tensor second)
    {
        Pictures.Expect(first, second);
        if (Math.Min(first.shape[2], first.shape[3]) < Window)
            throw new ArgumentException($"got pictures of {first.shape[3]}x{first.shape[2]}, expected {Window}x{Window} or more.");
        using var scope = NewDisposeScope();
        var (count, height, width) = ((int)first.shape[0], (int)first.shape[2], (int)first.shape[3]);
        var (x, y, values, size) = (Bytes(first), Bytes(second), new double[count], 3 * height * width);
        Parallel.For(0, count, i => values[i] = Scan(x.AsSpan(i * size, size), y.AsSpan(i * size, size), height, width));
        return tensor(values, device: first.device).MoveToOuterDisposeScope();

        static byte[] Bytes(Tensor pictures) => pictures.cpu().contiguous().data<byte>().ToArray();
    }

    /// <summary>The mean over the valid region and the planes of one picture; both hold whole planes of height x width bytes.</summary>
    static double Scan(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int height, int width)
    {
        // Beyond a row's end lie zeros, so that whole vectors can be read; what they give is not counted.
        var stride = (width / Lanes + 2) * Lanes + Window;
        var (x, y) = (new double[height * stride], new double[height * stride]);
        var rows = new double[5 * stride]; // blurred down: x, y, xx, yy, xy
        var (sum, planes) = (0.0, first.Length / (height * width));
        for (var plane = 0; plane < planes; plane++)
        {
            Widen(first.Slice(plane * height * width, height * width), x, width, stride);
            Widen(second.Slice(plane * height * width, height * width), y, width, stride);
            for (var row = 0; row <= height - Window; row++)
            {
                BlurDown(x, y, row * stride, rows, stride, width);
                sum += Across(rows, stride, width - Window + 1);
            }
        }
        return sum / ((double)planes * (height - Window + 1) * (width - Window + 1));
    }

    static void Widen(ReadOnlySpan<byte> bytes, double[] plane, int width, int stride)
    {
        for (int from = 0, to = 0; from < bytes.Length; from += width, to += stride)
            for (var i = 0; i < width; i++)
                plane[to + i] = bytes[from + i];
    }

    // Eleven rows from `start` on into one of each moment.
    static void BlurDown(double[] x, double[] y, int start, double[] rows, int stride, int width)
    {
        for (var i = 0; i < width; i += Lanes)
        {
            Vector<double> sumX = default, sumY = default, sumXX = default, sumYY = default, sumXY = default;
            for (var k = 0; k < Window; k++)
            {
                var (a, b) = (new Vector<double>(x, start + k * stride + i), new Vector<double>(y, start + k * stride + i));
                var weight = new Vector<double>(Kernel[k]);
                var (weightedA, weightedB) = (weight * a, weight * b);
                sumX += weightedA;
                sumY += weightedB;
                sumXX = Vector.FusedMultiplyAdd(weightedA, a, sumXX);
                sumYY = Vector.FusedMultiplyAdd(weightedB, b, sumYY);
                sumXY = Vector.FusedMultiplyAdd(weightedA, b, sumXY);
            }
            sumX.CopyTo(rows, i);
            sumY.CopyTo(rows, stride + i);
            sumXX.CopyTo(rows, 2 * stride + i);
            sumYY.CopyTo(rows, 3 * stride + i);
            sumXY.CopyTo(rows, 4 * stride + i);
        }
    }

    // Blurs the moments across and sums the index over the first `count` places.
    static double Across(double[] rows, int stride, int count)
    {
        var total = 0.0;
        for (var i = 0; i < count; i += Lanes)
        {
            Vector<double> meanX = default, meanY = default, xx = default, yy = default, xy = default;
            for (var k = 0; k < Window; k++)
            {
                var weight = new Vector<double>(Kernel[k]);
                meanX = Vector.FusedMultiplyAdd(weight, new Vector<double>(rows, i + k), meanX);
                meanY = Vector.FusedMultiplyAdd(weight, new Vector<double>(rows, stride + i + k), meanY);
                xx = Vector.FusedMultiplyAdd(weight, new Vector<double>(rows, 2 * stride + i + k), xx);
                yy = Vector.FusedMultiplyAdd(weight, new Vector<double>(rows, 3 * stride + i + k), yy);
                xy = Vector.FusedMultiplyAdd(weight, new Vector<double>(rows, 4 * stride + i + k), xy);
            }
            var (product, squares) = (meanX * meanY, meanX * meanX + meanY * meanY);
            Vector<double> c1 = new(C1), c2 = new(C2);
            var index = (2 * product + c1) * (2 * (xy - product) + c2) / ((squares + c1) * (xx + yy - squares + c2));
            if (i + Lanes <= count)
                total += Vector.Sum(index);
            else
                for (var lane = 0; lane < count - i; lane++)
                    total += index[lane];
        }
        return total;
    }
}
