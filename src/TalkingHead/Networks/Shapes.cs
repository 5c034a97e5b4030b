using static TorchSharp.torch;

namespace TalkingHead.Networks;

/// <summary>Assertions of tensor shapes at module boundaries.</summary>
static class Shapes
{
    /// <summary>Any length.</summary>
    public const long Any = -1;

    /// <summary>Throws when <paramref name="tensor"/> has another shape; <paramref name="what"/> names it.</summary>
    public static void Expect(Tensor tensor, string what, params ReadOnlySpan<long> expected)
    {
        long[] got = tensor.shape;
        bool same = got.Length == expected.Length;
        for (int d = 0; same && d < got.Length; d++)
            same = expected[d] == Any || expected[d] == got[d];
        if (!same)
            throw new ArgumentException($"{what}: got ({Text(got)}), expected ({Text(expected)}).");
    }

    static string Text(ReadOnlySpan<long> shape)
    {
        var parts = new string[shape.Length];
        for (int d = 0; d < shape.Length; d++)
            parts[d] = shape[d] == Any ? "any" : $"{shape[d]}";
        return string.Join(",", parts);
    }
}
