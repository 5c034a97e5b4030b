using TorchSharp.Libtorch;
using static TorchSharp.torch;

namespace Engine.Tests.Libtorch;

public sealed class ChannelsLastTests
{
    [Fact]
    public void TheNumbersStayAndTheStridesChange()
    {
        using var picture = rand([2, 3, 4, 5]);
        using var stored = ChannelsLast.Of(picture);
        Assert.False(ChannelsLast.Is(picture));
        Assert.True(ChannelsLast.Is(stored));
        Assert.Equal([60, 1, 15, 3], stored.stride());
        Assert.True(picture.allclose(stored, 0, 0));
    }

    [Fact]
    public void AModuleAnswersTheSameAndItsOptimiserGoesOn()
    {
        var net = nn.Sequential(("conv", nn.Conv2d(3, 8, 3)), ("norm", nn.BatchNorm2d(8)));
        using var picture = rand([2, 3, 9, 9]);
        net.eval();
        using var expected = net.call(picture);
        using var optimizer = optim.SGD(net.parameters(), 0.5);

        Assert.Same(net, ChannelsLast.Of(net));
        using var input = ChannelsLast.Of(picture);
        using var found = net.call(input);
        Assert.True(ChannelsLast.Is(net.get_parameter("conv.weight")!) && ChannelsLast.Is(found));
        Assert.True(expected.allclose(found, 1e-5, 1e-6));

        found.sum().backward();
        optimizer.step();
        using var changed = net.call(input);
        Assert.False(changed.allclose(found));
        Assert.True(ChannelsLast.Is(net.get_parameter("conv.weight")!));
    }

    [Fact]
    public void AnotherNumberOfDimensionsIsRefused() => Assert.StartsWith("Channels-last needs (B,C,H,W), the tensor is (2,3).",
        Assert.Throws<ArgumentException>(() => ChannelsLast.Of(ones(2, 3))).Message);
}
