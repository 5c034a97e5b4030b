using System.Runtime.Intrinsics;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TalkingHead.Models;

/// <summary>
/// Instance norm of float32 maps on a CPU that lie pixel by pixel, in one reading and one writing of memory, with the ReLU
/// that follows where there is one. The same bits with any number of threads. <see cref="InstanceNorm.ApplyInSteps"/> is
/// its reference.
/// </summary>
/// <remarks>
/// A chunk is some pixels of one sample that fit a processor's cache; their means and squared deviations are joined in
/// double precision by Chan's formula, and what a rounded mean leaves is part of them, so a map whose mean is far from zero
/// loses no digits.
/// </remarks>
sealed unsafe class FusedInstanceNorm : SingleTensorFunction<FusedInstanceNorm>
{
    const int Lanes = 16, Block = 4 * Lanes, FloatsInAChunk = 8192;

    /// <inheritdoc/>
    public override string Name => nameof(FusedInstanceNorm);

    /// <summary>Maps x (B,C,H,W), scale and shift (B or 1,C) to maps of the same shape, pixel by pixel.</summary>
    public static Tensor Apply(Tensor x, Tensor scale, Tensor shift, bool relu)
    {
        x = Layout.PixelByPixel(x);
        if (is_grad_enabled() && (x.requires_grad || scale.requires_grad || shift.requires_grad))
            return apply(x, scale, shift, relu);
        return Forward(x, scale, shift, relu).Y;
    }

