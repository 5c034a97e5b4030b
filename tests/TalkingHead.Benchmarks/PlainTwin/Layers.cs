using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.TensorIndex;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>A layer whose weight is divided by its largest singular value (Miyato et al. 2018), or plain.</summary>
abstract class SpectralLayer : Module<Tensor, Tensor>
{
    internal const double Epsilon = 1e-4; // of instance norm and of spectral norm

    protected readonly Parameter weight;
    protected readonly Parameter? bias;
    readonly Tensor? u, v;

    protected SpectralLayer(string name, long[] shape, bool spectral, bool bias) : base(name)
    {
        weight = new Parameter(randn(shape));
        this.bias = bias ? new Parameter(zeros(shape[0])) : null;
        if (spectral)
            (u, v) = (randn(shape[0]), randn(weight.numel() / shape[0]));
        RegisterComponents();
    }

    /// <summary>One step of the power iteration.</summary>
    public void Iterate()
    {
        if (u is null)
            return;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var matrix = weight.flatten(1);
        v!.copy_(functional.normalize(matrix.t().mv(u), dim: 0, eps: Epsilon));
        u.copy_(functional.normalize(matrix.mv(v), dim: 0, eps: Epsilon));
    }

    /// <summary>The weight in use.</summary>
    public Tensor NormalWeight() => u is null ? weight : weight / u.dot(weight.flatten(1).mv(v!));

    /// <summary>One step of the power iteration in every layer of a network.</summary>
    public static void Iterate(Module network)
    {
        foreach (var layer in network.modules().OfType<SpectralLayer>())
            layer.Iterate();
    }
}

sealed class SpectralConv2d(long inputs, long outputs, long kernel, bool spectral, bool bias = true)
    : SpectralLayer(nameof(SpectralConv2d), [outputs, inputs, kernel, kernel], spectral, bias)
{
    const int Block = 16;

    readonly long[] padding = [kernel / 2, kernel / 2];

    // libtorch 2.10 (oneDNN 3.7.1) was seen to leave the channels by which it fills up blocks of 16 as they lay in memory, so
    // that the gradient of a 3x3 convolution's input is garbage, now and then NaN. With filters of zeros nothing is filled up.
    readonly long missing = kernel > 1 && outputs % Block != 0 ? Block - outputs % Block : 0;

    public override Tensor forward(Tensor x)
    {
        if (missing == 0)
            return functional.conv2d(x, NormalWeight(), bias, padding: padding);
        var filters = functional.pad(NormalWeight(), [0, 0, 0, 0, 0, 0, 0, missing]);
        var biases = bias is null ? null : functional.pad(bias, [0, missing]);
        return functional.conv2d(x, filters, biases, padding: padding)[.., ..(int)outputs];
    }
}

sealed class SpectralLinear(long inputs, long outputs, bool spectral, bool bias = true)
    : SpectralLayer(nameof(SpectralLinear), [outputs, inputs], spectral, bias)
{
    public override Tensor forward(Tensor x) => functional.linear(x, NormalWeight(), bias);
}

/// <summary>The person's norms of a network, handed out in the order of use.</summary>
sealed class Styles(Tensor psi, IEnumerable<long> channels)
{
    readonly Tensor[] parts = psi.split([.. channels.SelectMany(count => new[] { count, count })], 1);
    int next;

    /// <summary>Instance norm of x (B,C,H,W) with the next scale and shift, (B,C) each.</summary>
    public Tensor Apply(Tensor x)
    {
        var (scale, shift) = (parts[next++], parts[next++]);
        return functional.instance_norm(x, eps: SpectralLayer.Epsilon) * scale[.., .., None, None] + shift[.., .., None, None];
    }
}

/// <summary>[norm] ReLU conv [norm] ReLU conv, half the side; the first of a network has no pre-activation.</summary>
sealed class DownBlock : Module<Tensor, Tensor>
{
    readonly InstanceNorm2d? norm1, norm2;
    readonly SpectralConv2d conv1, conv2, skip;
    readonly bool first;

