using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TalkingHead;
using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace FaceNetworks;

/// <summary>A node of a TensorFlow.js graph; inputs go by the names of other nodes.</summary>
sealed record TensorflowNode(string Name, string Operation, IReadOnlyList<string> Inputs, JsonElement Attributes)
{
    /// <summary>A string attribute.</summary>
    public string Text(string name) => Decode(Attributes.GetProperty(name).GetProperty("s"));

    /// <summary>A list of whole numbers.</summary>
    public long[] Numbers(string name) => [.. List(name, "i").Select(value => long.Parse(value.ToString()))];

    /// <summary>A list of strings.</summary>
    public string[] Texts(string name) => [.. List(name, "s").Select(Decode)];

    IEnumerable<JsonElement> List(string name, string kind) =>
        Attributes.GetProperty(name).GetProperty("list").TryGetProperty(kind, out var list) ? list.EnumerateArray() : [];

    static string Decode(JsonElement value) => Encoding.ASCII.GetString(value.GetBytesFromBase64());
}

/// <summary>
/// A TensorFlow.js graph model: a .json file with the nodes, and .bin files beside it with the weights. Tensors are laid out as
/// TensorFlow does, channels last.
/// </summary>
sealed class TensorflowGraph
{
    readonly Dictionary<string, TensorflowNode> nodes = [];
    readonly Dictionary<string, Tensor> weights = [];

    public TensorflowNode Node(string name) => nodes[name];

    /// <summary>What a constant holds: float32, float16 as it is stored, or int64 for whole numbers.</summary>
    public Tensor Weight(string name) => weights[name];

    public TensorflowNode Input => nodes.Values.Single(node => node.Operation == "Placeholder");

    /// <exception cref="UserException">The files are damaged or of a kind that is not read.</exception>
    public static TensorflowGraph Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var graph = new TensorflowGraph();
            foreach (var group in document.RootElement.GetProperty("weightsManifest").EnumerateArray())
                graph.ReadWeights(group, Path.GetDirectoryName(path)!);
            foreach (var node in document.RootElement.GetProperty("modelTopology").GetProperty("node").EnumerateArray())
            {
                var name = node.GetProperty("name").GetString()!;
                string[] inputs = node.TryGetProperty("input", out var list)
                    ? [.. list.EnumerateArray().Select(input => input.GetString()!.Split(':')[0])] : [];
                graph.nodes.Add(name, new(name, node.GetProperty("op").GetString()!, inputs,
                    node.TryGetProperty("attr", out var attributes) ? attributes.Clone() : default));
            }
            return graph;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException
            or FormatException)
        {
            throw new UserException($"{path}: not a TensorFlow.js graph model: {e.Message}", e);
        }
    }

    void ReadWeights(JsonElement group, string folder)
    {
        byte[] bytes = [.. group.GetProperty("paths").EnumerateArray()
            .SelectMany(path => File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(path.GetString()!))))];
        var rest = bytes.AsSpan();
        foreach (var weight in group.GetProperty("weights").EnumerateArray())
        {
            long[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            var count = checked((int)shape.Aggregate(1L, (product, size) => checked(product * size)));
            var type = (weight.TryGetProperty("quantization", out var stored) ? stored : weight).GetProperty("dtype").GetString()!;
            var values = type switch
            {
                "float32" => tensor(MemoryMarshal.Cast<byte, float>(Take(ref rest, 4 * count)).ToArray(), shape),
                "float16" => tensor(MemoryMarshal.Cast<byte, Half>(Take(ref rest, 2 * count)).ToArray(), shape),
                "int32" => tensor(MemoryMarshal.Cast<byte, int>(Take(ref rest, 4 * count)).ToArray(), shape).to(ScalarType.Int64),
                _ => throw new FormatException($"weights of type {type} are not read."),
            };
            weights.Add(weight.GetProperty("name").GetString()!, values);
        }
    }

    static Span<byte> Take(ref Span<byte> bytes, int count)
    {
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