    /// <inheritdoc/>
    public override Tensor forward(AutogradContext context, params object[] vars)
    {
        var (x, scale, relu) = ((Tensor)vars[0], (Tensor)vars[1], (bool)vars[3]);
        var (y, statistics) = Forward(x, scale, (Tensor)vars[2], relu);
        context.save_for_backward([x, statistics]);
        context.save_data(nameof(relu), relu);
        context.save_data(nameof(scale), scale.size(0));
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(AutogradContext context, Tensor slope)
    {
        var saved = context.get_saved_variables();
        var (x, statistics) = (saved[0], saved[1]);
        slope = Layout.PixelByPixel(slope);
        var (b, c, n) = Sizes(x);
        var rows = (long)context.get_data("scale");
        var (slopeX, slopes) = (empty_like(x), empty(2, rows, c)); // of x; of scale and shift
        var (chunk, chunks) = Chunks(c, n);
        using var partial = empty(b, chunks, 2, c);
        using var factors = empty(2, b, c);
        var work = Pass.Create(x, statistics, partial, (bool)context.get_data("relu"), chunk, chunks);
        work.G = Aten.Data(slope);
        work.Out = Aten.Data(slopeX);
        work.P = Aten.Data(factors);
        work.Q = work.P + b * c;
        OpenMp.For(b * chunks, &SumSlopes, &work);
        float* slopeScale = Aten.Data(slopes), slopeShift = slopeScale + rows * c;
        for (var i = 0; i < b * c; i++)
        {
            double g = 0, gx = 0; // sums over places of the slope, and of the slope times x less its mean
            for (float* part = work.Partial + (long)(i / c) * chunks * 2 * c + i % c,
                end = part + (long)chunks * 2 * c; part < end; part += 2 * c)
                (g, gx) = (g + part[0], gx + part[c]);
            double inverse = work.Inverse[i], a = work.A[i], p = -a * inverse * inverse * gx / n;
            if (i < rows * c)
                (slopeShift[i], slopeScale[i]) = ((float)g, (float)(gx * inverse));
            else // one row for all
                (slopeShift[i % c], slopeScale[i % c]) = (slopeShift[i % c] + (float)g, slopeScale[i % c] + (float)(gx * inverse));
            (work.P[i], work.Q[i]) = ((float)p, (float)(-a * g / n));
        }
        OpenMp.For(b * chunks, &SlopeOfX, &work);
        return [slopeX, slopes[0], slopes[1], null!]; // relu has none
    }

    // y and what the backward pass needs of each map: mean, 1 / deviation, and a and o of y = a (x - mean) + o, (4,B,C).
    static (Tensor Y, Tensor Statistics) Forward(Tensor x, Tensor scale, Tensor shift, bool relu)
    {
        var (b, c, n) = Sizes(x);
        var (y, statistics) = (empty_like(x), empty(4, b, c));
        var (chunk, chunks) = Chunks(c, n);
        using var partial = empty(b, chunks, 3, c);
        var work = Pass.Create(x, statistics, partial, relu, chunk, chunks);
        work.Out = Aten.Data(y);
        OpenMp.For(b * chunks, &Moments, &work);
        float* scales = Aten.Data(scale), shifts = Aten.Data(shift);
        var (scaleRow, shiftRow) = (Row(scale), Row(shift));
        for (var i = 0; i < b * c; i++)
        {
            double mean = 0, squares = 0, count = 0;
            var part = work.Partial + (long)(i / c) * chunks * 3 * c + i % c;
            for (var k = 0; k < chunks; k++, part += 3 * c)
            {
                double more = Math.Min(chunk, n - k * chunk), all = count + more, rest = part[c] / more, apart = part[0] + rest - mean;
                mean += apart * more / all;
                squares += part[2 * c] - rest * part[c] + apart * apart * count * more / all;
                count = all;
            }
            double inverse = 1 / Math.Sqrt(squares / n + InstanceNorm.Epsilon), a = scales[i / c * scaleRow + i % c] * inverse;
            (work.Mean[i], work.Inverse[i], work.A[i]) = ((float)mean, (float)inverse, (float)a);
            work.O[i] = (float)(shifts[i / c * shiftRow + i % c] + (work.Mean[i] - mean) * a);
        }
        OpenMp.For(b * chunks, &ScaleAndShift, &work);
        return (y, statistics);
    }

    // From the numbers of one sample to those of the next.
    static long Row(Tensor style) => style.stride(1) != 1 ? throw new ArgumentException("the numbers of a scale or shift lie apart.")
        : style.size(0) == 1 ? 0 : style.stride(0);

    static (int B, int C, int N) Sizes(Tensor x) => x.ndim == 4 ? ((int)x.size(0), (int)x.size(1), checked((int)(x.size(2) * x.size(3))))
        : throw new ArgumentException("the maps are not (B,C,H,W).");

    static (int Chunk, int Chunks) Chunks(int c, int n)
    {
        var chunk = Math.Max(1, FloatsInAChunk / c);
        return (chunk, (n + chunk - 1) / chunk);
    }

    // What the loops below share. Per map pointers are indexed b·C + c, as partial sums are [b][chunk][2 or 3][C].
    struct Pass
    {
        public float* X, G, Out, Partial, Mean, Inverse, A, O, P, Q;
        public int C, N, Chunk, Chunks;
        public bool Relu;

        public static Pass Create(Tensor x, Tensor statistics, Tensor partial, bool relu, int chunk, int chunks)
        {
            var (b, c, n) = Sizes(x);
            var first = Aten.Data(statistics);
            return new Pass
            {
                X = Aten.Data(x),
                Partial = Aten.Data(partial),
                Mean = first,
                Inverse = first + b * c,
                A = first + 2 * b * c,
                O = first + 3 * b * c,
                C = c,
                N = n,
                Chunk = chunk,
                Chunks = chunks,
                Relu = relu,
            };
        }

        // The first number of a chunk, its pixels, and its maps.
        public readonly (long At, int Pixels, int Maps) Place(int item)
        {
            var (sample, chunk) = (item / Chunks, item % Chunks);
            var first = chunk * Chunk;
            return (((long)sample * N + first) * C, Math.Min(Chunk, N - first), sample * C);
        }
    }

    // Of each chunk: a mean, the sum of what is above it, and the sum of its squares.
    static void Moments(void* state, int first, int end)
    {
        ref var work = ref *(Pass*)state;
        var c = work.C;
        for (var item = first; item < end; item++)
        {
            var (at, pixels, _) = work.Place(item);
            float* x = work.X + at, mean = work.Partial + (long)item * 3 * c, rest = mean + c, squares = rest + c;
            var j = 0;
            for (; j <= c - Block; j += Block)
            {
                Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
                var row = x + j;
                for (var k = 0; k < pixels; k++, row += c)
                {
                    s0 += Vector512.Load(row);
                    s1 += Vector512.Load(row + Lanes);
                    s2 += Vector512.Load(row + 2 * Lanes);
                    s3 += Vector512.Load(row + 3 * Lanes);
                }
                var share = Vector512.Create(1f / pixels);
                Vector512<float> m0 = s0 * share, m1 = s1 * share, m2 = s2 * share, m3 = s3 * share;
                s0 = s1 = s2 = s3 = default;
                Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default;
                row = x + j;
                for (var k = 0; k < pixels; k++, row += c)
                {
                    Vector512<float> d0 = Vector512.Load(row) - m0, d1 = Vector512.Load(row + Lanes) - m1;
                    Vector512<float> d2 = Vector512.Load(row + 2 * Lanes) - m2, d3 = Vector512.Load(row + 3 * Lanes) - m3;
                    (r0, r1, r2, r3) = (r0 + d0, r1 + d1, r2 + d2, r3 + d3);
                    s0 = Vector512.FusedMultiplyAdd(d0, d0, s0);
                    s1 = Vector512.FusedMultiplyAdd(d1, d1, s1);
                    s2 = Vector512.FusedMultiplyAdd(d2, d2, s2);
                    s3 = Vector512.FusedMultiplyAdd(d3, d3, s3);
                }
                m0.Store(mean + j);
                m1.Store(mean + j + Lanes);
                m2.Store(mean + j + 2 * Lanes);
                m3.Store(mean + j + 3 * Lanes);
                r0.Store(rest + j);
                r1.Store(rest + j + Lanes);
                r2.Store(rest + j + 2 * Lanes);
                r3.Store(rest + j + 3 * Lanes);
                s0.Store(squares + j);
                s1.Store(squares + j + Lanes);
                s2.Store(squares + j + 2 * Lanes);
                s3.Store(squares + j + 3 * Lanes);
            }
            for (; j <= c - Lanes; j += Lanes)
            {
                Vector512<float> sum = default, above = default, deviation = default;
                for (var k = 0; k < pixels; k++)
                    sum += Vector512.Load(x + j + k * c);
                var m = sum * Vector512.Create(1f / pixels);
                for (var k = 0; k < pixels; k++)
                {
                    var d = Vector512.Load(x + j + k * c) - m;
                    above += d;
                    deviation = Vector512.FusedMultiplyAdd(d, d, deviation);
                }
                m.Store(mean + j);
                above.Store(rest + j);
                deviation.Store(squares + j);
            }
            for (; j < c; j++)
            {
                float sum = 0, above = 0, deviation = 0;
                for (var k = 0; k < pixels; k++)
                    sum += x[j + k * c];
                var m = sum / pixels;
                for (var k = 0; k < pixels; k++)
                {
                    var d = x[j + k * c] - m;
                    (above, deviation) = (above + d, deviation + d * d);
                }
                (mean[j], rest[j], squares[j]) = (m, above, deviation);
            }
        }
    }

    static void ScaleAndShift(void* state, int first, int end)
    {
        ref var work = ref *(Pass*)state;
        var c = work.C;
        var floor = work.Relu ? default : Vector512.Create(float.NegativeInfinity);
        for (var item = first; item < end; item++)
        {
            var (at, pixels, maps) = work.Place(item);
            float* x = work.X + at, y = work.Out + at, m = work.Mean + maps, a = work.A + maps, o = work.O + maps;
            for (var k = 0; k < pixels; k++, x += c, y += c)
            {
                var j = 0;
                for (; j <= c - Lanes; j += Lanes)
                    Vector512.MaxNative(floor, Vector512.FusedMultiplyAdd(Vector512.Load(x + j) - Vector512.Load(m + j),
                        Vector512.Load(a + j), Vector512.Load(o + j))).Store(y + j);
                for (; j < c; j++)
                    y[j] = Math.Max(MathF.FusedMultiplyAdd(x[j] - m[j], a[j], o[j]), floor[0]);
            }
        }
    }

    static void SumSlopes(void* state, int first, int end)
    {
        ref var work = ref *(Pass*)state;
        var c = work.C;
        var floor = work.Relu ? default : Vector512.Create(float.NegativeInfinity);
        for (var item = first; item < end; item++)
        {
            var (at, pixels, maps) = work.Place(item);
            float* x = work.X + at, g = work.G + at, sums = work.Partial + (long)item * 2 * c, products = sums + c;
            float* a = work.A + maps, o = work.O + maps, mean = work.Mean + maps;
            var j = 0;
            for (; j <= c - 2 * Lanes; j += 2 * Lanes)
            {
                Vector512<float> s0 = default, s1 = default, t0 = default, t1 = default;
                Vector512<float> a0 = Vector512.Load(a + j), a1 = Vector512.Load(a + j + Lanes), o0 = Vector512.Load(o + j),
                    o1 = Vector512.Load(o + j + Lanes);
                Vector512<float> m0 = Vector512.Load(mean + j), m1 = Vector512.Load(mean + j + Lanes);
                for (var k = 0; k < pixels; k++)
                {
                    Vector512<float> x0 = Vector512.Load(x + j + k * c) - m0, x1 = Vector512.Load(x + j + k * c + Lanes) - m1;
                    var g0 = Masked(Vector512.Load(g + j + k * c), x0, a0, o0, floor);
                    var g1 = Masked(Vector512.Load(g + j + k * c + Lanes), x1, a1, o1, floor);
                    s0 += g0;
                    s1 += g1;
                    t0 = Vector512.FusedMultiplyAdd(g0, x0, t0);
                    t1 = Vector512.FusedMultiplyAdd(g1, x1, t1);
                }
                s0.Store(sums + j);
                s1.Store(sums + j + Lanes);
                t0.Store(products + j);
                t1.Store(products + j + Lanes);
            }
            for (; j <= c - Lanes; j += Lanes)
            {
                Vector512<float> s = default, t = default;
                Vector512<float> mean0 = Vector512.Load(mean + j), a0 = Vector512.Load(a + j), o0 = Vector512.Load(o + j);
                for (var k = 0; k < pixels; k++)
                {
                    var apart = Vector512.Load(x + j + k * c) - mean0;
                    var masked = Masked(Vector512.Load(g + j + k * c), apart, a0, o0, floor);
                    s += masked;
                    t = Vector512.FusedMultiplyAdd(masked, apart, t);
                }
                s.Store(sums + j);
                t.Store(products + j);
            }
            for (; j < c; j++)
            {
                float sum = 0, product = 0;
                for (var k = 0; k < pixels; k++)
                {
                    float apart = x[j + k * c] - mean[j], masked = Masked(g[j + k * c], apart, a[j], o[j], floor[0]);
                    (sum, product) = (sum + masked, product + masked * apart);
                }
                (sums[j], products[j]) = (sum, product);
            }
        }
    }

    static void SlopeOfX(void* state, int first, int end)
    {
        ref var work = ref *(Pass*)state;
        var c = work.C;
        var floor = work.Relu ? default : Vector512.Create(float.NegativeInfinity);
        for (var item = first; item < end; item++)
        {
            var (at, pixels, maps) = work.Place(item);
            float* x = work.X + at, g = work.G + at, d = work.Out + at;
            float* m = work.Mean + maps, a = work.A + maps, o = work.O + maps, p = work.P + maps, q = work.Q + maps;
            for (var k = 0; k < pixels; k++, x += c, g += c, d += c)
            {
                var j = 0;
                for (; j <= c - Lanes; j += Lanes)
                {
                    Vector512<float> v = Vector512.Load(x + j) - Vector512.Load(m + j), scale = Vector512.Load(a + j);
                    var masked = Masked(Vector512.Load(g + j), v, scale, Vector512.Load(o + j), floor);
                    Vector512.FusedMultiplyAdd(masked, scale,
                        Vector512.FusedMultiplyAdd(v, Vector512.Load(p + j), Vector512.Load(q + j))).Store(d + j);
                }
                for (; j < c; j++)
                    d[j] = Masked(g[j], x[j] - m[j], a[j], o[j], floor[0]) * a[j] + (x[j] - m[j]) * p[j] + q[j];
            }
        }
    }

    // The slope where a x + o, x less its mean, is above the floor: 0 for a ReLU, nowhere else.
    static Vector512<float> Masked(Vector512<float> slope, Vector512<float> x, Vector512<float> a, Vector512<float> o,
        Vector512<float> floor) =>
        slope & Vector512.GreaterThan(Vector512.FusedMultiplyAdd(x, a, o), floor);

    static float Masked(float slope, float x, float a, float o, float floor) => MathF.FusedMultiplyAdd(x, a, o) > floor ? slope : 0;
}
