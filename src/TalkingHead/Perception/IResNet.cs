using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>A residual block of iResNet (Deng et al. 2019): norm, conv, norm, PReLU, conv, norm. Fields are checkpoint keys.</summary>
sealed class IResNetBlock : Module<Tensor, Tensor>
{
    readonly BatchNorm2d bn1;
    readonly Conv2d conv1;
    readonly BatchNorm2d bn2;
    readonly PReLU prelu;
    readonly Conv2d conv2;
    readonly BatchNorm2d bn3;
    readonly Sequential? downsample;

    internal IResNetBlock(long inputs, long outputs, long stride) : base(nameof(IResNetBlock))
    {
        bn1 = BatchNorm2d(inputs);
        conv1 = Conv2d(inputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        prelu = PReLU(outputs);
        conv2 = Conv2d(outputs, outputs, 3, stride: stride, padding: 1, bias: false);
        bn3 = BatchNorm2d(outputs);
        if (stride != 1 || inputs != outputs)
            downsample = Sequential(("0", Conv2d(inputs, outputs, 1, stride: stride, bias: false)), ("1", BatchNorm2d(outputs)));
        RegisterComponents();
    }

    // x (B,inputs,H,W) -> (B,outputs,H / stride,W / stride)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = prelu.call(bn2.call(conv1.call(bn1.call(x))));
        h = bn3.call(conv2.call(h));
        return h.Add(downsample?.call(x) ?? x).MoveToOuterDisposeScope();
    }
}

/// <summary>iResNet50 and iResNet100 as arcface_torch publishes them: a face of 112x112 to 512 numbers, not normalised.</summary>
sealed class IResNet : Module<Tensor, Tensor>
{
    readonly Conv2d conv1;
    readonly BatchNorm2d bn1;
    readonly PReLU prelu;
    readonly Sequential layer1;
    readonly Sequential layer2;
    readonly Sequential layer3;
    readonly Sequential layer4;
    readonly BatchNorm2d bn2;
    readonly Linear fc;
    readonly BatchNorm1d features;

    internal IResNet(int depth) : base($"iResNet{depth}")
    {
        int[] blocks = depth switch
        {
            50 => [3, 4, 14, 3],
            100 => [3, 13, 30, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, "iResNet has 50 or 100 layers here."),
        };
        conv1 = Conv2d(3, 64, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(64);
        prelu = PReLU(64);
        layer1 = Stage(64, 64, blocks[0]);
        layer2 = Stage(64, 128, blocks[1]);
        layer3 = Stage(128, 256, blocks[2]);
        layer4 = Stage(256, 512, blocks[3]);
        bn2 = BatchNorm2d(512);
        fc = Linear(512 * 7 * 7, ArcFace.Features);
        features = BatchNorm1d(ArcFace.Features);
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,112,112) -> (B,512)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = prelu.call(bn1.call(conv1.call(x)));
        h = layer4.call(layer3.call(layer2.call(layer1.call(h))));
        h = bn2.call(h).flatten(1); // (B,512,7,7) -> (B,25088)
        return features.call(fc.call(h)).MoveToOuterDisposeScope();
    }

    static Sequential Stage(long inputs, long outputs, int blocks)
    {
        var stage = Sequential();
        for (var i = 0; i < blocks; i++)
            stage.append(i == 0 ? new IResNetBlock(inputs, outputs, stride: 2) : new IResNetBlock(outputs, outputs, stride: 1));
        return stage;
    }
}
