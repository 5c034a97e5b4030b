using TalkingHead.Libtorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Faces;

/// <summary>
/// The face detector S3FD (Zhang et al. 2017) with the state-dict keys of face-alignment's published weights. Over a
/// picture (1, 3, H, W), blue-green-red with means subtracted, it gives for each of six strides (4 to 128) the face
/// score in logits (1, 2, h, w) and the box offsets (1, 4, h, w).
/// </summary>
sealed class S3fd : Module<Tensor, (Tensor Scores, Tensor Offsets)[]>
{
#pragma warning disable IDE1006 // the fields' names are the checkpoint's keys
    readonly Conv2d conv1_1 = Conv(3, 64), conv1_2 = Conv(64, 64);
    readonly Conv2d conv2_1 = Conv(64, 128), conv2_2 = Conv(128, 128);
    readonly Conv2d conv3_1 = Conv(128, 256), conv3_2 = Conv(256, 256), conv3_3 = Conv(256, 256);
    readonly Conv2d conv4_1 = Conv(256, 512), conv4_2 = Conv(512, 512), conv4_3 = Conv(512, 512);
    readonly Conv2d conv5_1 = Conv(512, 512), conv5_2 = Conv(512, 512), conv5_3 = Conv(512, 512);
    readonly Conv2d fc6 = nn.Conv2d(512, 1024, 3, 1, 3), conv6_2 = nn.Conv2d(256, 512, 3, 2, 1), conv7_2 = nn.Conv2d(128, 256, 3, 2, 1);
    readonly PointwiseConv2d fc7 = new(1024, 1024), conv6_1 = new(1024, 256), conv7_1 = new(512, 128);
    readonly ChannelNorm conv3_3_norm = new(256), conv4_3_norm = new(512), conv5_3_norm = new(512);
    readonly Conv2d conv3_3_norm_mbox_conf = Conv(256, 4), conv3_3_norm_mbox_loc = Conv(256, 4);
    readonly Conv2d conv4_3_norm_mbox_conf = Conv(512, 2), conv4_3_norm_mbox_loc = Conv(512, 4);
    readonly Conv2d conv5_3_norm_mbox_conf = Conv(512, 2), conv5_3_norm_mbox_loc = Conv(512, 4);
    readonly Conv2d fc7_mbox_conf = Conv(1024, 2), fc7_mbox_loc = Conv(1024, 4);
    readonly Conv2d conv6_2_mbox_conf = Conv(512, 2), conv6_2_mbox_loc = Conv(512, 4);
    readonly Conv2d conv7_2_mbox_conf = Conv(256, 2), conv7_2_mbox_loc = Conv(256, 4);
#pragma warning restore IDE1006

    public S3fd() : base(nameof(S3fd)) => RegisterComponents();

    public override (Tensor Scores, Tensor Offsets)[] forward(Tensor picture)
    {
        using var scope = NewDisposeScope();
        var x = Run(picture, conv1_1, conv1_2);
        x = Run(Halve(x), conv2_1, conv2_2);
        var third = Run(Halve(x), conv3_1, conv3_2, conv3_3);
        var fourth = Run(Halve(third), conv4_1, conv4_2, conv4_3);
        var fifth = Run(Halve(fourth), conv5_1, conv5_2, conv5_3);
        var full = Run(Halve(fifth), fc6, fc7);
        var sixth = Run(full, conv6_1, conv6_2);
        var seventh = Run(sixth, conv7_1, conv7_2);

        var (a, b, c) = (conv3_3_norm.call(third), conv4_3_norm.call(fourth), conv5_3_norm.call(fifth));
        (Tensor, Tensor)[] maps =
        [
            (MostLikelyBackground(conv3_3_norm_mbox_conf.call(a)), conv3_3_norm_mbox_loc.call(a)),
            (conv4_3_norm_mbox_conf.call(b), conv4_3_norm_mbox_loc.call(b)),
            (conv5_3_norm_mbox_conf.call(c), conv5_3_norm_mbox_loc.call(c)),
            (fc7_mbox_conf.call(full), fc7_mbox_loc.call(full)),
            (conv6_2_mbox_conf.call(sixth), conv6_2_mbox_loc.call(sixth)),
            (conv7_2_mbox_conf.call(seventh), conv7_2_mbox_loc.call(seventh)),
        ];
        foreach (var (scores, offsets) in maps)
        {
            scores.MoveToOuterDisposeScope();
            offsets.MoveToOuterDisposeScope();
        }

        return maps;
    }

