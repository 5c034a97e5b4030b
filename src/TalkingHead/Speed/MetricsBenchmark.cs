using System.Diagnostics;
using TalkingHead.Evaluation;
using static TorchSharp.torch;

namespace TalkingHead.Speed;

/// <summary>What a pair of pictures costs in the metrics that need no weights.</summary>
public static class MetricsBenchmark
{
    const int Pairs = 8;

    /// <summary>Milliseconds a pair, by metric; the fastest of a few rounds.</summary>
    public static IReadOnlyDictionary<string, double> Run(int size)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (real, fake) = (randint(0, 256, [Pairs, 3, size, size]).to(ScalarType.Byte), randint(0, 256, [Pairs, 3, size, size]).to(ScalarType.Byte));
        return new (string Name, Func<Tensor, Tensor, Tensor> Of)[] { ("ssim", Ssim.Of), ("psnr", Psnr.Of), ("l1", L1.Of) }.ToDictionary(metric => metric.Name, metric =>
        {
            double best = double.MaxValue;
            for (int round = 0; round < 4; round++)
            {
                var clock = Stopwatch.StartNew();
                metric.Of(real, fake).Dispose();
                best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
            }
            return best / Pairs;
        });
    }
}
