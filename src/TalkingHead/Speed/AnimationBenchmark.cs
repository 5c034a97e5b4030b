using System.Diagnostics;
using TalkingHead.Configuration;
using TalkingHead.Heads;
using TalkingHead.Libtorch;
using TalkingHead.Networks;
using TalkingHead.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Speed;

/// <summary>Seconds of each call, and of processor time in each.</summary>
/// <param name="Batch">Frames in a call.</param>
public sealed record AnimationFigures(int Batch, IReadOnlyList<double> Seconds, IReadOnlyList<double> Processor)
{
    /// <summary>Seconds a frame in the fastest call.</summary>
    public double Best => Seconds.Min() / Batch;
}

/// <summary>The generator of a head, frame by frame: folded weights and no autograd.</summary>
public static class AnimationBenchmark
{
    /// <summary>Times <paramref name="calls"/> calls with <paramref name="batch"/> landmark images, warm.</summary>
    public static AnimationFigures Run(RunConfiguration configuration, Device device, int batch, int calls, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Devices.Configure(configuration.Training.Precision);
        using var networks = new NetworkSet(configuration, device);
        using var generator = HeadGenerator.Of(networks.Generator, configuration, device);
        ComputeType.Set(generator, configuration.Training.Precision);
        using var held = new HeldWeights(generator);
        var psi = networks.Generator.Project(randn(1, configuration.Network.Embedding, device: device));
        var landmarks = rand(batch, 3, configuration.Data.Size, configuration.Data.Size, device: device).Mul(2).Sub(1);
        var (seconds, processor) = (new List<double>(), new List<double>());
        for (int call = 0; call < calls + 2; call++)
        {
            stop.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var (clock, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            generator.call(landmarks, psi);
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            seconds.Add(clock.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }
        return new AnimationFigures(batch, seconds[2..], processor[2..]);
    }
}