    public DownBlock(long inputs, long outputs, bool spectral, bool first, bool norm) : base(nameof(DownBlock))
    {
        this.first = first;
        norm &= !first;
        if (norm)
        {
            norm1 = InstanceNorm2d(inputs, SpectralLayer.Epsilon, affine: true);
            norm2 = InstanceNorm2d(outputs, SpectralLayer.Epsilon, affine: true);
        }
        conv1 = new SpectralConv2d(inputs, outputs, 3, spectral, bias: !norm);
        conv2 = new SpectralConv2d(outputs, outputs, 3, spectral, bias: !norm);
        skip = new SpectralConv2d(inputs, outputs, 1, spectral);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = first ? x : functional.relu(norm1?.call(x) ?? x);
        h = conv1.call(h);
        h = conv2.call(functional.relu(norm2?.call(h) ?? h));
        return (functional.avg_pool2d(h, 2) + functional.avg_pool2d(skip.call(x), 2)).MoveToOuterDisposeScope();
    }
}

sealed class ResidualBlock : Module<Tensor, Tensor>
{
    readonly SpectralConv2d conv1, conv2;

    public ResidualBlock(long channels, bool spectral) : base(nameof(ResidualBlock))
    {
        conv1 = new SpectralConv2d(channels, channels, 3, spectral);
        conv2 = new SpectralConv2d(channels, channels, 3, spectral);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x + conv2.call(functional.relu(conv1.call(functional.relu(x))))).MoveToOuterDisposeScope();
    }
}

/// <summary>The generator's residual block without resampling.</summary>
sealed class AdaptiveBlock : Module<Tensor, Styles, Tensor>
{
    readonly SpectralConv2d conv1, conv2;

    public AdaptiveBlock(long channels, bool spectral) : base(nameof(AdaptiveBlock))
    {
        conv1 = new SpectralConv2d(channels, channels, 3, spectral, bias: false);
        conv2 = new SpectralConv2d(channels, channels, 3, spectral, bias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Styles styles)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(functional.relu(styles.Apply(x)));
        return (x + conv2.call(functional.relu(styles.Apply(h)))).MoveToOuterDisposeScope();
    }
}

/// <summary>Doubles the side.</summary>
sealed class UpBlock : Module<Tensor, Styles, Tensor>
{
    readonly SpectralConv2d conv1, conv2, skip;
    readonly Upsample twice = Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest);

    public UpBlock(long inputs, long outputs, bool spectral) : base(nameof(UpBlock))
    {
        conv1 = new SpectralConv2d(inputs, outputs, 3, spectral, bias: false);
        conv2 = new SpectralConv2d(outputs, outputs, 3, spectral, bias: false);
        skip = new SpectralConv2d(inputs, outputs, 1, spectral);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Styles styles)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(twice.call(functional.relu(styles.Apply(x))));
        h = conv2.call(functional.relu(styles.Apply(h)));
        return (h + skip.call(twice.call(x))).MoveToOuterDisposeScope();
    }
}

/// <summary>Zhang et al. 2019: every place looks at every other; gamma starts at 0.</summary>
sealed class SelfAttention : Module<Tensor, Tensor>
{
    readonly SpectralConv2d query, key, value;
    readonly Parameter gamma;

    public SelfAttention(long channels, bool spectral) : base(nameof(SelfAttention))
    {
        query = new SpectralConv2d(channels, channels / 8, 1, spectral);
        key = new SpectralConv2d(channels, channels / 8, 1, spectral);
        value = new SpectralConv2d(channels, channels, 1, spectral);
        gamma = new Parameter(zeros(1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (query.call(x).flatten(2), key.call(x).flatten(2), value.call(x).flatten(2)); // (B,·,P)
        var weights = functional.softmax(q.transpose(1, 2).bmm(k), 2);                                // (B, place, seen place)
        return (x + gamma * v.bmm(weights.transpose(1, 2)).view(x.shape)).MoveToOuterDisposeScope();
    }
}
