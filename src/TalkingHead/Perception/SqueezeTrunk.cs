using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>A fire module of SqueezeNet (Iandola et al. 2016). Fields are checkpoint keys.</summary>
sealed class Fire : Module<Tensor, Tensor>
{
    readonly Conv2d squeeze;
    readonly Conv2d expand1x1;
    readonly Conv2d expand3x3;

    internal Fire(long inputs, long squeezed, long expanded) : base(nameof(Fire))
    {
        squeeze = Conv2d(inputs, squeezed, 1);
        expand1x1 = Conv2d(squeezed, expanded, 1);
        expand3x3 = Conv2d(squeezed, expanded, 3, padding: 1);
        RegisterComponents();
    }

    // x (B,inputs,H,W) -> (B,2 * expanded,H,W)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = squeeze.call(x).relu_();
        return cat([expand1x1.call(h).relu_(), expand3x3.call(h).relu_()], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>The convolutions of SqueezeNet 1.1 with torchvision's keys; returns the seven activations that LPIPS compares.</summary>
sealed class SqueezeTrunk : Module<Tensor, Tensor[]>
{
    internal const string File = "squeezenet1_1-b8a52dc0.pth";
    internal static readonly long[] Channels = [64, 128, 256, 384, 384, 512, 512];

    // Tapped after these of torchvision's features, less the ReLU and pools that have no key.
    static readonly HashSet<int> taps = [0, 2, 4, 5, 6, 7, 8];
    static readonly HashSet<int> pooledBefore = [1, 3, 5];

    readonly Sequential features;

    internal SqueezeTrunk() : base("SqueezeNet 1.1 (torchvision)")
    {
        features = Sequential(
            ("0", Conv2d(3, 64, 3, stride: 2)),
            ("3", new Fire(64, 16, 64)),
            ("4", new Fire(128, 16, 64)),
            ("6", new Fire(128, 32, 128)),
            ("7", new Fire(256, 32, 128)),
            ("9", new Fire(256, 48, 192)),
            ("10", new Fire(384, 48, 192)),
            ("11", new Fire(384, 64, 256)),
            ("12", new Fire(512, 64, 256)));
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,H,W) -> seven maps, from H / 2 down to H / 16
    public override Tensor[] forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var found = new List<Tensor>();
        var h = x;
        for (var i = 0; i < features.Count; i++)
        {
            if (pooledBefore.Contains(i))
                h = functional.max_pool2d(h, 3, stride: 2, ceil_mode: true);
            h = features[i].call(h);
            if (i == 0)
                h = h.relu_(); // a fire module ends with its own
            if (taps.Contains(i))
                found.Add(h);
        }
        foreach (var tap in found)
            tap.MoveToOuterDisposeScope();
        return [.. found];
    }
}
