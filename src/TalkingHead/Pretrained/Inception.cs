using TalkingHead.Libtorch;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Pretrained;

/// <summary>
/// The network whose features FID compares (Heusel et al. 2017): Inception v3 with 1008 outputs as TensorFlow's 2015
/// release has it. Three places differ from torchvision's inception_v3, and without them distances are off by a
/// fifth: average pools leave their padding out of the mean, Mixed_7c pools by maximum, and there is no second head.
/// </summary>
sealed class Inception : Module<Tensor, Tensor>
{
    internal const string File = "pt_inception-2015-12-05-6726825d.pth";
    internal const int Features = 2048;

    [ComponentName(Name = "Conv2d_1a_3x3")] readonly InceptionUnit conv1a;
    [ComponentName(Name = "Conv2d_2a_3x3")] readonly InceptionUnit conv2a;
    [ComponentName(Name = "Conv2d_2b_3x3")] readonly InceptionUnit conv2b;
    [ComponentName(Name = "Conv2d_3b_1x1")] readonly InceptionUnit conv3b;
    [ComponentName(Name = "Conv2d_4a_3x3")] readonly InceptionUnit conv4a;
    [ComponentName(Name = "Mixed_5b")] readonly InceptionA mixed5b;
    [ComponentName(Name = "Mixed_5c")] readonly InceptionA mixed5c;
    [ComponentName(Name = "Mixed_5d")] readonly InceptionA mixed5d;
    [ComponentName(Name = "Mixed_6a")] readonly InceptionB mixed6a;
    [ComponentName(Name = "Mixed_6b")] readonly InceptionC mixed6b;
    [ComponentName(Name = "Mixed_6c")] readonly InceptionC mixed6c;
    [ComponentName(Name = "Mixed_6d")] readonly InceptionC mixed6d;
    [ComponentName(Name = "Mixed_6e")] readonly InceptionC mixed6e;
    [ComponentName(Name = "Mixed_7a")] readonly InceptionD mixed7a;
    [ComponentName(Name = "Mixed_7b")] readonly InceptionE mixed7b;
    [ComponentName(Name = "Mixed_7c")] readonly InceptionE mixed7c;
    readonly Linear fc; // in the file, after the features