    static Conv2d Conv(long from, long to) => nn.Conv2d(from, to, 3, 1, 1);

    static Tensor Halve(Tensor x) => functional.max_pool2d(x, 2, 2);

    static Tensor Run(Tensor x, params ReadOnlySpan<Module<Tensor, Tensor>> layers)
    {
        foreach (var layer in layers)
            x = functional.relu(layer.call(x));
        return x;
    }

    // The finest map has three background scores, of which the largest counts (the paper's max-out, 3.3).
    static Tensor MostLikelyBackground(Tensor scores)
    {
        var parts = scores.chunk(4, 1);
        return cat([maximum(maximum(parts[0], parts[1]), parts[2]), parts[3]], 1);
    }

    /// <summary>Each pixel's channels brought to length 1, then weighted (Liu et al. 2015).</summary>
    sealed class ChannelNorm : Module<Tensor, Tensor>
    {
        readonly Parameter weight;

        public ChannelNorm(long channels) : base(nameof(ChannelNorm))
        {
            weight = Parameter(ones(channels));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var length = x.Pow(2).sum(1, keepdim: true).sqrt().Add(1e-10);
            return (x / length * weight.view(1, -1, 1, 1)).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>Boxes from the maps of <see cref="S3fd"/>.</summary>
static class FaceAnchors
{
    /// <summary>An anchor's side, in strides of its map.</summary>
    const double AnchorStrides = 4;

    // How the network scales its offsets: centre and size.
    const double CentreVariance = 0.1, SizeVariance = 0.2;

    /// <summary>Adds a map's boxes of at least <paramref name="least"/> probability, in the network's pixels.</summary>
    /// <param name="scores">(2, h, w): logits of background and face.</param>
    /// <param name="offsets">(4, h, w): of centre x, y and of log width, height.</param>
    /// <param name="width">Of the map.</param>
    /// <param name="stride">Pixels from one of the map's cells to the next.</param>
    /// <param name="least">Probability from which a box counts.</param>
    /// <param name="found">The list added to.</param>
    public static void Decode(ReadOnlySpan<float> scores, ReadOnlySpan<float> offsets, int width, int stride, double least,
        List<(FaceBox Box, double Score)> found)
    {
        var cells = scores.Length / 2;
        if (scores.Length != 2 * cells || offsets.Length != 4 * cells || cells % width != 0)
            throw new ArgumentException($"Maps of {scores.Length} scores and {offsets.Length} offsets do not belong together.",
                nameof(offsets));
        var anchor = AnchorStrides * stride;
        for (var i = 0; i < cells; i++)
        {
            var score = 1 / (1 + Math.Exp((double)scores[i] - scores[cells + i])); // softmax of two
            if (!(score >= least))
                continue;
            var x = (i % width + 0.5) * stride + CentreVariance * anchor * offsets[i];
            var y = (i / width + 0.5) * stride + CentreVariance * anchor * offsets[cells + i];
            var across = anchor * Math.Exp(Math.Min(10, SizeVariance * offsets[2 * cells + i])) / 2;
            var down = anchor * Math.Exp(Math.Min(10, SizeVariance * offsets[3 * cells + i])) / 2;
            if (double.IsFinite(x) && double.IsFinite(y))
                found.Add((new(x - across, y - down, x + across, y + down), score));
        }
    }

    /// <summary>Of boxes that overlap by more than <paramref name="most"/>, the likeliest.</summary>
    public static List<(FaceBox Box, double Score)> Suppress(IEnumerable<(FaceBox Box, double Score)> boxes, double most)
    {
        var kept = new List<(FaceBox Box, double Score)>();
        foreach (var each in boxes.OrderByDescending(b => b.Score))
        {
            if (kept.TrueForAll(k => k.Box.Overlap(each.Box) <= most))
                kept.Add(each);
        }

        return kept;
    }
}
