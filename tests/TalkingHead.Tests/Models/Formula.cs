using System.Text;
using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Models;

/// <summary>The numbers of tests/oracles/twin/formula.py, bit for bit.</summary>
static class Formula
{
    /// <summary>Float32 in [-1, 1): FNV-1a of the name, then the lowbias32 hash.</summary>
    public static Tensor Values(string name, params long[] shape)
    {
        var start = 2166136261;
        foreach (var b in Encoding.UTF8.GetBytes(name))
            start = (start ^ b) * 16777619;
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            var h = start + (uint)i;
            h = (h ^ (h >> 16)) * 0x7FEB352D;
            h = (h ^ (h >> 15)) * 0x846CA68B;
            h ^= h >> 16;
            values[i] = (h >> 8) / (float)(1 << 23) - 1;
        }
        return tensor(values, shape);
    }

    /// <summary>A parameter or buffer by its key.</summary>
    public static Tensor Weight(string name, long[] shape)
    {
        var raw = Values(name, shape);
        var leaf = name[(name.LastIndexOf('.') + 1)..];
        if (leaf == "gamma")
            return Scalars.Full(shape, 0.5);
        if (leaf is "u" or "v")
            return raw;
        if (name == "projection.bias")
            return raw.Mul(0.25).Add(0.75);
        if (leaf is "bias" or "b")
            return raw.Mul(0.1);
        if (shape.Length == 1)
            return raw.Mul(0.1).Add(1);
        var fanIn = shape[1..].Aggregate(1L, (product, size) => product * size);
        return raw.Mul((float)Math.Sqrt(2.0 / fanIn));
    }

    /// <summary>Fills every parameter and buffer of a network.</summary>
    public static void Fill(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, value) in network.state_dict())
            value.copy_(Weight(name, value.shape));
    }
}