    internal Inception() : base("Inception v3 (FID)")
    {
        conv1a = new(3, 32, 3, stride: 2);
        conv2a = new(32, 32, 3);
        conv2b = new(32, 64, 3, padding: 1);
        conv3b = new(64, 80, 1);
        conv4a = new(80, 192, 3);
        mixed5b = new(192, 32);
        mixed5c = new(256, 64);
        mixed5d = new(288, 64);
        mixed6a = new(288);
        mixed6b = new(768, 128);
        mixed6c = new(768, 160);
        mixed6d = new(768, 160);
        mixed6e = new(768, 192);
        mixed7a = new(768);
        mixed7b = new(1280, maximum: false);
        mixed7c = new(Features, maximum: true);
        fc = Linear(Features, 1008);
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    /// <summary>The network with its published weights.</summary>
    /// <exception cref="UserException">The file is missing or not this network's.</exception>
    internal static Inception Load() => PublishedWeights.LoadInto(new Inception(), File);

    // x (B,3,299,299), RGB in [−1, 1] -> (B,2048); other sides from 75 on work too, but are no FID
    public override Tensor forward(Tensor x)
    {
        Shapes.Expect(x, "Inception's picture", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        using var scope = NewDisposeScope();
        var h = conv2b.call(conv2a.call(conv1a.call(x)));
        h = functional.max_pool2d(h, 3, stride: 2);
        h = conv4a.call(conv3b.call(h));
        h = functional.max_pool2d(h, 3, stride: 2);
        h = mixed5d.call(mixed5c.call(mixed5b.call(h)));
        h = mixed6e.call(mixed6d.call(mixed6c.call(mixed6b.call(mixed6a.call(h)))));
        h = mixed7c.call(mixed7b.call(mixed7a.call(h)));
        return h.mean([2, 3]).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Convolution without bias, batch norm, ReLU: the unit of Inception v3 (Szegedy et al. 2016). Fields are checkpoint keys.
/// </summary>
sealed class InceptionUnit : Module<Tensor, Tensor>
{
    readonly Module<Tensor, Tensor> conv;
    readonly BatchNorm2d bn;

    internal InceptionUnit(long inputs, long outputs, (long, long) kernel, long stride = 1, (long, long)? padding = null)
        : base(nameof(InceptionUnit))
    {
        conv = kernel == (1, 1)
            ? new PointwiseConv2d(inputs, outputs, stride, bias: false)
            : Conv2d(inputs, outputs, kernel, stride: (stride, stride), padding: padding ?? (0, 0), bias: false);
        bn = BatchNorm2d(outputs, eps: 0.001);
        RegisterComponents();
    }

    internal InceptionUnit(long inputs, long outputs, long kernel, long stride = 1, long padding = 0)
        : this(inputs, outputs, (kernel, kernel), stride, (padding, padding))
    {
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return bn.call(conv.call(x)).relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>Mixed_5b to 5d: 1x1, 5x5 and double 3x3 branches, and an average pool that leaves its padding out of the mean.</summary>
sealed class InceptionA : Module<Tensor, Tensor>
{
    readonly InceptionUnit branch1x1, branch5x5_1, branch5x5_2, branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3, branch_pool;

    internal InceptionA(long inputs, long poolOutputs) : base(nameof(InceptionA))
    {
        branch1x1 = new(inputs, 64, 1);
        branch5x5_1 = new(inputs, 48, 1);
        branch5x5_2 = new(48, 64, 5, padding: 2);
        branch3x3dbl_1 = new(inputs, 64, 1);
        branch3x3dbl_2 = new(64, 96, 3, padding: 1);
        branch3x3dbl_3 = new(96, 96, 3, padding: 1);
        branch_pool = new(inputs, poolOutputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var narrow = branch1x1.call(x);
        var wide = branch5x5_2.call(branch5x5_1.call(x));
        var twice = branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x)));
        var pooled = branch_pool.call(InceptionPools.Average(x));
        return cat([narrow, wide, twice, pooled], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>Mixed_6a: halves the sides.</summary>
sealed class InceptionB : Module<Tensor, Tensor>
{
    readonly InceptionUnit branch3x3, branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3;

    internal InceptionB(long inputs) : base(nameof(InceptionB))
    {
        branch3x3 = new(inputs, 384, 3, stride: 2);
        branch3x3dbl_1 = new(inputs, 64, 1);
        branch3x3dbl_2 = new(64, 96, 3, padding: 1);
        branch3x3dbl_3 = new(96, 96, 3, stride: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var twice = branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x)));
        return cat([branch3x3.call(x), twice, functional.max_pool2d(x, 3, stride: 2)], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>Mixed_6b to 6e: 7x7 kernels as 1x7 and 7x1.</summary>
sealed class InceptionC : Module<Tensor, Tensor>
{
    readonly InceptionUnit branch1x1, branch7x7_1, branch7x7_2, branch7x7_3;
    readonly InceptionUnit branch7x7dbl_1, branch7x7dbl_2, branch7x7dbl_3, branch7x7dbl_4, branch7x7dbl_5, branch_pool;

    internal InceptionC(long inputs, long middle) : base(nameof(InceptionC))
    {
        branch1x1 = new(inputs, 192, 1);
        branch7x7_1 = new(inputs, middle, 1);
        branch7x7_2 = new(middle, middle, (1, 7), padding: (0, 3));
        branch7x7_3 = new(middle, 192, (7, 1), padding: (3, 0));
        branch7x7dbl_1 = new(inputs, middle, 1);
        branch7x7dbl_2 = new(middle, middle, (7, 1), padding: (3, 0));
        branch7x7dbl_3 = new(middle, middle, (1, 7), padding: (0, 3));
        branch7x7dbl_4 = new(middle, middle, (7, 1), padding: (3, 0));
        branch7x7dbl_5 = new(middle, 192, (1, 7), padding: (0, 3));
        branch_pool = new(inputs, 192, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var once = branch7x7_3.call(branch7x7_2.call(branch7x7_1.call(x)));
        var twice = branch7x7dbl_3.call(branch7x7dbl_2.call(branch7x7dbl_1.call(x)));
        twice = branch7x7dbl_5.call(branch7x7dbl_4.call(twice));
        var pooled = branch_pool.call(InceptionPools.Average(x));
        return cat([branch1x1.call(x), once, twice, pooled], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>Mixed_7a: halves the sides.</summary>
sealed class InceptionD : Module<Tensor, Tensor>
{
    readonly InceptionUnit branch3x3_1, branch3x3_2, branch7x7x3_1, branch7x7x3_2, branch7x7x3_3, branch7x7x3_4;

    internal InceptionD(long inputs) : base(nameof(InceptionD))
    {
        branch3x3_1 = new(inputs, 192, 1);
        branch3x3_2 = new(192, 320, 3, stride: 2);
        branch7x7x3_1 = new(inputs, 192, 1);
        branch7x7x3_2 = new(192, 192, (1, 7), padding: (0, 3));
        branch7x7x3_3 = new(192, 192, (7, 1), padding: (3, 0));
        branch7x7x3_4 = new(192, 192, 3, stride: 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var small = branch3x3_2.call(branch3x3_1.call(x));
        var large = branch7x7x3_2.call(branch7x7x3_1.call(x));
        large = branch7x7x3_4.call(branch7x7x3_3.call(large));
        return cat([small, large, functional.max_pool2d(x, 3, stride: 2)], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>Mixed_7b and 7c: 3x3 kernels split side by side; 7b pools by average, 7c of the FID network by maximum.</summary>
sealed class InceptionE : Module<Tensor, Tensor>
{
    readonly InceptionUnit branch1x1, branch3x3_1, branch3x3_2a, branch3x3_2b;
    readonly InceptionUnit branch3x3dbl_1, branch3x3dbl_2, branch3x3dbl_3a, branch3x3dbl_3b, branch_pool;
    readonly bool maximum;

    internal InceptionE(long inputs, bool maximum) : base(nameof(InceptionE))
    {
        this.maximum = maximum;
        branch1x1 = new(inputs, 320, 1);
        branch3x3_1 = new(inputs, 384, 1);
        branch3x3_2a = new(384, 384, (1, 3), padding: (0, 1));
        branch3x3_2b = new(384, 384, (3, 1), padding: (1, 0));
        branch3x3dbl_1 = new(inputs, 448, 1);
        branch3x3dbl_2 = new(448, 384, 3, padding: 1);
        branch3x3dbl_3a = new(384, 384, (1, 3), padding: (0, 1));
        branch3x3dbl_3b = new(384, 384, (3, 1), padding: (1, 0));
        branch_pool = new(inputs, 192, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var once = branch3x3_1.call(x);
        var twice = branch3x3dbl_2.call(branch3x3dbl_1.call(x));
        var pooled = branch_pool.call(maximum ? functional.max_pool2d(x, 3, stride: 1, padding: 1) : InceptionPools.Average(x));
        return cat(
            [branch1x1.call(x), branch3x3_2a.call(once), branch3x3_2b.call(once), branch3x3dbl_3a.call(twice),
                branch3x3dbl_3b.call(twice), pooled],
            1).MoveToOuterDisposeScope();
    }
}

static class InceptionPools
{
    // The published weights come from TensorFlow, whose average leaves the padding out.
    internal static Tensor Average(Tensor x) => functional.avg_pool2d(x, 3, stride: 1, padding: 1, count_include_pad: false);
}
