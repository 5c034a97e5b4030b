using TorchSharp;
using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

public class CudaGraphTests
{
    [Fact]
    public void WithoutCudaTheSentenceSaysWhatIsMissing()
    {
        var error = Assert.Throws<NotSupportedException>(() => CudaGraph.Capture(CPU, () => []));
        Assert.Equal("cpu records no graphs: CUDA graphs need a CUDA device.", error.Message);
        if (cuda.is_available())
            return;
        Assert.False(CudaGraph.Available);
        Assert.Throws<NotSupportedException>(() => CudaGraph.Capture(CUDA, () => []));
    }

    [Fact]
    public void AReplayReadsItsInputAnew()
    {
        Assert.SkipUnless(CudaGraph.Available, "no CUDA device here");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = ones(4, device: CUDA);
        using var graph = CudaGraph.Capture(CUDA, () => [x * 2]);
        x.fill_(5);
        graph.Replay();
        Assert.Equal(10, graph.Results[0].cpu()[0].item<float>());
    }
}
