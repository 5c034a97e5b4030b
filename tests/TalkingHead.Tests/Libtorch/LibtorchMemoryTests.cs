using System.Runtime.InteropServices;
using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Libtorch;

/// <summary>No memory for a tensor is one sentence that says what to lower.</summary>
public sealed class LibtorchMemoryTests
{
    [Fact]
    public void ATensorThatNoMachineHoldsEndsInASentence()
    {
        var failure = Assert.ThrowsAny<Exception>(() => empty([1L << 52], ScalarType.Byte));
        Assert.Equal("the machine is out of memory (tried to allocate 4503599627370496 bytes). Lower training.batch (raise "
            + "optimizer.accumulation to keep the episodes of a step), "
            + "set training.precision=bf16, or use a smaller data.size; or end other programs.", LibtorchLoader.Explain(failure));
    }

    // The words of libtorch 2.10's CUDA allocator; no GPU is needed to read them.
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 5.06 MiB is free. "
        + "Including non-PyTorch memory, this process has 79.10 GiB memory in use.",
        "the GPU is out of memory (Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 5.06 MiB is free). Lower "
            + "training.batch ")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "the GPU is out of memory. Lower training.batch ")]
    public void AFullGpuIsASentence(string words, string expected) =>
        Assert.StartsWith(expected, LibtorchLoader.Explain(new InvalidOperationException("step", new ExternalException(words))));

    [Fact]
    public void OtherFailuresAreNot() =>
        Assert.Null(LibtorchLoader.Explain(new ExternalException("The size of tensor a (3) must match the size of tensor b (4)")));
}
