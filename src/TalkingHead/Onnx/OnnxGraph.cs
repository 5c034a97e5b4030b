using Google.Protobuf;
using Onnx;
using TalkingHead.Libtorch;
using TalkingHead.Serialization;
using static TorchSharp.torch;
using ElementType = Onnx.TensorProto.Types.DataType;

namespace TalkingHead.Onnx;

/// <summary>One size of an ONNX shape: a number, or a name for what is known only when the model runs.</summary>
readonly record struct OnnxSize(long Count, string? Name)
{
    public static implicit operator OnnxSize(long count) => new(count, null);

    public static implicit operator OnnxSize(string name) => new(-1, name);
}

/// <summary>
/// An ONNX model that is being written, of opset 17 and IR 8. Values go by name, as in the file; each method that adds a node
/// returns the name of its output. Every value is float32 or, where <see cref="Half"/> is set, float16 as an operator needs it.
/// </summary>
sealed class OnnxGraph(string name)
{
    /// <summary>Version of ONNX's operators.</summary>
    public const int Opset = 17;

    const int IrVersion = 8;

    readonly GraphProto graph = new() { Name = name };
    readonly Dictionary<string, ElementType> types = [];       // of every value
    readonly Dictionary<(string, ElementType), string> casts = [];
    int free;

    /// <summary>Whether convolutions and products compute in float16; what feeds them is cast, and so are their weights.</summary>
    public bool Half { get; init; }

    /// <summary>A name for a value that needs none of its own, another at each call.</summary>
    public string Free() => $"value.{free++}";

    /// <summary>A float32 input.</summary>
    public string Input(string input, params OnnxSize[] shape)
    {
        graph.Input.Add(Float(input, shape));
        types.Add(input, ElementType.Float);
        return input;
    }

    /// <summary>Gives a value out, as float32 and under a name of its own.</summary>
    public void Output(string value, string output, params OnnxSize[] shape)
    {
        Add("Identity", output, [Single(value)]);
        graph.Output.Add(Float(output, shape));
    }

    /// <summary>Numbers that are part of the model, in the tensor's own type (float32, float16 or int64); the name must be new.</summary>
    public string Constant(string constant, Tensor values)
    {
        var type = values.dtype switch
        {
            ScalarType.Float32 => ElementType.Float,
            ScalarType.Float16 => ElementType.Float16,
            ScalarType.Int64 => ElementType.Int64,
            var other => throw new ArgumentException($"{constant}: {other} is not written."),
        };
        using var bytes = new MemoryStream(checked((int)(values.numel() * values.ElementSize)));
        TensorBytes.Write(values, bytes);
        var tensor = new TensorProto { Name = constant, DataType = (int)type };
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer()); // of exactly that many bytes
        tensor.Dims.Add(values.shape);
        graph.Initializer.Add(tensor);
        types.Add(constant, type);
        return constant;
    }

    /// <summary>A weight of a convolution or product: float16 where those compute in it.</summary>
    public string Weight(string weight, Tensor values)
    {
        using var scope = NewDisposeScope();
        return Constant(weight, values.detach().to(Half ? ScalarType.Float16 : ScalarType.Float32));
    }

    /// <summary>Numbers that stay float32 in any model, such as a norm's.</summary>
    public string Numbers(string constant, Tensor values)
    {
        using var scope = NewDisposeScope();
        return Constant(constant, values.detach().to(ScalarType.Float32));
    }

    /// <summary>Numbers that several nodes use, made once under one name.</summary>
    public string Shared(string constant, Func<Tensor> values)
    {
        using var scope = NewDisposeScope();
        return types.ContainsKey(constant) ? constant : Constant(constant, values());
    }

    /// <summary>Parts of a value along dimension 1, one after the other, of these lengths.</summary>
    public string[] Split(string value, IReadOnlyList<long> lengths)
    {
        string[] parts = [.. lengths.Select((_, part) => $"{value}.{part}")];
        var first = Add("Split", parts[0], [value, Shared($"{value}.lengths", () => tensor([.. lengths]))], ("axis", 1L));
        var node = graph.Node[^1];
        foreach (var part in parts.Skip(1))
        {
            node.Output.Add(part);
            types.Add(part, types[first]);
        }
        return parts;
    }

    /// <summary>Whether a value is float16.</summary>
    public bool IsHalf(string value) => types[value] == ElementType.Float16;

    /// <summary>A value as float32.</summary>
    public string Single(string value) => Cast(value, ElementType.Float);

    /// <summary>A value in the type that convolutions and products compute in.</summary>
    public string Computed(string value) => Cast(value, Half ? ElementType.Float16 : ElementType.Float);

    /// <summary>Adds a node of one output, which has the type of the first input, and returns the output's name.</summary>
    /// <param name="operation">ONNX's operator.</param>
    /// <param name="output">A new name.</param>
    /// <param name="inputs">Names of values; all float inputs of one type.</param>
    /// <param name="attributes">A long, a double, a string, or an array of long each.</param>
    public string Add(string operation, string output, string[] inputs, params (string Name, object Value)[] attributes)
    {
        types.Add(output, types[inputs[0]]);
        var node = new NodeProto { OpType = operation, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        graph.Node.Add(node);
        return output;
    }

    /// <summary>Writes the model's bytes, the same for the same model; its metadata gets a checksum of all else.</summary>
    public void Write(Stream stream, IReadOnlyDictionary<string, string> metadata)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "talkinghead", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        model.MetadataProps.Add(metadata.OrderBy(note => note.Key, StringComparer.Ordinal)
            .Select(note => new StringStringEntryProto { Key = note.Key, Value = note.Value }));
        model.MetadataProps.Add(new StringStringEntryProto { Key = OnnxFile.ChecksumKey, Value = OnnxFile.Digest(model) });
        model.WriteTo(stream);
    }

    string Cast(string value, ElementType type)
    {
        if (types[value] == type)
            return value;
        if (casts.TryGetValue((value, type), out var made))
            return made;
        var cast = Add("Cast", $"{value}.{(type == ElementType.Float ? "float" : "half")}", [value], ("to", (long)type));
        types[cast] = type;
        return casts[(value, type)] = cast;
    }

    static ValueInfoProto Float(string value, OnnxSize[] shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.Add(shape.Select(size => size.Name is null
            ? new TensorShapeProto.Types.Dimension { DimValue = size.Count }
            : new TensorShapeProto.Types.Dimension { DimParam = size.Name }));
        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = tensor } };
    }

    static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number);
                break;
            case double number:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, (float)number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add(numbers);
                break;
            default:
                throw new ArgumentException($"{name}: {value.GetType()} is no attribute.");
        }
        return attribute;
    }
}
