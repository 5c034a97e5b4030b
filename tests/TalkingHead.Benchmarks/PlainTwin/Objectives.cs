using TalkingHead.Configuration;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>The losses of arXiv:1905.08233, sections 3.2 and 3.3.</summary>
static class Objectives
{
    /// <summary>Sum over levels of the mean absolute difference; each level halves the side by 2x2 means.</summary>
    public static Tensor Pyramid(Tensor fake, Tensor real, int levels)
    {
        var total = functional.l1_loss(fake, real);
        for (var level = 1; level < levels; level++)
        {
            (fake, real) = (functional.avg_pool2d(fake, 2), functional.avg_pool2d(real, 2));
            total = total + functional.l1_loss(fake, real);
        }
        return total;
    }

    /// <summary>One minus SSIM's contrast and structure part, for pictures in [-1,1].</summary>
    public static Tensor Structure(Tensor fake, Tensor real)
    {
        const double c2 = 0.06 * 0.06;
        var (fakeMean, realMean) = (Mean(fake), Mean(real));
        var variances = Mean(fake.square()) - fakeMean.square() + Mean(real.square()) - realMean.square();
        var covariance = Mean(fake * real) - fakeMean * realMean;
        return 1 - ((2 * covariance + c2) / (variances + c2)).mean();

        static Tensor Mean(Tensor picture) => functional.avg_pool2d(picture, 7, 1);
    }

    /// <summary>Sum over maps of the mean absolute difference.</summary>
    public static Tensor Features(IEnumerable<Tensor> fake, IEnumerable<Tensor> real) =>
        fake.Zip(real, (f, r) => functional.l1_loss(f, r)).Aggregate((sum, next) => sum + next);

    public static Tensor AdversarialGenerator(Tensor fake) => -fake.mean();

    public static Tensor AdversarialDiscriminator(Tensor real, Tensor fake) =>
        functional.relu(1 - real).mean() + functional.relu(1 + fake).mean();
}

/// <summary>A VGG up to the first convolution of its fifth block; returns the activations of the first of each block.</summary>
sealed class Vgg : Module<Tensor, List<Tensor>>
{
    readonly List<(Conv2d Layer, bool First)> layers = [];
    readonly Tensor shift;
    readonly bool bgr;

    /// <param name="counts">Convolutions of each block.</param>
    /// <param name="means">What is subtracted from 0..255, for each channel.</param>
    /// <param name="bgr">Whether blue comes first.</param>
    /// <param name="device">Where it is.</param>
    public Vgg(int[] counts, float[] means, bool bgr, Device device) : base(nameof(Vgg))
    {
        this.bgr = bgr;
        shift = (127.5 - tensor(means, device: device)).view(1, 3, 1, 1);
        long inputs = 3;
        for (var block = 0; block < counts.Length; block++)
            for (var n = 0; n < (block < 4 ? counts[block] : 1); n++)
            {
                long outputs = 64 << Math.Min(block, 3);
                var layer = Conv2d(inputs, outputs, 3, padding: 1, device: device);
                register_module($"conv{block + 1}_{n + 1}", layer);
                layers.Add((layer, n == 0));
                inputs = outputs;
            }
        foreach (var parameter in parameters())
            parameter.requires_grad_(false);
    }

    public override List<Tensor> forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = (bgr ? x.flip(1) : x) * 127.5 + shift;
        var taps = new List<Tensor>();
        foreach (var (layer, first) in layers)
        {
            if (first && taps.Count > 0)
                h = functional.max_pool2d(h, 2);
            h = layer.call(h).relu_();
            if (first)
                taps.Add(h);
        }
        taps.ForEach(tap => tap.MoveToOuterDisposeScope());
        return taps;
    }
}

/// <summary>The configuration's content loss.</summary>
sealed class Content
{
    readonly ObjectiveSettings settings;
    readonly List<(string Name, double Weight, Vgg Network)> networks = [];

    public Content(ObjectiveSettings settings, Dictionary<string, Tensor> start, Device device)
    {
        this.settings = settings;
        Add("content_vgg19", settings.Vgg19!.Value, [2, 2, 4, 4, 4], [103.939f, 116.779f, 123.68f], bgr: true);
        Add("content_vgg_face", settings.VggFace!.Value, [2, 2, 3, 3, 3], [129.1863f, 104.7624f, 93.594f], bgr: false);

        void Add(string name, double weight, int[] counts, float[] means, bool bgr)
        {
            var state = PlainTwinProgram.Under(start, name);
            if (state.Count == 0)
                return;
            var network = new Vgg(counts, means, bgr, device);
            network.load_state_dict(state);
            networks.Add((name, weight, network));
        }
    }

    /// <summary>The weighted sum; each term goes to <paramref name="losses"/>.</summary>
    public Tensor Of(Tensor fake, Tensor real, Dictionary<string, Tensor> losses)
    {
        var terms = new List<(string Name, double Weight, Tensor Value)>();
        foreach (var (name, weight, network) in networks)
            terms.Add((name, weight, Objectives.Features(network.call(fake), Constant(network, real))));
        if (networks.Count == 0)
        {
            terms.Add(("content_pyramid", settings.Pyramid!.Value, Objectives.Pyramid(fake, real, settings.PyramidLevels)));
            if (settings.Structure > 0)
                terms.Add(("content_structure", settings.Structure, Objectives.Structure(fake, real)));
            if (settings.Squared > 0)
                terms.Add(("content_squared", settings.Squared, functional.mse_loss(fake, real)));
        }
        foreach (var (name, _, value) in terms)
            losses[name] = value;
        return terms.Select(term => term.Weight * term.Value).Aggregate((sum, next) => sum + next);
    }

    static List<Tensor> Constant(Vgg network, Tensor real)
    {
        using var _ = no_grad();
        return network.call(real);
    }
}
