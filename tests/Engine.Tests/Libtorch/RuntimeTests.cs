using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

[Collection(nameof(ProcessWide))]
public sealed class RuntimeTests
{
    [Fact]
    public void TheVersionIsANumber() => Assert.True(Runtime.Version >= new Version(1, 13), Runtime.VersionText);

    [Fact]
    public void AllLogicalProcessorsWorkUnlessTheEnvironmentSaysOtherwise() =>
        Assert.Equal(int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), out var set) ? set : Environment.ProcessorCount, get_num_threads());

    [Fact]
    public void ThreadsComeWithTheirReason()
    {
        Assert.Matches(@"^\d+ threads? \((libtorch's own default( is \d+)?|OMP_NUM_THREADS is \d+)\)$", Runtime.Threads);
        Assert.Matches(@"^libtorch \d+\.\d+\S*, \d+ threads? \(.*\)(, OpenBLAS .*)?, (no CUDA device|\d+ CUDA devices?)$", Runtime.Describe());
    }

    [Fact]
    public void AChosenNumberOfThreadsStays()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            Determinism.CudnnAutotune = false; // a function of the library that may not have been called before
            using var sum = ones(100).sum();
            Assert.Equal(1, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void OpenBlasRunsOnOneThreadUnlessTheEnvironmentSaysOtherwise() =>
        Assert.Equal(Environment.GetEnvironmentVariable("OPENBLAS_NUM_THREADS") is null, Runtime.Blas.Contains("on one thread", StringComparison.Ordinal));

    [Fact]
    public void OperatorsAreKnownByName()
    {
        Assert.True(Runtime.HasOperator("aten::add.Tensor"));
        Assert.False(Runtime.HasOperator("aten::no_such_operator"));
    }
}
