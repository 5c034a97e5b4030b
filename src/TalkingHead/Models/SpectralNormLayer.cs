using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// A layer whose weight is divided by its largest singular value σ (spectral norm, Miyato et al. 2018), or plain.
/// σ = uᵀ W v, with W as a matrix of one row per output; u and v follow W's first singular vectors by power iteration
/// and are saved with the weights.
/// </summary>
public abstract class SpectralNormLayer : Module<Tensor, Tensor>
{
    // PyTorch's parametrization starts with as many, so that the first step's σ is meaningful.
    const int FirstIterations = 15;

    internal readonly Parameter weight;
    internal readonly Parameter? bias;
    internal readonly Tensor? u;
    internal readonly Tensor? v;
    readonly SpectralMode mode;
    Tensor? heldWeight;

    internal SpectralNormLayer(string name, Tensor weight, bool bias, SpectralMode mode) : base(name)
    {
        this.mode = mode;
        long outputs = weight.shape[0], inputs = weight.numel() / outputs;
        // PyTorch's default: uniform with bound 1/√fan-in for both.
        var bound = 1 / Math.Sqrt(inputs);
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
        var matrix = Layout.MatrixFromKernel(weight); // (out, k·k·in)
        for (var i = 0; i < times; i++)
        {
            var right = functional.normalize(matrix.t().mv(u!), dim: 0, eps: SpectralNorm.Epsilon);
            u!.copy_(functional.normalize(matrix.mv(right), dim: 0, eps: SpectralNorm.Epsilon));
            v!.copy_(Layout.KernelFromMatrix(right, RowShape).flatten());
        }
    }

    // Of one output's weight.
    long[] RowShape => [1, .. weight.shape[1..]];

    /// <summary>What convolutions and products compute with; weights, u, v and all that is saved stay float32.</summary>
    internal ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>The float32 weight, divided by σ. The caller's scope owns it when it is not the parameter itself.</summary>
    internal Tensor NormalWeight()
    {
        if (!IsNormalized)
            return weight;
        using var scope = NewDisposeScope();
        // A frozen network stays as it is to the last bit, u and v included.
        var iterate = IteratesEachForward && training && weight.requires_grad;
        if (iterate)
            Iterate(1);
        // Copies, where a later forward of the same graph changes u and v in place.
        var (left, right) = iterate ? (u!.clone(), v!.clone()) : (u!, v!);
        var sigma = left.dot(Layout.MatrixFromKernel(weight).mv(Layout.MatrixFromKernel(right.view(RowShape)).flatten()));
        return (weight / sigma).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The weight as the layer uses it, a kernel pixel by pixel like the maps, so that no convolution lays it out again; in the
    /// caller's scope unless it is held or the parameter itself.
    /// </summary>
    private protected Tensor WeightInUse() =>
        heldWeight ?? (weight.ndim == 4 ? Layout.PixelByPixel(NormalWeight().As(ComputeType)) : NormalWeight().As(ComputeType));

    private protected Tensor? BiasInUse() => bias?.As(ComputeType);

    /// <summary>Keeps the weight in use as it is now, until <see cref="Release"/>: for a network that is frozen meanwhile.</summary>
    internal virtual void Hold() => heldWeight = Detached(WeightInUse());

    /// <summary>The weight is worked out anew in each forward.</summary>
    internal virtual void Release()
    {
        heldWeight?.Dispose();
        heldWeight = null;
    }

    // Another handle of the same numbers, without graph and owner.
    private protected static Tensor Detached(Tensor tensor) => tensor.detach().DetachFromDisposeScope();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Release();
        base.Dispose(disposing);
    }
}

/// <summary>Convolution with zero padding that keeps the side, or one that also halves or doubles it.</summary>
public sealed class SpectralNormConv2d : SpectralNormLayer
{
    readonly long[] padding;
    readonly Constant? taps; // of the resampling
    Tensor? heldKernel;

