using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>
/// Self-attention of SAGAN (Zhang et al. 2019): every place looks at every other. Query and key have C/8 channels;
/// x + γ·attention, where γ starts at 0.
/// </summary>
public sealed class SelfAttention : Module<Tensor, Tensor>
{
    readonly NormalizedConv2d query;
    readonly NormalizedConv2d key;
    readonly NormalizedConv2d value;
    readonly Parameter gamma;

    internal SelfAttention(long channels, SpectralMode mode) : base(nameof(SelfAttention))
    {
        query = new NormalizedConv2d(channels, channels / 8, 1, mode);
        key = new NormalizedConv2d(channels, channels / 8, 1, mode);
        value = new NormalizedConv2d(channels, channels, 1, mode);
        gamma = new Parameter(zeros(1));
        RegisterComponents();
    }

    // (B,C,H,W) -> (B,C,H,W); P = H·W places
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var q = query.call(x).flatten(2);                      // (B,C/8,P)
        var k = key.call(x).flatten(2);                        // (B,C/8,P)
        var v = value.call(x).flatten(2);                      // (B,C,P)
        var weights = functional.softmax(q.transpose(1, 2).bmm(k), 2); // (B,P,P): row = looking place
        var seen = v.bmm(weights.transpose(1, 2)).view_as(x);  // (B,C,H,W)
        return (x + gamma * seen).MoveToOuterDisposeScope();
    }
}
