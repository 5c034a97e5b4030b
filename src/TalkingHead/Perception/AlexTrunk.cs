using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>The convolutions of AlexNet (Krizhevsky 2014) with torchvision's keys; returns every activation after a ReLU.</summary>
sealed class AlexTrunk : Module<Tensor, Tensor[]>
{
    internal const string File = "alexnet-owt-7be5be79.pth";
    internal static readonly long[] Channels = [64, 192, 384, 256, 256];

    readonly Sequential features;

    internal AlexTrunk() : base("AlexNet (torchvision)")
    {
        features = Sequential(
            ("0", Conv2d(3, 64, 11, stride: 4, padding: 2)),
            ("3", Conv2d(64, 192, 5, padding: 2)),
            ("6", Conv2d(192, 384, 3, padding: 1)),
            ("8", Conv2d(384, 256, 3, padding: 1)),
            ("10", Conv2d(256, 256, 3, padding: 1)));
        RegisterComponents();
        PublishedWeights.Freeze(this);
    }

    // x (B,3,H,W) -> five maps, from H / 4 down to H / 16
    public override Tensor[] forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var found = new Tensor[features.Count];
        var h = x;
        for (var i = 0; i < found.Length; i++)
        {
            if (i is 1 or 2)
                h = functional.max_pool2d(h, 3, stride: 2);
            found[i] = h = features[i].call(h).relu_();
        }
        foreach (var tap in found)
            tap.MoveToOuterDisposeScope();
        return found;
    }
}
