using TorchSharp;
using static TorchSharp.torch;

namespace Engine.Tests.Optimizers;

static class Compare
{
    internal static float[] Floats(Tensor tensor)
    {
        using var flat = tensor.detach().reshape(-1);
        return flat.data<float>().ToArray();
    }

    /// <summary>Every number within <paramref name="bound"/>, relative to the larger of 1 and the expected one.</summary>
    internal static void Near(float[] expected, float[] found, float bound, string where)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var k = 0; k < expected.Length; k++)
            Assert.True(Math.Abs(expected[k] - found[k]) <= bound * Math.Max(1, Math.Abs(expected[k])), $"{where}, element {k}: expected {expected[k]}, found {found[k]}");
    }
}
