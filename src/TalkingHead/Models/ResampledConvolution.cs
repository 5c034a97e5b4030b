using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>What a convolution does with the side of its maps.</summary>
public enum Resampling
{
    /// <summary>Keeps it.</summary>
    None,

    /// <summary>Halves it after the convolution, by means of 2x2.</summary>
    Halve,

    /// <summary>Doubles it before the convolution, by nearest neighbour.</summary>
    Double,
}

/// <summary>
/// A 3x3 convolution with the resampling beside it as one convolution of the low resolution. All three maps are linear, so
/// it is the same function; it takes 16 multiply-adds where convolution and resampling take 36, and the map at the
/// high resolution between them is never made.
/// </summary>
static class ResampledConvolution
{
    // Below so many places at the low resolution, making the kernel costs more than it saves.
    const long FewestPlaces = 64;

    static readonly long[] one = [1, 1], two = [2, 2];

    /// <summary>
    /// (9,16): the 3x3 kernel to what the fast way needs of it. For Halve a 4x4 kernel, the mean of the 3x3 kernel at
    /// four places, as a 2x2 kernel over corners (<see cref="FusedResampling.Corners"/>). For Double four 2x2 kernels, one for
    /// each pixel of a 2x2 square: of the three rows (or columns) that a kernel covers there, two come from the same low pixel.
    /// </summary>
    public static Constant Taps(Resampling resampling) => new(TapNumbers(resampling), 9, 16);

    /// <summary>The same, row by row.</summary>
    internal static float[] TapNumbers(Resampling resampling)
    {
        var taps = new float[9 * 16];
        for (var tap = 0; tap < 9; tap++)
        {
            var (row, column) = (tap / 3, tap % 3);
            for (var to = 0; to < 4; to++)
            {
                // The place inside the 2x2 square at which the kernel lies.
                var (y, x) = (to / 2, to % 2);
                if (resampling == Resampling.Halve)
                    taps[16 * tap + 4 * (2 * Square(row + y) + Square(column + x)) + 2 * Corner(row + y) + Corner(column + x)] += 0.25f;
                else
                    taps[16 * tap + 4 * to + 2 * Low(row, y) + Low(column, x)] += 1;
            }
        }
        return taps;

        // Of the 4x4 kernel's row: the square it lies in, from the first one's lower pixels to the last one's upper; the pixel in it.
        static int Square(int row) => row / 2;

        static int Corner(int row) => 1 - row % 2;

        // Of the two low rows under the kernel: the first has its row 0 for the upper pixel, its rows 0 and 1 for the lower.
        static int Low(int row, int pixel) => row > pixel ? 1 : 0;
    }

    /// <summary>Whether the fast way is the faster one for maps x (B,in,H,W).</summary>
    public static bool Pays(Resampling resampling, Tensor x) =>
        x.size(0) * x.size(2) * x.size(3) >= FewestPlaces * (resampling == Resampling.None ? long.MaxValue : 4);

    // weight (out,in,3,3), taps (9,16) -> (out,4·in,2,2) to halve with, or (4·out,in,2,2) to double with, in the layout of the
    // maps, which convolutions would bring it to forwards and backwards
    public static Tensor Kernel(Resampling resampling, Tensor weight, Constant taps) =>
        weight.IsFloatOnCpu() ? FusedResampledKernel.Create(resampling, weight) : KernelInSteps(resampling, weight, taps.For(weight));

