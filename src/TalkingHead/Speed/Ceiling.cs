using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Speed;

/// <summary>What this machine can do at best, measured: the rates that a step's own is held against.</summary>
/// <param name="MatrixProduct">Floating-point operations a second in a large square matrix product.</param>
/// <param name="Convolution">The same in the best of a few 3x3 convolutions of the paper's shapes, forward.</param>
public sealed record Ceiling(double MatrixProduct, double Convolution)
{
    const double Seconds = 0.4;

    // Batch, channels, side.
    static readonly (int B, int C, int S)[] shapes = [(8, 128, 64), (8, 256, 32), (8, 512, 16)];

    /// <summary>Measures; a second or two.</summary>
    public static Ceiling Measure(Device device, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long side = device.type == DeviceType.CUDA ? 8192 : 2048;
        var (a, b) = (randn([side, side], type, device), randn([side, side], type, device));
        double product = 2.0 * side * side * side / Best(() => a.mm(b), device);
        return new Ceiling(product, shapes.Max(shape => Rate(shape.B * (device.type == DeviceType.CUDA ? 8 : 1), shape.C, shape.S, type, device)));
    }

    static double Rate(long b, long c, long s, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var x = randn([b, s, s, c], type, device).permute(0, 3, 1, 2); // pixel by pixel
        var weight = randn([c, c, 3, 3], type, device);
        return 2.0 * b * c * c * 9 * s * s / Best(() => functional.conv2d(x, weight, padding: [1, 1]), device);
    }

    // Seconds of the fastest call.
    static double Best(Func<Tensor> call, Device device)
    {
        double best = double.MaxValue;
        var whole = Stopwatch.StartNew();
        for (int i = 0; i < 3 || whole.Elapsed.TotalSeconds < Seconds; i++)
        {
            var clock = Stopwatch.StartNew();
            call().Dispose();
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }
        return best;
    }
}
