using TalkingHead.Libtorch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Tests.Pretrained;

/// <summary>The numbers of tests/oracles/twin/formula.py and make_perception_fixtures.py, made again from each tensor's name.</summary>
static class FormulaWeights
{
    /// <summary>Pseudo-random numbers in [−1, 1): FNV-1a of the name, then the lowbias32 hash of each index.</summary>
    internal static Tensor Values(string name, params long[] shape)
    {
        var start = 2166136261u;
        foreach (var letter in name)
            start = unchecked((start ^ letter) * 16777619);
        var numbers = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (uint i = 0; i < numbers.Length; i++)
        {
            var h = unchecked(start + i);
            h = unchecked((h ^ (h >> 16)) * 0x7FEB352D);
            h = unchecked((h ^ (h >> 15)) * 0x846CA68B);
            h ^= h >> 16;
            numbers[i] = (h >> 8) / (float)(1 << 23) - 1;
        }
        return tensor(numbers).reshape(shape);
    }

    /// <summary>Fills a module's entries by the names they have in the published file.</summary>
    internal static T Fill<T>(T module, Func<string, string>? nameInFile = null) where T : Module
    {
        using var guard = no_grad();
        foreach (var (name, target) in module.state_dict())
        {
            using var scope = NewDisposeScope();
            if (!name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                target.copy_(Weight(nameInFile?.Invoke(name) ?? name, target.shape));
        }
        return module;
    }

    static Tensor Weight(string name, long[] shape)
    {
        var raw = Values(name, shape);
        var parts = name.Split('.');
        return parts[^1] switch
        {
            "bias" or "running_mean" => raw.Mul(0.1f),
            "running_var" => raw.Mul(0.25f).Add(1),
            _ when shape.Length > 1 => raw.Mul((float)Math.Sqrt(6.0 / shape.Skip(1).Aggregate(1L, (product, size) => product * size))),
            _ when IsSlope(parts) => raw.Mul(0.05f).Add(0.25f),
            _ => raw.Mul(0.1f).Add(1),
        };
    }

    static bool IsSlope(string[] parts) => parts.Contains("prelu")
        || parts is ["input_layer", "2", ..]
        || parts.Length >= 3 && parts[^3] == "res_layer" && parts[^2] == "2";
}
