using TalkingHead.Networks;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

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
