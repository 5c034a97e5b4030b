using System.Runtime.Intrinsics;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TalkingHead.Models;

/// <summary>
/// What doubling and halving the side move about, on a CPU, for float32 maps that lie pixel by pixel: one copy where views and
/// concatenations would make several, and as many zeros in the backward pass.
/// </summary>
static unsafe class FusedResampling
{
    // all (B,4·C,h+1,w+1) -> (B,C,2h,2w): pixel (i,j) of the 2x2 square at (y,x) is corner 2i + j at (y+i,x+j)
    public static Tensor Interleave(Tensor all)
    {
        all = Layout.PixelByPixel(all);
        return is_grad_enabled() && all.requires_grad ? InterleaveFunction.apply(all) : Interleaved(all);
    }

    // (B,C,2h,2w) -> (B,4·C,h+1,w+1): the other way; a corner outside the picture is zero
    public static Tensor Corners(Tensor x)
    {
        x = Layout.PixelByPixel(x);
        return is_grad_enabled() && x.requires_grad ? CornersFunction.apply(x) : Scattered(x);
    }

    // x (B,C,2h,2w) + each pixel of skip (B,C,h,w) four times -> (B,C,2h,2w)
    public static Tensor AddNearest(Tensor x, Tensor skip)
    {
        (x, skip) = (Layout.PixelByPixel(x), Layout.PixelByPixel(skip));
        return is_grad_enabled() && (x.requires_grad || skip.requires_grad) ? AddNearestFunction.apply(x, skip) : Added(x, skip);
    }

    // Float32 maps of these sizes, pixel by pixel, with no numbers yet.
    static Tensor Empty(int b, int c, int height, int width) => empty(b, height, width, c).permute(0, 3, 1, 2);

    static Tensor Interleaved(Tensor all)
    {
        var pass = new Pass(all.size(0), all.size(1) / 4, all.size(2) - 1, all.size(3) - 1);
        var y = Empty(pass.B, pass.C, 2 * pass.H, 2 * pass.W);
        (pass.Low, pass.High) = ((nint)Aten.Data(all), (nint)Aten.Data(y));
        OpenMp.For(pass.B * 2 * pass.H, &Gather, &pass);
        return y;
    }

    static Tensor Scattered(Tensor x)
    {
        var pass = new Pass(x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2);
        var all = Empty(pass.B, 4 * pass.C, pass.H + 1, pass.W + 1);
        (pass.Low, pass.High) = ((nint)Aten.Data(all), (nint)Aten.Data(x));
        OpenMp.For(pass.B * (pass.H + 1), &Scatter, &pass);
        return all;
    }

    static Tensor Added(Tensor x, Tensor skip)
    {
        var pass = new Pass(skip.size(0), skip.size(1), skip.size(2), skip.size(3));
        var y = Empty(pass.B, pass.C, 2 * pass.H, 2 * pass.W);
        (pass.Low, pass.High, pass.Sum) = ((nint)Aten.Data(skip), (nint)Aten.Data(x), (nint)Aten.Data(y));
        OpenMp.For(pass.B * 2 * pass.H, &Add, &pass);
        return y;
    }

    sealed class InterleaveFunction : SingleTensorFunction<InterleaveFunction>
    {
        public override string Name => nameof(Interleave);

        public override Tensor forward(AutogradContext context, params object[] vars) => Interleaved((Tensor)vars[0]);

        public override List<Tensor> backward(AutogradContext context, Tensor slope) => [Scattered(Layout.PixelByPixel(slope))];
    }

    sealed class CornersFunction : SingleTensorFunction<CornersFunction>
    {
        public override string Name => nameof(Corners);

        public override Tensor forward(AutogradContext context, params object[] vars) => Scattered((Tensor)vars[0]);

        public override List<Tensor> backward(AutogradContext context, Tensor slope) => [Interleaved(Layout.PixelByPixel(slope))];
    }

    sealed class AddNearestFunction : SingleTensorFunction<AddNearestFunction>
    {
        public override string Name => nameof(AddNearest);

        public override Tensor forward(AutogradContext context, params object[] vars) => Added((Tensor)vars[0], (Tensor)vars[1]);

