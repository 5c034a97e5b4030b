using TalkingHead.Libtorch;
using TalkingHead.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Tests.Libtorch;

public sealed class PointwiseConv2dTests
{
    // The wide ones are shapes in which libtorch's own float32 convolution of maps that lie pixel by pixel was seen wrong.
    [Theory]
    [InlineData(2, 3, 5, 6, 1), InlineData(2, 3, 5, 7, 2), InlineData(1, 256, 512, 14, 2), InlineData(1, 64, 512, 32, 1)]
    public void ItIsTorchsConvolutionInDoublePrecision(int batch, int inputs, int outputs, int side, int stride)
    {
        using var scope = NewDisposeScope();
        var x = Formula.Values("x", batch, side, side, inputs).permute(0, 3, 1, 2).requires_grad_(true); // pixel by pixel
        var weight = Formula.Values("weight", outputs, inputs, 1, 1).requires_grad_(true);
        var bias = Formula.Values("bias", outputs);
        var y = PointwiseConv2d.Apply(x, weight, bias, stride);
        y.Square().sum().backward();

        var (exactX, exactWeight) = (Exact(x).requires_grad_(true), Exact(weight).requires_grad_(true));
        var expected = functional.conv2d(exactX, exactWeight, Exact(bias), strides: [stride, stride]);
        expected.Square().sum().backward();
        Assert.Equal(expected.shape, y.shape);
        AssertClose(expected, y);
        AssertClose(exactX.grad!, x.grad!);
        AssertClose(exactWeight.grad!, weight.grad!);

        static Tensor Exact(Tensor tensor) => tensor.detach().to(ScalarType.Float64);

        static void AssertClose(Tensor expected, Tensor actual) =>
            Assert.True((expected - Exact(actual)).abs().max().item<double>() < 1e-5 * expected.abs().max().item<double>());
    }
}
