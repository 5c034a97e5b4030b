using static TorchSharp.torch;

namespace Engine.Tests.Parity;

static class Compare
{
    const double Bound = 1e-5;

    /// <summary>Same size and type; whole numbers and flags equal, others within 1e-5 of the largest expected number.</summary>
    internal static void Near(Tensor expected, Tensor found, string where)
    {
        using var scope = NewDisposeScope();
        Assert.True(expected.shape.SequenceEqual(found.shape), $"{where}: size ({string.Join(", ", found.shape)}), expected ({string.Join(", ", expected.shape)})");
        Assert.True(expected.dtype == found.dtype, $"{where}: {found.dtype}, expected {expected.dtype}");
        var (want, have) = (Numbers(expected), Numbers(found));
        var scale = want.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        var bound = expected.is_floating_point() ? Bound * scale : 0;
        for (var k = 0; k < want.Length; k++)
            Assert.True(want[k].Equals(have[k]) || Math.Abs(want[k] - have[k]) <= bound, $"{where}: element {k} is {have[k]}, expected {want[k]} within {bound:g2}");
    }

    static double[] Numbers(Tensor tensor) => tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
