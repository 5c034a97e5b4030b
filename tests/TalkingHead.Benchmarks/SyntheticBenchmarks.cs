using BenchmarkDotNet.Attributes;
using TalkingHead.Synthetic;

namespace TalkingHead.Benchmarks;

/// <summary>Made-up people: 32 frames on every logical processor, and one person built.</summary>
public class SyntheticBenchmarks
{
    SyntheticClip clip = null!;
    int identity;

    [Params(64, 128, 256)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup() => clip = new SyntheticPopulation(1).Identity(5).Clip(0);

    [Benchmark(OperationsPerInvoke = 32)]
    public SyntheticFrame[] Frame() => clip.Frames(32, Size, Environment.ProcessorCount);

    [Benchmark]
    public SyntheticIdentity Build() => new SyntheticPopulation(1).Identity(identity++ % 50);
}
