using TalkingHead.Serialization;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

/// <summary>What tests/oracles/make_network_fixtures.py wrote, and how near to it a result must be.</summary>
static class Fixtures
{
    /// <summary>The bound of the parity tests.</summary>
    public const double Relative = 1e-4;

    public static Dictionary<string, Tensor> Load(string file) =>
        SafeTensors.Load(Path.Combine(AppContext.BaseDirectory, "Fixtures/Networks", file));

    /// <summary>Largest difference, relative to the largest expected number but no less than <paramref name="floor"/>.</summary>
    public static double Difference(Tensor actual, Tensor expected, double floor = 0)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Assert.Equal(expected.shape, actual.shape);
        var scale = Math.Max(floor, expected.abs().max().item<float>());
        return (actual.detach() - expected).abs().max().item<float>() / scale;
    }

    public static void AssertClose(Tensor actual, Tensor expected, string what, double floor = 0)
    {
        var difference = Difference(actual, expected, floor);
        Assert.True(difference <= Relative, $"{what} differs by {difference:e1} of the largest expected number.");
    }
}
