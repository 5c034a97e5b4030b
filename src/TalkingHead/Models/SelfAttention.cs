using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// Self-attention of SAGAN (Zhang et al. 2019): every place looks at every other. Query and key have C/8 channels;
/// x + γ·attention, where γ starts at 0.
/// </summary>
public sealed class SelfAttention : Module<Tensor, Tensor>
{
    readonly SpectralNormConv2d query;
    readonly SpectralNormConv2d key;
    readonly SpectralNormConv2d value;
    readonly Parameter gamma;

    internal SelfAttention(long channels, SpectralMode mode) : base(nameof(SelfAttention))
    {
        query = new SpectralNormConv2d(channels, channels / 8, 1, mode);
        key = new SpectralNormConv2d(channels, channels / 8, 1, mode);
        value = new SpectralNormConv2d(channels, channels, 1, mode);
        gamma = new Parameter(zeros(1));
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W); P = H·W places
    /// <summary>x (B,C,H,W) to the same shape.</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = Layout.PixelByPixel(x);
        var q = Layout.Places(query.call(x));                       // (B,P,C/8)
        var k = Layout.Places(key.call(x));                         // (B,P,C/8)
        var v = Layout.Places(value.call(x));                       // (B,P,C)
        var seen = Layout.Picture(Attend(q, k, v), x.shape[2], x.shape[3]); // (B,C,H,W)
        return x.Add(gamma * seen).MoveToOuterDisposeScope();
    }

    // side: of x
    internal string Emit(OnnxGraph graph, string name, string x, long side)
    {
        string Places(SpectralNormConv2d layer, string part) =>
            graph.Reshape($"{name}.{part}.places", layer.Emit(graph, $"{name}.{part}", x), 0, layer.weight.shape[0], -1); // (B,C,P)
        var seen = graph.Attend($"{name}.seen", Places(query, nameof(query)), Places(key, nameof(key)), Places(value, nameof(value)));
        seen = graph.Reshape($"{name}.picture", seen, 0, value.weight.shape[0], side, side);
        return graph.Sum(name, x, graph.Product($"{name}.weighted", seen, graph.Weight($"{name}.{nameof(gamma)}", gamma)));
    }

    // On a GPU torch's own operator, which never stores the P×P weights. On a CPU it would take these very steps, for v is
    // wider than q and k.
    static Tensor Attend(Tensor q, Tensor k, Tensor v) => q.is_cuda ? AttendInOne(q, k, v) : AttendInSteps(q, k, v);

    // q and k (B,P,D), v (B,P,C) -> (B,P,C), without the division by √D that the operator has and SAGAN has not.
    internal static Tensor AttendInOne(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        var scaled = q.Mul(Math.Sqrt(q.shape[2]));
        return functional.scaled_dot_product_attention(scaled.unsqueeze(1), k.unsqueeze(1),
            v.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    // The same in steps, one sample after the other where no gradients are asked for.
    internal static Tensor AttendInSteps(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        if (!is_grad_enabled())
            return stack([.. q.unbind().Zip(k.unbind(), v.unbind())
                .Select(sample => AttendInProducts(sample.First, sample.Second, sample.Third))])
                .MoveToOuterDisposeScope();
        var weights = functional.softmax(q.bmm(k.transpose(1, 2)).As(ScalarType.Float32), 2); // (B,P,P): row = looking place
        return weights.to(v.dtype).bmm(v).MoveToOuterDisposeScope();
    }

    // q and k (P,D), v (P,C) -> (P,C)
    static Tensor AttendInProducts(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        var weights = functional.softmax(MatrixProduct.WithTransposed(q, k).As(ScalarType.Float32), 1);
        return MatrixProduct.WithTransposed(weights.to(v.dtype), v.t()).MoveToOuterDisposeScope();
    }
}
