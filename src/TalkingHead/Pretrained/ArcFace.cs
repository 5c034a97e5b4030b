using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>A published face recogniser: its file, its network, and the order of channels it was trained on.</summary>
sealed record ArcFaceKind(string Name, string File, Func<Module<Tensor, Tensor>> Build, bool Bgr)
{
    internal static ArcFaceKind IResNet50 { get; } = new("iResNet50 (arcface_torch)", "arcface_r50.pth", () => new IResNet(50), false);

    internal static ArcFaceKind IResNet100 { get; } = new("iResNet100 (arcface_torch)", "arcface_r100.pth", () => new IResNet(100), false);

    /// <summary>Trained on BGR; many reports feed it RGB, so that the order is a setting, named in a result.</summary>
    internal static ArcFaceKind IrSe50 { get; } = new("IR-SE50", "recognition_arcface_ir_se50.pth", () => new IrSe50(), true);
}

/// <summary>Who a face is, as 512 numbers of length one: the cosine of two is CSIM (Deng et al. 2019).</summary>
sealed class ArcFace : Module<Tensor, Tensor>
{
    internal const int Features = 512;
    internal const int Side = 112;

    readonly Module<Tensor, Tensor> network;
    readonly bool bgr;

    internal ArcFace(string name, Module<Tensor, Tensor> network, bool bgr) : base(name)
    {
        this.network = network;
        this.bgr = bgr;
        RegisterComponents();
    }

    /// <summary>A recogniser with its published weights.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="bgr">Feeds BGR or RGB; the order of its training when null.</param>
    /// <exception cref="UserException">The file is missing or not this network's.</exception>
    internal static ArcFace Load(ArcFaceKind kind, bool? bgr = null) =>
        new($"{kind.Name}, {(bgr ?? kind.Bgr ? "BGR" : "RGB")}", PublishedWeights.LoadInto(kind.Build(), kind.File), bgr ?? kind.Bgr);

    // faces (B,3,112,112), aligned, RGB in [−1, 1] -> (B,512), each of length one
    public override Tensor forward(Tensor faces)
    {
        Shapes.Expect(faces, "ArcFace's faces", Shapes.Any, 3, Side, Side);
        using var scope = NewDisposeScope();
        var embedding = network.call(bgr ? faces.flip(1) : faces);
        return functional.normalize(embedding, p: 2, dim: 1).MoveToOuterDisposeScope();
    }
}

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
            downsample = Sequential(("0", new PointwiseConv2d(inputs, outputs, stride, bias: false)), ("1", BatchNorm2d(outputs)));
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

/// <summary>
/// Squeeze and excitation (Hu et al. 2018): each channel scaled by what all channels' means say. Fields are checkpoint keys.
/// </summary>
sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    const int Reduction = 16;

    readonly PointwiseConv2d fc1;
    readonly PointwiseConv2d fc2;

    internal SqueezeExcitation(long channels) : base(nameof(SqueezeExcitation))
    {
        fc1 = new PointwiseConv2d(channels, channels / Reduction, bias: false);
        fc2 = new PointwiseConv2d(channels / Reduction, channels, bias: false);
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
            shortcut_layer = Sequential(("0", new PointwiseConv2d(inputs, outputs, stride, bias: false)), ("1", BatchNorm2d(outputs)));
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
