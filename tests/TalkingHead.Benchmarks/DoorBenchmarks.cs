using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Benchmarks;

/// <summary>What one call into libtorch costs, where the work itself is next to nothing.</summary>
[MemoryDiagnoser]
public class DoorBenchmarks
{
    Tensor left = null!, right = null!, picture = null!, kernel = null!;

    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1); // as on Python's side
        (left, right) = (ones(8, 8), ones(8, 8));
        (picture, kernel) = (ones(1, 3, 16, 16), ones(8, 3, 3, 3));
    }

    [Benchmark]
    public void Add()
    {
        using var sum = left + right;
    }

    [Benchmark]
    public void AddInScope()
    {
        using var scope = NewDisposeScope();
        _ = left + right;
    }

    [Benchmark]
    public void Conv2d()
    {
        using var result = nn.functional.conv2d(picture, kernel);
    }
}
