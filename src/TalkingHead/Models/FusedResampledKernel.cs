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

    /// <summary>Whether <paramref name="weight"/> is such as this takes.</summary>
    public static bool Takes(Tensor weight) => weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32;

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
        OpenMp.For(pass.Outputs, &ToWeight, &pass);
        return [weight, null!]; // resampling has no slope
    }

    static Tensor Forward(Tensor weight, Resampling resampling)
    {
        var pass = new Pass(resampling, weight.size(0), weight.size(1));
        var (outputs, inputs) = resampling == Resampling.Halve ? (pass.Outputs, 4 * pass.Inputs) : (4 * pass.Outputs, pass.Inputs);
        var kernel = empty(outputs, 2, 2, inputs).permute(0, 3, 1, 2);
        (pass.Weight, pass.Kernel) = ((nint)Aten.Data(weight), (nint)Aten.Data(kernel));
        OpenMp.For(pass.Outputs, &ToKernel, &pass);
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

        public readonly float* Tap(int output, int tap) => (float*)Weight + ((long)output * Taps + tap) * Inputs;

        // To double with, the four pixels of a square are outputs of their own.
        public readonly float* Place(int output, int place) => (float*)Kernel
            + (Halves ? (long)output * Places + place : ((long)(place / 4) * Outputs + output) * 4 + place % 4) * Inputs;
    }

    static void ToKernel(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        var table = pass.Halves ? halve : twice;
        var rows = stackalloc float*[Places];
        for (var output = first; output < end; output++)
            for (var place = 0; place < Places; place++)
            {
                var taps = table.TapsOf[place];
                for (var k = 0; k < taps.Length; k++)
                    rows[k] = pass.Tap(output, taps[k]);
                Sum(rows, taps.Length, table.Share, pass.Place(output, place), pass.Inputs);
            }
    }

    static void ToWeight(void* state, int first, int end)
    {
        ref var pass = ref *(Pass*)state;
        var table = pass.Halves ? halve : twice;
        var rows = stackalloc float*[Places];
        for (var output = first; output < end; output++)
            for (var tap = 0; tap < Taps; tap++)
            {
                var places = table.PlacesOf[tap];
                for (var k = 0; k < places.Length; k++)
                    rows[k] = pass.Place(output, places[k]);
                Sum(rows, places.Length, table.Share, pass.Tap(output, tap), pass.Inputs);
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
