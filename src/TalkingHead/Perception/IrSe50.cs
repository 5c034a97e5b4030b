using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>Squeeze and excitation (Hu et al. 2018): each channel scaled by what all channels' means say. Fields are checkpoint keys.</summary>
sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    const int Reduction = 16;

    readonly Conv2d fc1;
    readonly Conv2d fc2;

    internal SqueezeExcitation(long channels) : base(nameof(SqueezeExcitation))
    {
        fc1 = Conv2d(channels, channels / Reduction, 1, bias: false);
        fc2 = Conv2d(channels / Reduction, channels, 1, bias: false);
        RegisterComponents();
    }

    // x (B,C,H,W) -> (B,C,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var weights = fc2.call(fc1.call(x.mean([2, 3], keepdim: true)).relu_()).sigmoid(); // (B,C,1,1)
        return (x * weights).MoveToOuterDisposeScope();
    }
}

/// <summary>A residual block of IR-SE50; the names of its two paths are checkpoint keys.</summary>
sealed class IrSeBlock : Module<Tensor, Tensor>
{
    readonly Sequential res_layer;
    readonly Sequential? shortcut_layer;
    readonly long stride;

    internal IrSeBlock(long inputs, long outputs, long stride) : base(nameof(IrSeBlock))
    {
        this.stride = stride;
        res_layer = Sequential(
            ("0", BatchNorm2d(inputs)),
            ("1", Conv2d(inputs, outputs, 3, padding: 1, bias: false)),
            ("2", PReLU(outputs)),
            ("3", Conv2d(outputs, outputs, 3, stride: stride, padding: 1, bias: false)),
            ("4", BatchNorm2d(outputs)),
            ("5", new SqueezeExcitation(outputs)));
        if (inputs != outputs)
            shortcut_layer = Sequential(("0", Conv2d(inputs, outputs, 1, stride: stride, bias: false)), ("1", BatchNorm2d(outputs)));
        RegisterComponents();
    }

    // x (B,inputs,H,W) -> (B,outputs,H / stride,W / stride); at equal channels the shortcut only drops pixels
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var shortcut = shortcut_layer?.call(x) ?? functional.max_pool2d(x, 1, stride: stride);
        return res_layer.call(x).Add(shortcut).MoveToOuterDisposeScope();
    }
}

/// <summary>IR-SE50 as InsightFace_Pytorch publishes it: a face of 112x112 to 512 numbers, before their normalisation.</summary>
sealed class IrSe50 : Module<Tensor, Tensor>
{
    readonly Sequential input_layer;
    readonly Sequential body;
    readonly Sequential output_layer;

    internal IrSe50() : base("IR-SE50")
    {
        input_layer = Sequential(("0", Conv2d(3, 64, 3, padding: 1, bias: false)), ("1", BatchNorm2d(64)), ("2", PReLU(64)));
        body = Sequential();
        long inputs = 64;
        foreach (var (outputs, blocks) in new[] { (64L, 3), (128L, 4), (256L, 14), (512L, 3) })
            for (var i = 0; i < blocks; i++, inputs = outputs)
                body.append(new IrSeBlock(inputs, outputs, stride: i == 0 ? 2 : 1));
        output_layer = Sequential( // 1 is the dropout of training
            ("0", BatchNorm2d(512)),
            ("2", Flatten()),
            ("3", Linear(512 * 7 * 7, ArcFace.Features)),
            ("4", BatchNorm1d(ArcFace.Features)));
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,112,112) -> (B,512)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return output_layer.call(body.call(input_layer.call(x))).MoveToOuterDisposeScope();
    }
}