    internal SpectralNormConv2d(long inputs, long outputs, int kernel, SpectralMode mode, bool bias = true,
        Resampling resampling = Resampling.None)
        : base(nameof(SpectralNormConv2d), zeros(outputs, inputs, kernel, kernel), bias, mode)
    {
        padding = [kernel / 2, kernel / 2];
        Resampling = resampling;
        if (resampling == Resampling.None)
            return;
        taps = ResampledConvolution.Taps(resampling);
    }

    /// <summary>What the layer does with the side.</summary>
    public Resampling Resampling { get; }

    // (B,in,H,W) -> (B,out,H,W), or half or twice the side
    /// <summary>x through the layer, with its weight divided by the largest singular value.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x.As(ComputeType);
        var y = Resampling switch
        {
            Resampling.Halve when ResampledConvolution.Pays(Resampling, x) => ResampledConvolution.Halve(x, ResampledKernel(), BiasInUse()),
            Resampling.Double when ResampledConvolution.Pays(Resampling, x) =>
            ResampledConvolution.Double(x, ResampledKernel(), BiasInUse()),
            Resampling.Halve => ResampledConvolution.HalveInSteps(x, WeightInUse(), BiasInUse()),
            Resampling.Double => ResampledConvolution.DoubleInSteps(x, WeightInUse(), BiasInUse()),
            _ when padding[0] == 0 => PointwiseConv2d.Apply(x, WeightInUse(), BiasInUse()),
            _ => functional.conv2d(x, WeightInUse(), BiasInUse(), padding: padding),
        };
        return y.MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var weight = NormalWeight();
        if (Resampling == Resampling.None)
            return graph.Conv(name, x, weight, bias, 1, padding[0], padding[0], padding[0], padding[0]);
        var kernel = ResampledConvolution.Kernel(Resampling, weight, taps!);
        return Resampling == Resampling.Halve
            ? ResampledConvolution.EmitHalve(graph, name, x, kernel, bias)
            : ResampledConvolution.EmitDouble(graph, name, x, kernel, bias);
    }

    Tensor ResampledKernel()
    {
        if (heldKernel is not null)
            return heldKernel;
        var weight = NormalWeight();
        return ResampledConvolution.Kernel(Resampling, weight, taps!).As(ComputeType);
    }

    internal override void Hold()
    {
        base.Hold();
        if (Resampling != Resampling.None)
            heldKernel = Detached(ResampledKernel());
    }

    internal override void Release()
    {
        base.Release();
        heldKernel?.Dispose();
        heldKernel = null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            taps?.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Linear layer.</summary>
public sealed class SpectralNormLinear : SpectralNormLayer
{
    internal SpectralNormLinear(long inputs, long outputs, SpectralMode mode, bool bias = true)
        : base(nameof(SpectralNormLinear), zeros(outputs, inputs), bias, mode)
    {
    }

    // (B,in) -> (B,out)
    /// <summary>x through the layer, with its weight divided by the largest singular value.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return functional.linear(x.As(ComputeType), WeightInUse(), BiasInUse()).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return graph.Linear(name, x, NormalWeight(), bias);
    }
}

/// <summary>
/// While this lives, every layer of a network uses its weight as it was at the start: divided by σ, in the form that its
/// convolution wants and in the type it computes with, worked out once. For a network that is frozen meanwhile.
/// </summary>
sealed class HeldWeights : IDisposable
{
    readonly SpectralNormLayer[] layers;

    public HeldWeights(Module network)
    {
        using var _ = torch.no_grad();
        layers = [.. network.modules().Prepend(network).OfType<SpectralNormLayer>().Distinct()];
        foreach (var layer in layers)
            layer.Hold();
    }

    public void Dispose()
    {
        foreach (var layer in layers)
            layer.Release();
    }
}

/// <summary>
/// bfloat16 by explicit casts: convolutions and linear layers take their input and their weight in it. Norms, softmax, sums
/// over places, losses and optimisers stay in float32.
/// </summary>
static class ComputeType
{
    /// <summary>Sets what the layers of a network compute with.</summary>
    public static void Set(Module network, Precision precision)
    {
        foreach (var layer in network.modules().Prepend(network).OfType<SpectralNormLayer>())
            layer.ComputeType = precision == Precision.Bf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
    }
}
