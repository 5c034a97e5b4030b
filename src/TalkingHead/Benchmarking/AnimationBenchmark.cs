using System.Diagnostics;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Libtorch;
using TalkingHead.Models;
using TalkingHead.Onnx;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Benchmarking;

/// <summary>How long calls of the generator took.</summary>
/// <param name="Batch">Frames in a call.</param>
/// <param name="Seconds">Of each call.</param>
/// <param name="Processor">Processor time in each call, in seconds, all threads together.</param>
public sealed record AnimationFigures(int Batch, IReadOnlyList<double> Seconds, IReadOnlyList<double> Processor)
{
    /// <summary>Seconds a frame in the fastest call.</summary>
    public double Best => Seconds.Min() / Batch;
}

/// <summary>The generator of a head, frame by frame: folded weights and no autograd.</summary>
public static class AnimationBenchmark
{
    /// <summary>Times <paramref name="calls"/> calls with <paramref name="batch"/> landmark images, warm.</summary>
    public static AnimationFigures Run(
        RunConfiguration configuration, Device device, int batch, int calls, CancellationToken stop, Engine engine = Engine.Torch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Devices.Configure(configuration.Training.Precision);
        using var networks = new NetworkSet(configuration, device);
        using var generator = GeneratorFactory.Create(networks.Generator, configuration, device);
        ComputeType.Set(generator, configuration.Training.Precision);
        using var held = new HeldWeights(generator);
        var landmarks = rand(batch, 3, configuration.Data.Size, configuration.Data.Size, device: device).Mul(2).Sub(1);
        var source = landmarks[..1].expand(configuration.Episodes.Shots, -1, -1, -1).unsqueeze(0);
        var psi = networks.Generator.Project(randn(1, configuration.Network.Embedding, device: device), source, source);
        using var model = engine == Engine.Onnx ? Model(generator, psi, configuration.Data.Size, device) : null;
        var (seconds, processor) = (new List<double>(), new List<double>());
        for (var call = 0; call < calls + 2; call++)
        {
            stop.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var (clock, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            if (model is null)
                generator.call(landmarks, psi);
            else
                model.Run(("landmarks", landmarks));
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            seconds.Add(clock.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }
        return new AnimationFigures(batch, seconds[2..], processor[2..]);
    }

    static OnnxModel Model(PersonGenerator generator, Tensor psi, long side, Device device)
    {
        var graph = new OnnxGraph("head");
        graph.Output(generator.Emit(graph, graph.Input("landmarks", "N", 3, side, side), side, psi), "picture", "N", 3, side, side);
        using var stream = new MemoryStream();
        graph.Write(stream, new Dictionary<string, string>());
        return OnnxModel.Open(OnnxFile.Parse("the generator", stream.ToArray()), device);
    }
}

/// <summary>What a pair of pictures costs in the metrics that need no weights.</summary>
public static class MetricsBenchmark
{
    const int Pairs = 8;

    /// <summary>Milliseconds a pair, by metric; the fastest of a few rounds.</summary>
    public static IReadOnlyDictionary<string, double> Run(int size)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (real, fake) = (randint(0, 256, [Pairs, 3, size, size]).to(ScalarType.Byte),
            randint(0, 256, [Pairs, 3, size, size]).to(ScalarType.Byte));
        return new (string Name, Func<Tensor, Tensor, Tensor> Of)[] { ("ssim", Ssim.Compute), ("psnr", Psnr.Compute),
            ("l1", L1.Compute) }.ToDictionary(metric => metric.Name, metric =>
        {
            var best = double.MaxValue;
            for (var round = 0; round < 4; round++)
            {
                var clock = Stopwatch.StartNew();
                metric.Of(real, fake).Dispose();
                best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
            }
            return best / Pairs;
        });
    }
}

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
        var product = 2.0 * side * side * side / Best(() => a.mm(b), device);
        return new Ceiling(product, shapes.Max(shape => Rate(shape.B * (device.type == DeviceType.CUDA ? 8 : 1), shape.C, shape.S,
            type, device)));
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
        var best = double.MaxValue;
        var whole = Stopwatch.StartNew();
        for (var i = 0; i < 3 || whole.Elapsed.TotalSeconds < Seconds; i++)
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
