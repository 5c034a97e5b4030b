using System.Numerics;
using System.Security.Cryptography;
using Google.Protobuf;
using Onnx;
using TalkingHead.Serialization;
using ElementType = Onnx.TensorProto.Types.DataType;

namespace TalkingHead.Onnx;

/// <summary>An input or output of a model, of float32.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Shape">-1 where a size is known only when the model runs.</param>
sealed record OnnxValue(string Name, IReadOnlyList<long> Shape)
{
    /// <summary>Such as <c>landmarks (any,3,256,256)</c>.</summary>
    public override string ToString() => $"{Name} ({string.Join(",", Shape.Select(size => size < 0 ? "any" : $"{size}"))})";
}

/// <summary>
/// An ONNX file that was read and found harmless, so that ONNX Runtime may open it: of a bounded size, complete in itself (no
/// other file, no loop, no operator from outside the standard), every weight as large as its shape says.
/// </summary>
sealed class OnnxFile
{
    const long MostBytes = 1 << 30;
    const long MostStructureBytes = 16 << 20; // all but the weights; as objects it takes some ten times as much
    const long MostElements = 1 << 28;
    const int MostDimensions = 8;

    // What networks of convolutions are written with: no loops, and nothing that makes a tensor from a shape alone. Those that
    // still ask for more memory than there is (a Pad, a Resize) fail in the runtime with an exception.
    static readonly HashSet<string> operators =
    [
        "Abs", "Add", "Asin", "Atan", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "Conv",
        "ConvTranspose", "Cos", "DepthToSpace", "Div", "Dropout", "Exp", "Flatten", "Gather", "Gemm", "GlobalAveragePool",
        "GlobalMaxPool", "GridSample", "HardSigmoid", "Identity", "InstanceNormalization", "LeakyRelu", "MatMul", "Max", "MaxPool",
        "Min", "Mul", "Neg", "PRelu", "Pad", "Pow", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize",
        "Shape", "Sigmoid", "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze", "Upsample",
    ];

    OnnxFile(string path, byte[] bytes, ModelProto model)
    {
        (Path, Bytes) = (path, bytes);
        Opset = model.OpsetImport.Where(set => IsStandard(set.Domain)).Select(set => set.Version).DefaultIfEmpty(1).Max();
        Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim();
        foreach (var note in model.MetadataProps)
            metadata[note.Key] = note.Value;
        var weights = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        Inputs = [.. model.Graph.Input.Where(input => !weights.Contains(input.Name)).Select(Value)]; // old files list weights as inputs too
        Outputs = [.. model.Graph.Output.Select(Value)];
        Parameters = model.Graph.Initializer.Sum(Elements);
        Nodes = model.Graph.Node.Count;
        if (metadata.TryGetValue(ChecksumKey, out var checksum))
            ChecksumFits = checksum == Digest(model);
    }

    readonly Dictionary<string, string> metadata = [];

    /// <summary>Where the metadata keep a model's checksum.</summary>
    public const string ChecksumKey = "sha256";

    /// <summary>Whether the model is what its checksum says; null where it has none.</summary>
    public bool? ChecksumFits { get; }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>All of it, as it was when it was looked at.</summary>
    public byte[] Bytes { get; }

    /// <summary>Version of ONNX's operators.</summary>
    public long Opset { get; }

    /// <summary>What wrote it.</summary>
    public string Producer { get; }

    /// <summary>Operators in the graph.</summary>
    public int Nodes { get; }

    /// <summary>Numbers in the graph's weights.</summary>
    public long Parameters { get; }

