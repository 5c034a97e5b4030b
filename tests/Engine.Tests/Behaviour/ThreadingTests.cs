using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Tests.Behaviour;

public sealed class ThreadingTests
{
    /// <summary>Trains a small net on its own data from its own seed and returns the losses.</summary>
    static float[] Train(ulong seed, int steps, Action? between = null)
    {
        using var generator = new Generator(seed);
        using var outer = NewDisposeScope();
        using var net = Sequential(Conv2d(1, 4, 3, padding: 1), ReLU(), Flatten(), Linear(4 * 6 * 6, 2));
        using (no_grad())
            foreach (var parameter in net.parameters()) parameter.normal_(0, 0.1, generator);
        using var optimizer = optim.Adam(net.parameters(), 1e-2);
        var (x, y) = (randn(8, 1, 6, 6, generator: generator), randn(8, 2, generator: generator));
        var losses = new float[steps];
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = functional.mse_loss(net.call(x), y);
            loss.backward();
            optimizer.step();
            losses[step] = loss.item<float>();
            between?.Invoke();
        }
        return losses;
    }

    [Fact]
    public async Task TwoThreadsTrainTwoNetsAsIfAlone()
    {
        const int steps = 60;
        float[] first = Train(1, steps), second = Train(2, steps);
        Assert.True(first[^1] < first[0] && second[^1] < second[0]);
        using var meet = new Barrier(2);
        var together = await Task.WhenAll(
            Task.Factory.StartNew(() => Train(1, steps, meet.SignalAndWait), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => Train(2, steps, meet.SignalAndWait), TaskCreationOptions.LongRunning));
        Assert.Equal(first, together[0]);
        Assert.Equal(second, together[1]);
    }

    [Fact]
    public void ModesAndScopesBelongToTheirThread()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var before = scope.DisposablesCount;
        (bool grad, bool hasScope, long created) found = default;
        var thread = new Thread(() =>
        {
            found = (is_grad_enabled(), CurrentDisposeScope is not null, DisposeScopeManager.Statistics.CreatedOutsideScopeCount);
            using var other = ones(3);
        });
        thread.Start();
        thread.Join();
        Assert.Equal((true, false, 0L), found);
        Assert.Equal(before, scope.DisposablesCount);
    }

    [Fact]
    public void GraphsMayCrossThreads()
    {
        using var scope = NewDisposeScope();
        var x = ones(4, requires_grad: true);
        var y = (x * 3).square().sum();
        var thread = new Thread(y.backward);
        thread.Start();
        thread.Join();
        Assert.Equal([18f, 18, 18, 18], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void EachThreadReadsItsOwnLastError()
    {
        Parallel.For(0, 200, k =>
        {
            using var scope = NewDisposeScope();
            var error = Assert.ThrowsAny<Exception>(() => ones(k + 3, 2).mm(ones(k + 3, 2)));
            Assert.Contains($"({k + 3}x2 and {k + 3}x2)", error.Message);
        });
    }

    [Fact]
    public void FinalizersUnderPressureFreeNothingInUse()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        // No reference outlives an expression: only the calls themselves keep their tensors alive.
        for (var k = 1; k <= 3000; k++)
        {
            Assert.Equal(3f * k * 64, (full(64, k) + full(64, k) * 2).sum().item<float>());
            Assert.Equal(128, cat([ones(64), ones(64)]).data<float>().ToArray().Sum());
        }
        stop.Cancel();
        collector.Join();
    }
}
