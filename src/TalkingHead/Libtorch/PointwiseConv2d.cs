using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Libtorch;

/// <summary>
/// A 1x1 convolution with the keys of torch's own, <c>weight</c> (out,in,1,1) and <c>bias</c> (out), filled with zeros. On a
/// CPU it is a matrix product: for maps that lie pixel by pixel, the 1x1 convolution of libtorch 2.10 (oneDNN) gives wrong
/// numbers in some shapes, such as 256 to 512 channels.
/// </summary>
sealed class PointwiseConv2d : Module<Tensor, Tensor>
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly long stride;

    /// <summary>A convolution that takes every <paramref name="stride"/>th place of each row and column.</summary>
    public PointwiseConv2d(long inputs, long outputs, long stride = 1, bool bias = true) : base(nameof(PointwiseConv2d))
    {
        this.stride = stride;
        weight = new Parameter(zeros(outputs, inputs, 1, 1));
        this.bias = bias ? new Parameter(zeros(outputs)) : null;
        RegisterComponents();
        foreach (var parameter in parameters())
            parameter.DetachFromDisposeScope(); // like torch's own, they outlive the scope in which the module is made
    }

    // (B,in,H,W) -> (B,out,H / stride,W / stride), rounded up
    public override Tensor forward(Tensor x) => Apply(x, weight, bias, stride);

    /// <summary>x (B,in,H,W), weight (out,in,1,1), bias (out) or none to (B,out,H / stride,W / stride), rounded up.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, long stride = 1)
    {
        if (x.device_type != DeviceType.CPU)
            return functional.conv2d(x, weight, bias, strides: [stride, stride]);
        using var scope = NewDisposeScope();
        if (stride > 1)
            x = x.slice(2, 0, x.shape[2], stride).slice(3, 0, x.shape[3], stride);
        var places = MatrixProduct.WithTransposed(x.permute(0, 2, 3, 1).reshape(-1, x.size(1)), weight.flatten(1), bias); // (B·H·W,out)
        return places.view(-1, x.size(2), x.size(3), weight.size(0)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
