using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Modules;

public class HookTests
{
    [Fact]
    public void AForwardHookSeesEachCallMayReplaceItsResultAndCanBeTakenAway()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(3, 2);
        var (x, plain) = (ones(1, 3), layer.call(ones(1, 3)));
        var seen = new List<long[]>();
        var watcher = layer.register_forward_hook((module, input, output) =>
        {
            Assert.Same(layer, module);
            seen.Add([.. input.shape, .. output.shape]);
            return null!;
        });
        var doubler = layer.register_forward_hook((_, _, output) => output * 2);

        Assert.True(layer.call(x).allclose(plain * 2));
        doubler.remove();
        Assert.True(layer.call(x).allclose(plain));
        watcher.remove();
        layer.call(x);

        Assert.Equal([[1, 3, 1, 2], [1, 3, 1, 2]], seen);
        Assert.True(layer.forward(x).allclose(plain));
    }
}