    // On a GPU; else the reference.
    internal static Tensor KernelInSteps(Resampling resampling, Tensor weight, Tensor taps)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        var all = taps.t().expand(outputs, -1, -1).bmm(weight.permute(0, 2, 3, 1).reshape(outputs, 9, inputs)); // (out,16,in)
        return (resampling == Resampling.Halve ? all.view(outputs, 2, 2, 4 * inputs)
            : all.view(outputs, 4, 4, inputs).transpose(0, 1).reshape(4 * outputs, 2, 2, inputs)).permute(0, 3, 1, 2)
            .MoveToOuterDisposeScope();
    }

    // x (B,in,2h,2w), kernel (out,4·in,2,2) -> (B,out,h,w)
    public static Tensor Halve(Tensor x, Tensor kernel, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        return (x.IsFloatOnCpu() && x.size(2) % 2 == 0 && x.size(3) % 2 == 0
            ? functional.conv2d(FusedResampling.Corners(x), kernel, bias) // faster than with a stride, most of all backwards
            : functional.conv2d(x, FourByFour(kernel), bias, strides: two, padding: one)).MoveToOuterDisposeScope();
    }

    // kernel (out,4·in,2,2) of corners -> (out,in,4,4)
    static Tensor FourByFour(Tensor kernel) => kernel.view(kernel.shape[0], 2, 2, -1, 2, 2).flip(1, 2)
        .permute(0, 3, 4, 1, 5, 2).reshape(kernel.shape[0], -1, 4, 4);

    // x (B,in,h,w), kernel (4·out,in,2,2) -> (B,out,2h,2w)
    public static Tensor Double(Tensor x, Tensor kernel, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        // Place (y,x) of the result lies over low places (y-1..y, x-1..x), so each pixel of a square has its own corner.
        var all = functional.conv2d(x, kernel, padding: one); // (B,4·out,h+1,w+1)
        var y = all.IsFloatOnCpu() ? FusedResampling.Interleave(all) : InterleaveInSteps(all);
        return (bias is null ? y : y.Add(bias.view(1, -1, 1, 1))).MoveToOuterDisposeScope();
    }

    // x (B,C,2h,2w) + skip (B,C,h,w) doubled -> (B,C,2h,2w)
    public static Tensor AddNearest(Tensor x, Tensor skip) =>
        x.IsFloatOnCpu() ? FusedResampling.AddNearest(x, skip) : x.Add(Nearest(skip));

    public static string EmitHalve(OnnxGraph graph, string name, string x, Tensor kernel, Tensor? bias) =>
        graph.Conv(name, x, FourByFour(kernel), bias, 2, 1, 1, 1, 1);

    // Four 2x2 convolutions, one a corner, of the low resolution; DepthToSpace lays the corners beside each other.
    public static string EmitDouble(OnnxGraph graph, string name, string x, Tensor kernel, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var outputs = kernel.shape[0] / 4;
        string[] corners = [.. Enumerable.Range(0, 4).Select(to => graph.Conv(
            $"{name}.{to}", x, kernel.narrow(0, to * outputs, outputs), bias, 1, 1 - to / 2, 1 - to % 2, to / 2, to % 2))];
        return graph.Add("DepthToSpace", name, [graph.Add("Concat", $"{name}.square", corners, ("axis", 1L))], ("blocksize", 2L));
    }

    // The references.
    internal static Tensor HalveInSteps(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        return functional.avg_pool2d(functional.conv2d(x, weight, bias, padding: one), 2).MoveToOuterDisposeScope();
    }

    internal static Tensor DoubleInSteps(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        return functional.conv2d(Nearest(x), weight, bias, padding: one).MoveToOuterDisposeScope();
    }

    // (B,4·C,h+1,w+1) -> (B,C,2h,2w): pixel (i,j) of the square at (y,x) is the corner 2i + j at (y+i,x+j)
    internal static Tensor InterleaveInSteps(Tensor all)
    {
        using var scope = NewDisposeScope();
        all = all.permute(0, 2, 3, 1);
        var (h, w, c) = (all.shape[1] - 1, all.shape[2] - 1, all.shape[3] / 4);
        // (B,h,w,C)
        var corners = Enumerable.Range(0, 4).Select(to => all.narrow(1, to / 2, h).narrow(2, to % 2, w).narrow(3, to * c, c)).ToArray();
        // (B,h,w,2,C)
        var rows = new[] { stack([corners[0], corners[1]], 3), stack([corners[2], corners[3]], 3) };
        return stack(rows, 2).reshape(all.shape[0], 2 * h, 2 * w, c).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    internal static Tensor Nearest(Tensor x) => functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
}
