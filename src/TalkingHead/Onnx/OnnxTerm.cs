using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Onnx;

/// <summary>
/// A float32 value of a graph, to reckon with as with a tensor: each operation adds a node, which has no name of its own but a number.
/// </summary>
readonly record struct OnnxTerm(OnnxGraph Graph, string Name)
{
    public static OnnxTerm operator +(OnnxTerm a, OnnxTerm b) => a.Add("Add", b);

    public static OnnxTerm operator -(OnnxTerm a, OnnxTerm b) => a.Add("Sub", b);

    public static OnnxTerm operator *(OnnxTerm a, OnnxTerm b) => a.Add("Mul", b);

    public static OnnxTerm operator /(OnnxTerm a, OnnxTerm b) => a.Add("Div", b);

    public static OnnxTerm operator +(OnnxTerm a, double b) => a + a.Number(b);

    public static OnnxTerm operator *(OnnxTerm a, double b) => a * a.Number(b);

    public OnnxTerm Min(OnnxTerm other) => Add("Min", other);

    public OnnxTerm Max(OnnxTerm other) => Add("Max", other);

    public OnnxTerm Clamp(double min, double max) => Max(Number(min)).Min(Number(max));

    public OnnxTerm Relu() => Add("Relu");

    public OnnxTerm Sqrt() => Add("Sqrt");

    public OnnxTerm Abs() => Add("Abs");

    public OnnxTerm Cos() => Add("Cos");

    public OnnxTerm Asin() => Add("Asin");

    public OnnxTerm Atan() => Add("Atan");

    public OnnxTerm Sigmoid() => Add("Sigmoid");

    public OnnxTerm Tanh() => Add("Tanh");

    /// <summary>Over the last dimension.</summary>
    public OnnxTerm Softmax() => new(Graph, Graph.Add("Softmax", Graph.Free(), [Name], ("axis", -1L)));

    /// <summary>The product of matrices.</summary>
    public OnnxTerm Multiply(OnnxTerm other) => Add("MatMul", other);

    /// <summary>Sums over dimensions, which stay as 1 or go.</summary>
    public OnnxTerm Sum(bool keep, params long[] dimensions) =>
        new(Graph, Graph.Reduce("ReduceSum", Graph.Free(), Name, keep, dimensions));

    /// <summary>0 keeps a dimension's length, -1 takes what is left.</summary>
    public OnnxTerm Reshape(params long[] shape) => new(Graph, Graph.Reshape(Graph.Free(), Name, shape));

    /// <summary>Parts along dimension 1, of these lengths.</summary>
    public OnnxTerm[] Split(params long[] lengths)
    {
        var graph = Graph;
        return [.. graph.Split(Name, lengths).Select(part => new OnnxTerm(graph, part))];
    }

    /// <summary>From start on, up to and without end, along a dimension.</summary>
    public OnnxTerm Slice(long dimension, long start, long end)
    {
        var graph = Graph;
        return new(graph, graph.Add("Slice", graph.Free(), [Name, Whole(start), Whole(end), Whole(dimension)]));

        string Whole(long number)
        {
            using var scope = NewDisposeScope();
            return graph.Constant(graph.Free(), tensor([number]));
        }
    }

    /// <summary>One after the other along a dimension.</summary>
    public static OnnxTerm Concat(long dimension, params OnnxTerm[] terms)
    {
        var graph = terms[0].Graph;
        return new(graph, graph.Add("Concat", graph.Free(), [.. terms.Select(term => term.Name)], ("axis", dimension)));
    }

    /// <summary>x and y, (N,h,w) each, as places for <see cref="Sample"/>: (N,h,w,2).</summary>
    public static OnnxTerm Grid(OnnxTerm x, OnnxTerm y) => Concat(3, x.Reshape(0, 0, 0, 1), y.Reshape(0, 0, 0, 1));

    /// <summary>
    /// These pictures (N,C,H,W) at the places of a grid (N,h,w,2) in [-1,1], between pixels bilinear; the rim goes on outside.
    /// </summary>
    public OnnxTerm Sample(OnnxTerm grid) =>
        new(Graph, Graph.Add("GridSample", Graph.Free(), [Name, grid.Name], ("mode", "bilinear"), ("padding_mode", "border")));

    /// <summary>Numbers of the same graph.</summary>
    public OnnxTerm Numbers(Tensor values) => new(Graph, Graph.Numbers(Graph.Free(), values));

    OnnxTerm Number(double value)
    {
        using var scope = NewDisposeScope();
        return Numbers(tensor((float)value));
    }

    OnnxTerm Add(string operation, params OnnxTerm[] others) =>
        new(Graph, Graph.Add(operation, Graph.Free(), [Name, .. others.Select(term => term.Name)]));
}
