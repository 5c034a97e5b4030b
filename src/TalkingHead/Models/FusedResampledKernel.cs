using System.Runtime.Intrinsics;
using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace TalkingHead.Models;

/// <summary>
/// The kernel that a resampled convolution computes with, made of the 3x3 one on a CPU in one loop: rows of numbers are added
/// up as <see cref="ResampledConvolution.TapNumbers"/> says. <see cref="ResampledConvolution.KernelInSteps"/> is its reference.
/// </summary>
sealed unsafe class FusedResampledKernel : SingleTensorFunction<FusedResampledKernel>
{
    const int Taps = 9, Places = 16; // rows of one output, of the 3x3 kernel and of the one made of it

    static readonly Table halve = new(Resampling.Halve), twice = new(Resampling.Double);

    /// <inheritdoc/>
    public override string Name => nameof(FusedResampledKernel);

    // weight (out,in,3,3) -> (out,4·in,2,2) to halve with, or (4·out,in,2,2) to double with, both pixel by pixel
    public static Tensor Create(Resampling resampling, Tensor weight)
    {
        weight = Layout.PixelByPixel(weight);
        return is_grad_enabled() && weight.requires_grad ? apply(weight, resampling) : Forward(weight, resampling);
    }

    /// <inheritdoc/>
    public override Tensor forward(AutogradContext context, params object[] vars)
    {
        context.save_data(nameof(Resampling), vars[1]);
        return Forward((Tensor)vars[0], (Resampling)vars[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(AutogradContext context, Tensor slope)
    {
        slope = Layout.PixelByPixel(slope);
        var resampling = (Resampling)context.get_data(nameof(Resampling));
        var pass = new Pass(resampling, slope.size(0) / (resampling == Resampling.Double ? 4 : 1),
            slope.size(1) / (resampling == Resampling.Halve ? 4 : 1));
        var weight = empty(pass.Outputs, 3, 3, pass.Inputs).permute(0, 3, 1, 2);
        (pass.Weight, pass.Kernel) = ((nint)Aten.Data(weight), (nint)Aten.Data(slope));
        pass.Backward = true;
        OpenMp.For(pass.Outputs, &AddUp, &pass);
        return [weight, null!]; // resampling has no slope
    }

    static Tensor Forward(Tensor weight, Resampling resampling)
    {
        var pass = new Pass(resampling, weight.size(0), weight.size(1));
        var (outputs, inputs) = resampling == Resampling.Halve ? (pass.Outputs, 4 * pass.Inputs) : (4 * pass.Outputs, pass.Inputs);
        var kernel = empty(outputs, 2, 2, inputs).permute(0, 3, 1, 2);
        (pass.Weight, pass.Kernel) = ((nint)Aten.Data(weight), (nint)Aten.Data(kernel));
        OpenMp.For(pass.Outputs, &AddUp, &pass);
        return kernel;
    }

    // Which rows of the one are added up to a row of the other.
    sealed class Table
    {
        public readonly int[][] TapsOf, PlacesOf;
        public readonly float Share;

        public Table(Resampling resampling)
        {
            var numbers = ResampledConvolution.TapNumbers(resampling);
            TapsOf = [.. Enumerable.Range(0, Places).Select(place =>
                Enumerable.Range(0, Taps).Where(tap => numbers[Places * tap + place] != 0).ToArray())];
            PlacesOf = [.. Enumerable.Range(0, Taps).Select(tap =>
                Enumerable.Range(0, Places).Where(place => numbers[Places * tap + place] != 0).ToArray())];
            Share = numbers.Max(); // of each the same
        }
    }

    struct Pass(Resampling resampling, long outputs, long inputs)
    {
        public readonly bool Halves = resampling == Resampling.Halve;
        public readonly int Outputs = (int)outputs, Inputs = (int)inputs;
        public nint Weight, Kernel;
        public bool Backward; // from the kernel's slope to the weight's

        public readonly float* Tap(int output, int tap) => (float*)Weight + ((long)output * Taps + tap) * Inputs;

        // To double with, the four pixels of a square are outputs of their own.
        public readonly float* Place(int output, int place) => (float*)Kernel
            + (Halves ? (long)output * Places + place : ((long)(place / 4) * Outputs + output) * 4 + place % 4) * Inputs;
    }

    // Makes the rows of the one of those of the other, for some outputs.
    static void AddUp(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        var table = pass.Halves ? halve : twice;
        var parts = pass.Backward ? table.PlacesOf : table.TapsOf;
        var rows = stackalloc float*[Places];
        for (var output = first; output < end; output++)
            for (var row = 0; row < parts.Length; row++)
            {
                for (var k = 0; k < parts[row].Length; k++)
                    rows[k] = pass.Backward ? pass.Place(output, parts[row][k]) : pass.Tap(output, parts[row][k]);
                Sum(rows, parts[row].Length, table.Share, pass.Backward ? pass.Tap(output, row) : pass.Place(output, row), pass.Inputs);
            }
    }

    static void Sum(float** rows, int count, float share, float* to, int length)
    {
        var j = 0;
        for (; j <= length - Vector256<float>.Count; j += Vector256<float>.Count)
        {
            var sum = Vector256.Load(rows[0] + j);
            for (var k = 1; k < count; k++)
                sum += Vector256.Load(rows[k] + j);
            (sum * share).Store(to + j);
        }
        for (; j < length; j++)
        {
            var sum = rows[0][j];
            for (var k = 1; k < count; k++)
                sum += rows[k][j];
            to[j] = sum * share;
        }
    }
}
