using TalkingHead.Libtorch;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Libtorch;

public class MatrixProductTests
{
    [Theory]
    [InlineData(128, 128, 128)]  // just large enough for oneDNN
    [InlineData(300, 257, 1000)]
    [InlineData(4096, 32, 64)]
    [InlineData(8, 5, 3)]        // libtorch's own
    public void ItIsTheProductInDoublePrecision(int m, int n, int k)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (x, y, z, bias) = (Formula.Values("x", m, k), Formula.Values("y", k, n).t(), Formula.Values("z", m, n),
            Formula.Values("bias", n));
        var expected = Exact(x).mm(Exact(y).t());
        AssertClose(expected, MatrixProduct.WithTransposed(x, y));
        AssertClose(expected.Add(Exact(bias)), MatrixProduct.WithTransposed(x, y, bias));
        AssertClose(expected.Mul(2).Add(Exact(z).Mul(-3)), MatrixProduct.Added(z, x, y, -3, 2));
        Assert.Equal(z.bytes.ToArray(), Formula.Values("z", m, n).bytes.ToArray());

        static Tensor Exact(Tensor tensor) => tensor.to(ScalarType.Float64);

        static void AssertClose(Tensor expected, Tensor actual) =>
            Assert.True((expected - Exact(actual)).abs().max().item<double>() < 1e-6 * expected.abs().max().item<double>());
    }

    [Fact]
    public void GradientsGoThroughIt()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Formula.Values("x", 256, 256).requires_grad_(true), Formula.Values("y", 256, 256));
        MatrixProduct.WithTransposed(x, y).sum().backward();
        Assert.True(x.grad!.allclose(y.sum([0]).expand_as(x), 1e-4, 1e-4));
    }
}
