using Google.Protobuf;
using Onnx;
using TalkingHead.Animation;
using TalkingHead.Onnx;
using TalkingHead.Tests.Animation;
using TalkingHead.Tests.Serialization;
using ElementType = Onnx.TensorProto.Types.DataType;

namespace TalkingHead.Tests.Onnx;

/// <summary>Files from others: each fault is one sentence, said before ONNX Runtime sees the file.</summary>
public sealed class OnnxFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AHarmlessModelIsReadAndRun()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var model = OnnxModel.Open(Write(Good()));
        Assert.Equal("x (any,2)", model.File.Inputs.Single().ToString());
        Assert.Equal((1, 2L, null), (model.File.Nodes, model.File.Parameters, model.File.ChecksumFits));
        float[] sums = [.. model.Run(("x", TorchSharp.torch.tensor(new float[,] { { 1, 2 }, { 3, 4 } })))["y"].data<float>()];
        Assert.Equal([11, 22, 13, 24], sums);
        var wide = Assert.Throws<ArgumentException>(() => model.Run(("x", TorchSharp.torch.ones(2, 3))));
        Assert.Contains("got (2,3), expected (any,2)", wide.Message);
        var unknown = Assert.Throws<ArgumentException>(() => model.Run(("z", TorchSharp.torch.ones(2, 2))));
        Assert.Contains("input x (any,2) is missing", unknown.Message);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "external", "weight \"w\" is kept in another file; a model must be one file" },
        { "external-attribute", "weight \"inside\" is kept in another file" },
        { "huge-weight", "weight \"w\" has the shape (1099511627776,1099511627776); at most 8 dimensions and 268435456 numbers" },
        { "negative-weight", "weight \"w\" has the shape (-2)" },
        { "deep-weight", "weight \"w\" has the shape (1,1,1,1,1,1,1,1,1)" },
        { "short-weight", "weight \"w\" of shape (3) holds 2 numbers: the file is damaged" },
        { "odd-weight", "weight \"w\" of shape (2) holds 2 numbers: the file is damaged" },
        { "text-weight", "weight \"w\" is of type String; float32, float16 or whole numbers are expected" },
        { "huge-input", "input \"x\" has the shape (1099511627776,1099511627776)" },
        { "whole-input", "input \"x\" is no float32 tensor with a shape" },
        { "half-output", "output \"y\" is no float32 tensor with a shape" },
        { "loop", "node \"n\" is the operator Loop, which is not among those that are allowed" },
        { "foreign", "node \"n\" is the operator com.evil.Add" },
        { "reflecting", "node \"n\" is a GridSample with another padding_mode than zeros and border" },
        { "subgraph", "node \"n\" holds a graph or a sparse tensor" },
        { "function", "has functions, sparse weights or training steps" },
        { "no-graph", "not an ONNX model: it holds no graph with nodes and outputs" },
        { "unknown-value", "ONNX Runtime cannot open it" },
        { "many-nodes", "beside the weights; the most allowed is 16777216" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void AFaultIsOneSentence(string fault, string words) => Says(words, Write(Faulty(fault)));

    [Fact]
    public void AModelThatAsksForMoreMemoryThanThereIsFailsInOneSentence()
    {
        var model = Good();
        model.Graph.Node[0] = new NodeProto { OpType = "Pad", Name = "n", Input = { "x", "pads" }, Output = { "y" } };
        model.Graph.Initializer[0] = new TensorProto { Name = "pads", DataType = (int)ElementType.Int64, Dims = { 4 } };
        model.Graph.Initializer[0].Int64Data.Add([0, 0, 0, 1L << 44]);
        model.Graph.Output[0].Type.TensorType.Shape.Dim[1] = new() { DimParam = "M" };
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var opened = OnnxModel.Open(Write(model));
        var mistake = Assert.Throws<UserException>(() => opened.Run(("x", TorchSharp.torch.ones(1, 2))));
        Assert.Contains("ONNX Runtime cannot run it", mistake.Message);
    }

    [Fact]
    public void BytesThatAreNoModelAreOneSentence()
    {
        var whole = Good().ToByteArray();
        Says("no such file", folder.At("none.onnx"));
        Says("holds no graph", Write([]));
        Says("not a whole ONNX file", Write(whole[..^3]));
        Says("not a whole ONNX file", Write([.. Enumerable.Repeat((byte)0xFF, 40)]));
        Says("it has a field of an unknown kind", Write([0x0B, 0x01]));
        Says("a field of 100 bytes has 1 left", Write([0x3A, 100, 0]));
        Says("an ONNX file of at most 1073741824 is read", Sparse());

        string Sparse()
        {
            using var file = new FileStream(folder.At("sparse.onnx"), FileMode.Create);
            file.SetLength((1L << 30) + 1); // no bytes on the disk
            return file.Name;
        }
    }

    [Fact]
    public void ADamagedHeadIsOneSentenceWhereverTheDamageIs()
    {
        using var run = SmallPerson.Run(SmallPerson.Configuration("normal"));
        using var head = PersonFineTuner.Run(run, SmallPerson.Frames(2), new() { FeedForward = true });
        var path = folder.At("person.onnx");
        head.ExportOnnx(path);
        var whole = File.ReadAllBytes(path);
        Head.Load(path).Dispose();
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            byte[] damaged = [.. whole];
            var near = random.Next(4000); // graph at the beginning, metadata at the end
            var at = i < 30 ? random.Next(whole.Length) : i % 2 == 0 ? near : whole.Length - 1 - near;
            damaged[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            var mistake = Assert.Throws<UserException>(() => Head.Load(path));
            Assert.StartsWith(path, mistake.Message);
            Assert.DoesNotContain('\n', mistake.Message);
        }

        var changed = ModelProto.Parser.ParseFrom(whole);
        changed.MetadataProps.Single(note => note.Key == "head").Value = "somebody else";
        File.WriteAllBytes(path, changed.ToByteArray());
        var said = Assert.Throws<UserException>(() => Head.Load(path)).Message;
        Assert.Contains("damaged or changed: its checksum is another than it says", said);
        said = Assert.Throws<UserException>(() => Head.Load(Write(Good()))).Message;
        Assert.Contains("no head, but another ONNX file", said);
    }

    void Says(string words, string path)
    {
        var mistake = Assert.Throws<UserException>(() => OnnxModel.Open(path).Dispose());
        Assert.Contains(words, mistake.Message);
        Assert.StartsWith(path, mistake.Message);
        Assert.DoesNotContain('\n', mistake.Message);
    }

    string Write(IMessage model) => Write(model.ToByteArray());

    string Write(byte[] bytes)
    {
        File.WriteAllBytes(folder.At("model.onnx"), bytes);
        return folder.At("model.onnx");
    }

    // y = x + w, x (N,2), w (10,20)
    static ModelProto Good()
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "sum" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Node.Add(new NodeProto { OpType = "Add", Name = "n", Input = { "x", "w" }, Output = { "y" } });
        var numbers = ByteString.CopyFrom([.. BitConverter.GetBytes(10f), .. BitConverter.GetBytes(20f)]);
        model.Graph.Initializer.Add(new TensorProto { Name = "w", DataType = (int)ElementType.Float, Dims = { 2 }, RawData = numbers });
        model.Graph.Input.Add(Value("x"));
        model.Graph.Output.Add(Value("y"));
        return model;

        static ValueInfoProto Value(string name)
        {
            var shape = new TensorShapeProto();
            shape.Dim.Add([new() { DimParam = "N" }, new() { DimValue = 2 }]);
            return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)ElementType.Float, Shape = shape } } };
        }
    }

    static ModelProto Faulty(string fault)
    {
        var model = Good();
        var (graph, node, weight) = (model.Graph, model.Graph.Node[0], model.Graph.Initializer[0]);
        var (input, output) = (graph.Input[0].Type.TensorType, graph.Output[0].Type.TensorType);
        switch (fault)
        {
            case "external":
                weight.DataLocation = TensorProto.Types.DataLocation.External;
                weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../../etc/passwd" });
                break;
            case "external-attribute":
                var inside = new TensorProto { Name = "inside", DataType = 1, Dims = { 1 } };
                inside.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "/dev/zero" });
                node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = inside });
                break;
            case "huge-weight":
                Resize(1L << 40, 1L << 40);
                break;
            case "negative-weight":
                Resize(-2);
                break;
            case "deep-weight":
                Resize(1, 1, 1, 1, 1, 1, 1, 1, 1);
                break;
            case "short-weight":
                Resize(3);
                break;
            case "odd-weight":
                weight.RawData = ByteString.CopyFrom(new byte[9]);
                break;
            case "text-weight":
                weight.DataType = (int)ElementType.String;
                break;
            case "huge-input":
                input.Shape.Dim.Clear();
                input.Shape.Dim.Add([new() { DimValue = 1L << 40 }, new() { DimValue = 1L << 40 }]);
                break;
            case "whole-input":
                input.ElemType = (int)ElementType.Int64;
                break;
            case "half-output":
                output.ElemType = (int)ElementType.Float16;
                break;
            case "loop":
                node.OpType = "Loop";
                break;
            case "foreign":
                node.Domain = "com.evil";
                break;
            case "reflecting":
                node.OpType = "GridSample";
                node.Attribute.Add(new AttributeProto
                {
                    Name = "padding_mode",
                    Type = AttributeProto.Types.AttributeType.String,
                    S = ByteString.CopyFromUtf8("reflection"),
                });
                break;
            case "subgraph":
                var body = new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = new GraphProto() };
                node.Attribute.Add(body);
                break;
            case "function":
                model.Functions.Add(new FunctionProto { Name = "f" });
                break;
            case "no-graph":
                model.Graph = null;
                break;
            case "unknown-value":
                node.Input[1] = "nothing";
                break;
            case "many-nodes":
                graph.DocString = new string('x', 17 << 20);
                break;
            default:
                throw new ArgumentException(fault);
        }
        return model;

        void Resize(params long[] dimensions)
        {
            weight.Dims.Clear();
            weight.Dims.Add(dimensions);
        }
    }
}
