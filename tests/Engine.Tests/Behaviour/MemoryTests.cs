using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Behaviour;

/// <summary>Tests of what the whole process holds: they run with no other beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>A training step that opens one scope leaves nothing behind, and the finalizers free what was forgotten.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Fact]
    public void TrainingStepsKeepMemoryAndTensorCountsFlat()
    {
        // MEMORY_TEST_STEPS=20000 for the whole measurement; the first tenth warms the allocator up.
        var steps = int.Parse(Environment.GetEnvironmentVariable("MEMORY_TEST_STEPS") ?? "1000");
        using var outer = NewDisposeScope();
        using var net = Sequential(Conv2d(3, 8, 3, padding: 1), InstanceNorm2d(8, affine: true), ReLU(), AvgPool2d(2), Conv2d(8, 16, 3), ReLU(), Flatten(), Linear(16 * 6 * 6, 4));
        using var optimizer = optim.Adam(net.parameters(), 1e-3);
        var (x, y) = (randn(4, 3, 16, 16), randn(4, 4));
        var (live, megabytes) = (0L, new List<double>());
        for (var step = 1; step <= steps; step++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = functional.mse_loss(net.call(x), y);
                loss.backward();
                optimizer.step();
            }
            if (step == steps / 10) live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            if (step < steps / 10 || step % (steps / 20) != 0) continue;
            Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            megabytes.Add(Environment.WorkingSet / 1e6);
        }
        megabytes.Sort();
        var text = $"{steps} steps, {live} live tensors, resident {megabytes[0]:f1} to {megabytes[^1]:f1} MB";
        output.WriteLine(text);
        var middle = megabytes[megabytes.Count / 2];
        Assert.True(megabytes[0] >= 0.95 * middle && megabytes[^1] <= 1.05 * middle, text);
    }

    [Fact]
    public void ForgottenTensorsAreFreedByTheirFinalizers()
    {
        var before = Tensor.TotalCount;
        Forget();
        for (var attempt = 0; attempt < 20 && Tensor.TotalCount > before; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(Tensor.TotalCount <= before, $"{Tensor.TotalCount - before} of 1000 tensors are still alive");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var k = 0; k < 1000; k++) _ = ones(10);
        }
    }
}