        public override List<Tensor> backward(AutogradContext context, Tensor slope)
        {
            slope = Layout.PixelByPixel(slope);
            var pass = new Pass(slope.size(0), slope.size(1), slope.size(2) / 2, slope.size(3) / 2);
            var skip = Empty(pass.B, pass.C, pass.H, pass.W);
            (pass.Low, pass.High) = ((nint)Aten.Data(skip), (nint)Aten.Data(slope));
            OpenMp.For(pass.B * pass.H, &SumSquares, &pass);
            return [slope.alias(), skip]; // a handle of its own: what came in is freed
        }
    }

    // What the loops share: the maps of the low and of the high side; items are rows of the one that is written.
    struct Pass(long b, long c, long h, long w)
    {
        public readonly int B = (int)b, C = (int)c, H = (int)h, W = (int)w;
        public nint Low, High, Sum;
    }

    static void Gather(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        for (var item = first; item < end; item++)
        {
            var (sample, row) = (item / (2 * pass.H), item % (2 * pass.H));
            var i = row % 2;
            var from = (float*)pass.Low + ((long)sample * (pass.H + 1) + row / 2 + i) * (pass.W + 1) * 4 * pass.C + 2 * i * pass.C;
            var to = (float*)pass.High + (long)item * 2 * pass.W * pass.C;
            for (var x = 0; x < pass.W; x++, from += 4 * pass.C, to += 2 * pass.C)
            {
                Copy(from, to, pass.C);
                Copy(from + 5 * pass.C, to + pass.C, pass.C); // corner 2i + 1 of the next place
            }
        }
    }

    static void Scatter(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        for (var item = first; item < end; item++)
        {
            var (sample, row) = (item / (pass.H + 1), item % (pass.H + 1));
            var to = (float*)pass.Low + (long)item * (pass.W + 1) * 4 * pass.C;
            for (var x = 0; x <= pass.W; x++)
                for (var corner = 0; corner < 4; corner++, to += pass.C)
                {
                    var (i, j) = (corner / 2, corner % 2);
                    var (y0, x0) = (row - i, x - j);
                    if (y0 < 0 || y0 == pass.H || x0 < 0 || x0 == pass.W)
                        new Span<float>(to, pass.C).Clear();
                    else
                        Copy((float*)pass.High + (((long)sample * 2 * pass.H + 2 * y0 + i) * 2 * pass.W + 2 * x0 + j) * pass.C, to, pass.C);
                }
        }
    }

    static void Add(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        for (var item = first; item < end; item++)
        {
            var skip = (float*)pass.Low + (long)(item / 2) * pass.W * pass.C; // 2h rows of a sample lie over its h rows
            float* x = (float*)pass.High + (long)item * 2 * pass.W * pass.C, y = (float*)pass.Sum + (long)item * 2 * pass.W * pass.C;
            for (var column = 0; column < 2 * pass.W; column++, x += pass.C, y += pass.C)
            {
                var s = skip + column / 2 * pass.C;
                var j = 0;
                for (; j <= pass.C - Vector256<float>.Count; j += Vector256<float>.Count)
                    (Vector256.Load(x + j) + Vector256.Load(s + j)).Store(y + j);
                for (; j < pass.C; j++)
                    y[j] = x[j] + s[j];
            }
        }
    }

    static void SumSquares(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        for (var item = first; item < end; item++)
        {
            var to = (float*)pass.Low + (long)item * pass.W * pass.C;
            float* upper = (float*)pass.High + (long)item * 4 * pass.W * pass.C, lower = upper + 2 * pass.W * pass.C;
            for (var x = 0; x < pass.W; x++, to += pass.C, upper += 2 * pass.C, lower += 2 * pass.C)
            {
                var j = 0;
                for (; j <= pass.C - Vector256<float>.Count; j += Vector256<float>.Count)
                    (Vector256.Load(upper + j) + Vector256.Load(upper + pass.C + j)
                        + (Vector256.Load(lower + j) + Vector256.Load(lower + pass.C + j))).Store(to + j);
                for (; j < pass.C; j++)
                    to[j] = upper[j] + upper[pass.C + j] + (lower[j] + lower[pass.C + j]);
            }
        }
    }

    static void Copy(float* from, float* to, int count)
    {
        var j = 0;
        for (; j <= count - Vector256<float>.Count; j += Vector256<float>.Count)
            Vector256.Load(from + j).Store(to + j);
        for (; j < count; j++)
            to[j] = from[j];
    }
}
