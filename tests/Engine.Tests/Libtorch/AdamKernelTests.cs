using Engine.Tests.Optimizers;
using TorchSharp.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

public sealed class AdamKernelTests
{
    static readonly Device place = Runtime.HasCuda ? CUDA : CPU;

    [Fact]
    public void TheFusedKernelIsRefusedOrGivesTheReferencesNumbers()
    {
        using var optimizer = optim.Adam([new Parameter(ones([2], device: place))]);
        if (!AdamKernels.FusedAvailable(place))
        {
            Assert.Equal(AdamKernel.Foreach, AdamKernels.Best(place));
            var error = Assert.Throws<NotSupportedException>(() => AdamKernels.Use(optimizer, AdamKernel.Fused));
            Assert.StartsWith($"libtorch {Runtime.Version} has no fused Adam for cpu: use AdamKernel.Foreach", error.Message);
            return;
        }
        foreach (var run in PyTorchRun.Runs.Where(run => run.GetProperty("optimizer").GetString() != "SGD"))
        {
            Parameter[] slow = PyTorchRun.Start(), fast = PyTorchRun.Start();
            if (place.type != TorchSharp.DeviceType.CPU) fast = [.. fast.Select(parameter => new Parameter(parameter.detach().to(place)))];
            using var reference = PyTorchRun.Make(run, slow, AdamKernel.PerTensor);
            using var fused = PyTorchRun.Make(run, fast, AdamKernel.Fused);
            for (var step = 1; step <= 20; step++)
            {
                PyTorchRun.SetGradients(slow, step);
                for (var k = 0; k < slow.Length; k++) fast[k].grad = slow[k].grad?.to(place);
                reference.step();
                fused.step();
            }
            for (var k = 0; k < slow.Length; k++) Assert.True(slow[k].allclose(fast[k].cpu(), 1e-5, 1e-6), run.ToString());
        }
    }
}
