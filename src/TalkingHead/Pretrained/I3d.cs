using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>
/// The network whose outputs FVD compares (Unterthiner et al. 2018): I3D (Carreira and Zisserman 2017), trained on Kinetics-400, in
/// PyTorch's layout as VideoGPT publishes it. Of a clip the 400 outputs before softmax, the mean over time.
/// </summary>
sealed class I3d : Module<Tensor, Tensor>
{
    internal const string File = "i3d_pretrained_400.pt";
    internal const int Features = 400, Side = 224;

    /// <summary>A shorter clip has no moment left after the last block.</summary>
    internal const int LeastFrames = 9;

    readonly (string Name, Module<Tensor, Tensor> Layer)[] layers =
    [
        ("Conv3d_1a_7x7", new I3dUnit(3, 64, 7, stride: 2)),
        ("MaxPool3d_2a_3x3", new SamePool3d((1, 3, 3), (1, 2, 2))),
        ("Conv3d_2b_1x1", new I3dUnit(64, 64, 1)),
        ("Conv3d_2c_3x3", new I3dUnit(64, 192, 3)),
        ("MaxPool3d_3a_3x3", new SamePool3d((1, 3, 3), (1, 2, 2))),
        ("Mixed_3b", new I3dBlock(192, [64, 96, 128, 16, 32, 32])),
        ("Mixed_3c", new I3dBlock(256, [128, 128, 192, 32, 96, 64])),
        ("MaxPool3d_4a_3x3", new SamePool3d((3, 3, 3), (2, 2, 2))),
        ("Mixed_4b", new I3dBlock(480, [192, 96, 208, 16, 48, 64])),
        ("Mixed_4c", new I3dBlock(512, [160, 112, 224, 24, 64, 64])),
        ("Mixed_4d", new I3dBlock(512, [128, 128, 256, 24, 64, 64])),
        ("Mixed_4e", new I3dBlock(512, [112, 144, 288, 32, 64, 64])),
        ("Mixed_4f", new I3dBlock(528, [256, 160, 320, 32, 128, 128])),
        ("MaxPool3d_5a_2x2", new SamePool3d((2, 2, 2), (2, 2, 2))),
        ("Mixed_5b", new I3dBlock(832, [256, 160, 320, 32, 128, 128])),
        ("Mixed_5c", new I3dBlock(832, [384, 192, 384, 48, 128, 128])),
        ("logits", new I3dOutputs(1024, Features)),
    ];

    internal I3d() : base("I3D")
    {
        foreach (var (name, layer) in layers)
            register_module(name, layer);
        PublishedWeights.Freeze(this);
    }

    /// <summary>The network with its published weights.</summary>
    /// <exception cref="UserException">The file is missing or another network's.</exception>
    internal static I3d Load() => PublishedWeights.LoadInto(new I3d(), File);

    // clips (B,3,T,224,224), RGB in [-1,1] -> (B,400)
    public override Tensor forward(Tensor clips)
    {
        Shapes.Expect(clips, "I3D's clips", Shapes.Any, 3, Shapes.Any, Side, Side);
        if (clips.shape[2] < LeastFrames)
            throw new ArgumentException($"I3D's clips: got {clips.shape[2]} frames, expected {LeastFrames} or more.");
        using var scope = NewDisposeScope();
        return layers.Aggregate(clips, (x, layer) => layer.Layer.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>TensorFlow's SAME: as many outputs as steps begin in the input, the odd place of padding at the end.</summary>
    internal static Tensor Pad(Tensor x, (long T, long H, long W) kernel, (long T, long H, long W) stride)
    {
        var (t, h, w) = (Of(x.shape[2], kernel.T, stride.T), Of(x.shape[3], kernel.H, stride.H), Of(x.shape[4], kernel.W, stride.W));
        return t + h + w == 0 ? x
            : functional.pad(x, [w / 2, w - w / 2, h / 2, h - h / 2, t / 2, t - t / 2]);

        static long Of(long size, long kernel, long stride) => Math.Max(0, ((size + stride - 1) / stride - 1) * stride + kernel - size);
    }
}

/// <summary>Convolution, norm and ReLU. Fields are checkpoint keys.</summary>
sealed class I3dUnit : Module<Tensor, Tensor>
{
    readonly Conv3d conv3d;
    readonly BatchNorm3d bn;
    readonly long kernel, stride;

    internal I3dUnit(long inputs, long outputs, long kernel, long stride = 1) : base(nameof(I3dUnit))
    {
        (this.kernel, this.stride) = (kernel, stride);
        conv3d = Conv3d(inputs, outputs, kernel, stride: stride, bias: false);
        bn = BatchNorm3d(outputs, eps: 0.001);
        RegisterComponents();
    }

    // (B,in,T,H,W) -> (B,out,T / stride,H / stride,W / stride), rounded up
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var padded = I3d.Pad(x, (kernel, kernel, kernel), (stride, stride, stride));
        return bn.call(conv3d.call(padded)).relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>The largest value around each step; what it pools is never negative, so that zeros pad it.</summary>
sealed class SamePool3d : Module<Tensor, Tensor>
{
    readonly MaxPool3d pool;
    readonly (long, long, long) kernel, stride;

    internal SamePool3d((long, long, long) kernel, (long, long, long) stride) : base(nameof(SamePool3d))
    {
        (this.kernel, this.stride) = (kernel, stride);
        pool = MaxPool3d(kernel, stride);
        RegisterComponents();
    }

    // (B,C,T,H,W) -> the same over the stride, rounded up
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return pool.call(I3d.Pad(x, kernel, stride)).MoveToOuterDisposeScope();
    }
}

/// <summary>An inception block: 1x1, 1x1 and 3x3, 1x1 and 3x3, pool and 1x1, side by side. Fields are checkpoint keys.</summary>
sealed class I3dBlock : Module<Tensor, Tensor>
{
    readonly I3dUnit b0, b1a, b1b, b2a, b2b, b3b;
    readonly SamePool3d b3a;

    internal I3dBlock(long inputs, long[] outputs) : base(nameof(I3dBlock))
    {
        b0 = new(inputs, outputs[0], 1);
        b1a = new(inputs, outputs[1], 1);
        b1b = new(outputs[1], outputs[2], 3);
        b2a = new(inputs, outputs[3], 1);
        b2b = new(outputs[3], outputs[4], 3);
        b3a = new((3, 3, 3), (1, 1, 1));
        b3b = new(inputs, outputs[5], 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return cat([b0.call(x), b1b.call(b1a.call(x)), b2b.call(b2a.call(x)), b3b.call(b3a.call(x))], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>The mean over places and pairs of moments, then a number for each class, the mean over time.</summary>
sealed class I3dOutputs : Module<Tensor, Tensor>
{
    readonly Conv3d conv3d;

    internal I3dOutputs(long inputs, long outputs) : base(nameof(I3dOutputs))
    {
        conv3d = Conv3d(inputs, outputs, 1);
        RegisterComponents();
    }

    // (B,1024,T,7,7) -> (B,400)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var places = x.mean([3, 4], keepdim: true); // (B,1024,T,1,1)
        var pairs = places.narrow(2, 0, x.shape[2] - 1).Add(places.narrow(2, 1, x.shape[2] - 1)).Div(2);
        return conv3d.call(pairs).mean([2, 3, 4]).MoveToOuterDisposeScope();
    }
}