    /// <summary>What its writer noted.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>What it takes.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>What it gives.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>Whether a file's name says that it is an ONNX file.</summary>
    public static bool Looks(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads and checks a file; nothing of it is run.</summary>
    /// <exception cref="UserException">It is missing, damaged, too large, or asks for something that is not allowed.</exception>
    public static OnnxFile Read(string path) => Parse(path, ReadBytes(path));

    /// <summary>Checks what was read from a file, or what has not become one; <paramref name="path"/> names it in errors.</summary>
    /// <exception cref="UserException">It is damaged, or asks for something that is not allowed.</exception>
    public static OnnxFile Parse(string path, byte[] bytes)
    {
        ModelProto model;
        try
        {
            var structure = bytes.Length - WeightBytes(bytes, 0);
            if (structure > MostStructureBytes)
                throw new UserException(
                    $"{path}: its graph takes {structure} bytes beside the weights; the most allowed is {MostStructureBytes}.");
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new UserException($"{path}: not a whole ONNX file: {e.Message.TrimEnd('.')}. Copy or export it again.", e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0 || model.Graph.Output.Count == 0)
            throw new UserException($"{path}: not an ONNX model: it holds no graph with nodes and outputs.");
        if (Complaint(model) is { } complaint)
            throw new UserException($"{path}: {complaint}");
        return new OnnxFile(path, bytes, model);
    }

    /// <summary>SHA-256 of a model without its own checksum, in hexadecimal.</summary>
    public static string Digest(ModelProto model)
    {
        var notes = model.MetadataProps.ToArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            model.MetadataProps.Clear();
            model.MetadataProps.Add(notes.Where(note => note.Key != ChecksumKey));
            using var stream = new HashStream(hash);
            model.WriteTo(stream);
        }
        finally
        {
            model.MetadataProps.Clear();
            model.MetadataProps.Add(notes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static byte[] ReadBytes(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MostBytes)
                throw new UserException($"{path}: {file.Length} bytes; an ONNX file of at most {MostBytes} is read.");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    // Bytes of the graph's weights, which parsing keeps as they are: ModelProto.graph (7), initializer (5), float_data (4) and
    // raw_data (9). All else becomes objects, larger than the file says.
    static long WeightBytes(ReadOnlySpan<byte> message, int depth)
    {
        long sum = 0;
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            switch (tag & 7)
            {
                case 0:
                    Varint(ref message);
                    break;
                case 1:
                    Take(ref message, 8);
                    break;
                case 2:
                    var content = Take(ref message, Varint(ref message));
                    sum += (depth, tag >> 3) switch
                    {
                        (0, 7) or (1, 5) => WeightBytes(content, depth + 1),
                        (2, 4) or (2, 9) => content.Length,
                        _ => 0,
                    };
                    break;
                case 5:
                    Take(ref message, 4);
                    break;
                default:
                    throw new InvalidDataException("it has a field of an unknown kind");
            }
        }
        return sum;
    }

    static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var i = 0; i < 10 && i < message.Length; i++)
        {
            value |= (ulong)(message[i] & 127) << (7 * i);
            if (message[i] < 128)
            {
                message = message[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("it ends within a number");
    }

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, ulong length)
    {
        if (length > (ulong)message.Length)
            throw new InvalidDataException($"a field of {length} bytes has {message.Length} left");
        var content = message[..(int)length];
        message = message[(int)length..];
        return content;
    }

    static bool Reflects(AttributeProto attribute) =>
        attribute.Name == "padding_mode" && attribute.S.ToStringUtf8() is not ("zeros" or "border");

    // What is wrong, or null. The one sentence says what was found and what is expected.
    static string? Complaint(ModelProto model)
    {
        var graph = model.Graph;
        if (model.Functions.Count > 0 || graph.SparseInitializer.Count > 0 || model.TrainingInfo.Count > 0)
            return "has functions, sparse weights or training steps; only plain graphs are read.";
        foreach (var node in graph.Node)
        {
            if (!IsStandard(node.Domain) || !operators.Contains(node.OpType))
            {
                var domain = IsStandard(node.Domain) ? "" : $"{node.Domain}.";
                return $"node \"{node.Name}\" is the operator {domain}{node.OpType}, which is not among those that are allowed.";
            }
            if (node.OpType == "GridSample" && node.Attribute.Any(Reflects)) // ONNX Runtime read outside its memory there
                return $"node \"{node.Name}\" is a GridSample with another padding_mode than zeros and border, which are allowed.";
            foreach (var attribute in node.Attribute)
            {
                if (attribute.G is not null || attribute.SparseTensor is not null
                    || attribute.Graphs.Count + attribute.SparseTensors.Count > 0)
                    return $"node \"{node.Name}\" holds a graph or a sparse tensor; only plain nodes are read.";
                foreach (var tensor in attribute.Tensors.Append(attribute.T).Where(tensor => tensor is not null))
                    if (Complaint(tensor) is { } found)
                        return found;
            }
        }
        foreach (var tensor in graph.Initializer)
            if (Complaint(tensor) is { } found)
                return found;
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return graph.Input.Where(input => !weights.Contains(input.Name)).Select(input => Complaint("input", input))
            .Concat(graph.Output.Select(output => Complaint("output", output))).FirstOrDefault(found => found is not null);
    }

    static string? Complaint(TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
            return $"weight \"{tensor.Name}\" is kept in another file; a model must be one file: export it without external data.";
        var size = (ElementType)tensor.DataType switch
        {
            ElementType.Float or ElementType.Int32 => 4,
            ElementType.Float16 => 2,
            ElementType.Int64 or ElementType.Double => 8,
            ElementType.Bool or ElementType.Int8 or ElementType.Uint8 => 1,
            _ => 0,
        };
        if (size == 0)
            return $"weight \"{tensor.Name}\" is of type {(ElementType)tensor.DataType}; float32, float16 or whole numbers are expected.";
        if (tensor.Dims.Count > MostDimensions || tensor.Dims.Any(dimension => dimension < 0) || Count(tensor.Dims) > MostElements)
            return TooLarge($"weight \"{tensor.Name}\"", tensor.Dims);
        long held = tensor.RawData.Length > 0 ? tensor.RawData.Length / size
            : tensor.FloatData.Count + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.DoubleData.Count;
        return held == Elements(tensor) && (tensor.RawData.Length == 0 || tensor.RawData.Length % size == 0) ? null
            : $"weight \"{tensor.Name}\" of shape ({string.Join(",", tensor.Dims)}) holds {held} numbers: the file is damaged.";
    }

    static string? Complaint(string kind, ValueInfoProto value)
    {
        if (value.Type?.TensorType is not { Shape: { } shape } tensor || tensor.ElemType != (int)ElementType.Float)
            return $"{kind} \"{value.Name}\" is no float32 tensor with a shape, as is expected.";
        long[] sizes = [.. shape.Dim.Select(Size)];
        return sizes.Length <= MostDimensions && sizes.All(size => size != 0) && Count(sizes.Where(size => size > 0)) <= MostElements ? null
            : TooLarge($"{kind} \"{value.Name}\"", sizes);
    }

    static string TooLarge(string what, IEnumerable<long> sizes) =>
        $"{what} has the shape ({string.Join(",", sizes.Take(MostDimensions + 1))}); at most {MostDimensions} dimensions and "
            + $"{MostElements} numbers are allowed.";

    static OnnxValue Value(ValueInfoProto value) => new(value.Name, [.. value.Type.TensorType.Shape.Dim.Select(Size)]);

    static long Size(TensorShapeProto.Types.Dimension size) =>
        size.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? -1 : Math.Max(0, size.DimValue);

    static long Elements(TensorProto tensor) => (long)Count(tensor.Dims);

    static BigInteger Count(IEnumerable<long> sizes) => sizes.Aggregate(BigInteger.One, (product, size) => product * size);

    static bool IsStandard(string domain) => domain is "" or "ai.onnx";
}
