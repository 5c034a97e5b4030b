using TalkingHead;
using TalkingHead.Onnx;
using static TorchSharp.torch;

namespace FaceNetworks;

/// <summary>
/// Writes a TensorFlow graph of convolutions as an ONNX graph. Channels come second there: weights and what names an axis are
/// turned, and outputs are given in TensorFlow's order. Weights stay in the precision that they are stored in.
/// </summary>
sealed class OnnxConverter
{
    readonly TensorflowGraph source;
    readonly OnnxGraph graph;
    readonly Dictionary<string, string> values = []; // of each node that is written: its value in the ONNX graph
    int written;

    OnnxConverter(TensorflowGraph source, string name) => (this.source, graph) = (source, new OnnxGraph(name));

    /// <exception cref="UserException">The graph has a node that is not known here.</exception>
    public static OnnxGraph Convert(TensorflowGraph source, string name, IEnumerable<(string Node, string Output)> outputs)
    {
        using var scope = NewDisposeScope();
        var converter = new OnnxConverter(source, name);
        foreach (var (node, output) in outputs)
        {
            var value = converter.Value(node);
            converter.graph.Output(value, output, converter.OutputShape(node));
        }
        return converter.graph;
    }

    string Value(string name)
    {
        if (!values.TryGetValue(name, out var value))
            values.Add(name, value = Write(source.Node(name)));
        return value;
    }

    string Write(TensorflowNode node)
    {
        string[] inputs = [.. node.Inputs.Where(input => source.Node(input).Operation != "Const").Select(Value)];
        var output = $"{written++}.{node.Operation}";
        switch (node.Operation)
        {
            case "Placeholder":
                var shape = node.Attributes.GetProperty("shape").GetProperty("shape").GetProperty("dim").EnumerateArray()
                    .Select(size => long.Parse(size.GetProperty("size").GetString()!)).ToArray(); // (n,h,w,c)
                return graph.Input("picture", shape[0] < 0 ? "n" : shape[0], shape[3], shape[1], shape[2]);
            case "Identity":
                return inputs[0];
            case "_FusedConv2D":
                return Fused(node, graph.Add("Conv", output, [inputs[0], Kernel(node, [3, 2, 0, 1])], ConvolutionAttributes(node, 1)));
            case "DepthwiseConv2dNative": // (h,w,c,1) -> (c,1,h,w)
                return graph.Add("Conv", output, [inputs[0], Kernel(node, [2, 3, 0, 1])],
                    ConvolutionAttributes(node, source.Weight(node.Inputs[1]).shape[2]));
            case "AddV2":
                return graph.Add("Add", output, inputs);
            case "Relu":
                return graph.Add("Relu", output, [inputs[0]]);
            case "Sigmoid":
                return graph.Add("Sigmoid", output, [inputs[0]]);
            case "Prelu":
                return graph.Add("PRelu", output, [inputs[0], Slope(node.Inputs[1])]);
            case "MaxPool":
                return graph.Add("MaxPool", output, [inputs[0]], ("kernel_shape", node.Numbers("ksize")[1..3]),
                    ("strides", node.Numbers("strides")[1..3]), ("auto_pad", Padding(node)));
            case "Pad": // [[before n, after n], ...] in the order n, h, w, c
                var pads = source.Weight(node.Inputs[1]).data<long>().ToArray();
                int[] order = [0, 3, 1, 2];
                return graph.Add("Pad", output, [inputs[0], graph.Constant($"{output}.pads",
                    tensor((long[])[.. order.Select(i => pads[2 * i]), .. order.Select(i => pads[2 * i + 1])]))]);
            case "ConcatV2":
                var axis = source.Weight(node.Inputs[^1]).data<long>()[0];
                if (axis is not (3 or -1))
                    throw new UserException($"{node.Name}: joins axis {axis}; only channels are expected.");
                return graph.Add("Concat", output, inputs, ("axis", 1L));
            case "Reshape":
                var turned = graph.Add("Transpose", $"{output}.turned", [inputs[0]], ("perm", new long[] { 0, 2, 3, 1 }));
                return graph.Add("Reshape", output, [turned, graph.Constant($"{output}.shape", source.Weight(node.Inputs[1]))]);
            default:
                throw new UserException($"{node.Name}: {node.Operation} is not converted.");
        }
    }

    // Bias and activation that TensorFlow keeps within the convolution's node.
    string Fused(TensorflowNode node, string value)
    {
        var next = 2;
        foreach (var operation in node.Texts("fused_ops"))
        {
            var output = $"{value}.{operation}";
            value = operation switch
            {
                "BiasAdd" => graph.Add("Add", output, [value, Slope(node.Inputs[next++])]),
                "Prelu" => graph.Add("PRelu", output, [value, Slope(node.Inputs[next++])]),
                "Relu" => graph.Add("Relu", output, [value]),
                _ => throw new UserException($"{node.Name}: the fused {operation} is not converted."),
            };
        }
        return value;
    }

    (string, object)[] ConvolutionAttributes(TensorflowNode node, long groups)
    {
        if (node.Numbers("dilations").Any(dilation => dilation != 1))
            throw new UserException($"{node.Name}: dilated convolutions are not converted.");
        return [("strides", node.Numbers("strides")[1..3]), ("auto_pad", Padding(node)), ("group", groups)];
    }

    static string Padding(TensorflowNode node) => node.Text("padding") switch
    {
        "SAME" => "SAME_UPPER",
        "VALID" => "VALID",
        var other => throw new UserException($"{node.Name}: the padding {other} is not converted."),
    };

    string Kernel(TensorflowNode node, long[] order) => Constant($"{node.Name}.kernel", source.Weight(node.Inputs[1]).permute(order));

    // One number a channel: (c) or (1,1,c) -> (c,1,1).
    string Slope(string name) => Constant(name, source.Weight(name).view(-1, 1, 1));

    string Constant(string name, Tensor weight)
    {
        if (!values.TryGetValue(name, out var value))
            values.Add(name, value = graph.Single(graph.Constant($"weight{values.Count}", weight.contiguous())));
        return value;
    }

    OnnxSize[] OutputShape(string name)
    {
        var node = source.Node(name);
        while (node.Operation == "Identity")
            node = source.Node(node.Inputs[0]);
        if (node.Operation != "Reshape")
            return ["n", "c", "h", "w"];
        return [.. source.Weight(node.Inputs[1]).data<long>().ToArray().Select(size => size < 0 ? (OnnxSize)"n" : size)];
    }
}
