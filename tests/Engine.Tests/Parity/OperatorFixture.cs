using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Engine.Tests.Parity;

/// <summary>What PyTorch answered: the file of tests/oracles/make_operator_fixtures.py.</summary>
static class OperatorFixture
{
    sealed record Entry(string dtype, long[] shape, int[] data_offsets);

    static readonly byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Operators", "operators.safetensors"));
    static readonly int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
    static readonly Dictionary<string, Entry> entries = JsonSerializer.Deserialize<Dictionary<string, Entry>>(file.AsSpan(8, headerLength))!;

    internal static IReadOnlySet<string> Cases { get; } = entries.Keys.Select(key => key[..key.IndexOf('/')]).ToHashSet();

    internal static bool Has(string key) => entries.ContainsKey(key);

    /// <summary>NAME/kind0, NAME/kind1, ... as far as they go.</summary>
    internal static Tensor[] Numbered(string name, string kind) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(k => $"{name}/{kind}{k}").TakeWhile(Has).Select(Read)];

    /// <summary>KEY -> tensor of every NAME/kind.KEY.</summary>
    internal static Dictionary<string, Tensor> Named(string name, string kind) => entries.Keys
        .Where(key => key.StartsWith($"{name}/{kind}.", StringComparison.Ordinal))
        .ToDictionary(key => key[(name.Length + kind.Length + 2)..], Read);

    internal static Tensor Read(string key)
    {
        var entry = entries[key];
        var made = empty(entry.shape, entry.dtype switch
        {
            "F32" => ScalarType.Float32,
            "F64" => ScalarType.Float64,
            "F16" => ScalarType.Float16,
            "I64" => ScalarType.Int64,
            "I32" => ScalarType.Int32,
            "U8" => ScalarType.Byte,
            "BOOL" => ScalarType.Bool,
            var other => throw new InvalidDataException($"{key}: element type {other}"),
        });
        made.bytes = file.AsSpan(8 + headerLength + entry.data_offsets[0], entry.data_offsets[1] - entry.data_offsets[0]);
        return made;
    }
}
