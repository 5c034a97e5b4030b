using System.Runtime.InteropServices;
using TorchSharp.Door;
using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

[Collection(nameof(ProcessWide))]
public sealed class DeterminismTests
{
    // Which of two writes to one place wins is open.
    static void Put()
    {
        using Tensor target = zeros(3), index = tensor([1L, 1L]), source = tensor([1f, 2f]);
        Operators.CallInPlace(target, "aten::put_", target, index, source, false);
    }

    [Fact]
    public void AnOperatorThatCannotPromiseTheSameBitsThrows()
    {
        Put();
        Determinism.CudnnAutotune = true;
        Determinism.Enable();
        try
        {
            Assert.True(Determinism.Enabled);
            Assert.False(Determinism.CudnnAutotune);
            Assert.Contains("deterministic", Assert.Throws<ExternalException>(Put).Message);
        }
        finally
        {
            Determinism.Disable();
        }
        Assert.True(!Determinism.Enabled && Determinism.CudnnAutotune);
        Determinism.CudnnAutotune = false;
        Put();
    }
}
