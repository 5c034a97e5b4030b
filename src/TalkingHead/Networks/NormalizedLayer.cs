using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>
/// A layer whose weight is divided by its largest singular value σ (spectral norm, Miyato et al. 2018), or plain.
/// σ = uᵀ W v, with W as a matrix of one row per output; u and v follow W's first singular vectors by power iteration
/// and are saved with the weights.
/// </summary>
public abstract class NormalizedLayer : Module<Tensor, Tensor>
{
    // PyTorch's parametrization starts with as many, so that the first step's σ is meaningful.
    const int FirstIterations = 15;

    internal readonly Parameter weight;
    internal readonly Parameter? bias;
    internal readonly Tensor? u;
    internal readonly Tensor? v;
    readonly SpectralMode mode;

    internal NormalizedLayer(string name, Tensor weight, bool bias, SpectralMode mode) : base(name)
    {
        this.mode = mode;
        long outputs = weight.shape[0], inputs = weight.numel() / outputs;
        // PyTorch's default: uniform with bound 1/√fan-in for both.
        double bound = 1 / Math.Sqrt(inputs);
        init.uniform_(weight, -bound, bound);
        this.weight = new Parameter(weight);
        this.bias = bias ? new Parameter(init.uniform_(zeros(outputs), -bound, bound)) : null;
        if (mode != SpectralMode.Off)
        {
            u = RandomDirection(outputs);
            v = RandomDirection(inputs);
            Iterate(FirstIterations);
        }
        RegisterComponents();
    }

    /// <summary>Whether the weight is divided by σ.</summary>
    public bool IsNormalized => u is not null;

    internal bool IteratesEachForward => mode == SpectralMode.EachForward;

    static Tensor RandomDirection(long length)
    {
        using var scope = NewDisposeScope();
        return functional.normalize(randn(length), dim: 0).MoveToOuterDisposeScope();
    }

    /// <summary>Steps of the power iteration; changes u and v only.</summary>
    internal void Iterate(int times)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var matrix = weight.flatten(1); // (out, in·k·k)
        for (int i = 0; i < times; i++)
        {
            v!.copy_(functional.normalize(matrix.t().mv(u!), dim: 0, eps: SpectralNorm.Epsilon));
            u!.copy_(functional.normalize(matrix.mv(v), dim: 0, eps: SpectralNorm.Epsilon));
        }
    }

    /// <summary>The weight in use. The caller's scope owns it when it is not the parameter itself.</summary>
    internal Tensor NormalWeight()
    {
        if (!IsNormalized)
            return weight;
        using var scope = NewDisposeScope();
        // A frozen network stays as it is to the last bit, u and v included.
        bool iterate = IteratesEachForward && training && weight.requires_grad;
        if (iterate)
            Iterate(1);
        // Copies, where a later forward of the same graph changes u and v in place.
        var (left, right) = iterate ? (u!.clone(), v!.clone()) : (u!, v!);
        var sigma = left.dot(weight.flatten(1).mv(right));
        return (weight / sigma).MoveToOuterDisposeScope();
    }
}

/// <summary>Convolution with zero padding that keeps the side, or one that also halves or doubles it.</summary>
public sealed class NormalizedConv2d : NormalizedLayer
{
    readonly long[] padding;
    readonly Tensor? taps; // the constants of the resampling, not saved

    internal NormalizedConv2d(long inputs, long outputs, int kernel, SpectralMode mode, bool bias = true, Resampling resampling = Resampling.None)
        : base(nameof(NormalizedConv2d), zeros(outputs, inputs, kernel, kernel), bias, mode)
    {
        padding = [kernel / 2, kernel / 2];
        Resampling = resampling;
        if (resampling == Resampling.None)
            return;
        taps = ResampledConvolution.Taps(resampling).DetachFromDisposeScope(); // buffers() leaves a non-persistent one out
        register_buffer(nameof(taps), taps, persistent: false);
    }

    /// <summary>What the layer does with the side.</summary>
    public Resampling Resampling { get; }

    // (B,in,H,W) -> (B,out,H,W), or half or twice the side
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = Resampling switch
        {
            Resampling.Halve => ResampledConvolution.Halve(x, NormalWeight(), bias, taps!),
            Resampling.Double => ResampledConvolution.Double(x, NormalWeight(), bias, taps!),
            _ => functional.conv2d(x, NormalWeight(), bias, padding: padding),
        };
        return y.MoveToOuterDisposeScope();
    }
}

/// <summary>Linear layer.</summary>
public sealed class NormalizedLinear : NormalizedLayer
{
    internal NormalizedLinear(long inputs, long outputs, SpectralMode mode, bool bias = true)
        : base(nameof(NormalizedLinear), zeros(outputs, inputs), bias, mode)
    {
    }

    // (B,in) -> (B,out)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return functional.linear(x, NormalWeight(), bias).MoveToOuterDisposeScope();
    }
}
