using TalkingHead.Libtorch;
using static TorchSharp.torch;

namespace TalkingHead.Onnx;

/// <summary>What networks are made of, as nodes of a graph. Each returns the name of its output, which is <c>name</c> too.</summary>
static class OnnxLayers
{
    /// <summary>A convolution, in the type that the graph computes in.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="name">Of its output; weight and bias take it as a prefix.</param>
    /// <param name="x">(N,in,H,W).</param>
    /// <param name="weight">(out,in,k,k).</param>
    /// <param name="bias">(out), or none.</param>
    /// <param name="stride">Places from one position to the next.</param>
    /// <param name="pads">Zeros beside the map: top, left, bottom, right.</param>
    public static string Conv(this OnnxGraph graph, string name, string x, Tensor weight, Tensor? bias, long stride, params long[] pads)
    {
        string[] inputs = [graph.Computed(x), graph.Weight($"{name}.weight", weight)];
        if (bias is not null)
            inputs = [.. inputs, graph.Weight($"{name}.bias", bias)];
        return graph.Add("Conv", name, inputs, ("kernel_shape", weight.shape[2..]), ("pads", pads), ("strides", new[] { stride, stride }));
    }

    /// <summary>y = x Wᵀ + b in float32: x (N,in), weight (out,in), bias (out) or none -> (N,out).</summary>
    public static string Linear(this OnnxGraph graph, string name, string x, Tensor weight, Tensor? bias)
    {
        string[] inputs = [graph.Single(x), graph.Numbers($"{name}.weight", weight)];
        if (bias is not null)
            inputs = [.. inputs, graph.Numbers($"{name}.bias", bias)];
        return graph.Add("Gemm", name, inputs, ("transB", 1L));
    }

    /// <summary>
    /// Instance norm in float32 with numbers for its scale and shift, (C) each. Not ONNX's InstanceNormalization: ONNX Runtime sums
    /// a whole map in one go there, and at 256x256 pictures come out 1e-3 off. Here means are of rows, then of their means.
    /// </summary>
    public static string InstanceNorm(this OnnxGraph graph, string name, string x, string scale, string shift, double epsilon)
    {
        var scaled = graph.Add("Mul", $"{name}.scaled",
            [graph.Normalized(name, x, epsilon), graph.Reshape($"{name}.scale.map", scale, -1, 1, 1)]);
        return graph.Add("Add", name, [scaled, graph.Reshape($"{name}.shift.map", shift, -1, 1, 1)]);
    }

    /// <summary>Each map less its mean, over its deviation, in float32.</summary>
    public static string Normalized(this OnnxGraph graph, string name, string x, double epsilon)
    {
        x = graph.Single(x);
        var centred = graph.Add("Sub", $"{name}.centred", [x, graph.MeanOfMap($"{name}.mean", x)]);
        var variance = graph.MeanOfMap($"{name}.variance", graph.Add("Mul", $"{name}.squares", [centred, centred]));
        var safe = graph.Add("Add", $"{name}.safe", [variance, graph.Shared("epsilon", () => tensor((float)epsilon))]);
        return graph.Add("Div", $"{name}.normal", [centred, graph.Each("Sqrt", $"{name}.deviation", safe)]);
    }

    /// <summary>The mean of each map: (N,C,H,W) -> (N,C,1,1), in float32, row by row and then over rows.</summary>
    public static string MeanOfMap(this OnnxGraph graph, string name, string x) =>
        graph.Reduce("ReduceMean", name, graph.Reduce("ReduceMean", $"{name}.rows", x, keep: true, 3), keep: true, 2);

    /// <summary>x + y; in float32 where one of them is.</summary>
    public static string Sum(this OnnxGraph graph, string name, string x, string y) => graph.Pair("Add", name, x, y);

    /// <summary>x · y; in float32 where one of them is.</summary>
    public static string Product(this OnnxGraph graph, string name, string x, string y) => graph.Pair("Mul", name, x, y);

    /// <summary>An operator of one input and no choices, such as Relu.</summary>
    public static string Each(this OnnxGraph graph, string operation, string name, string x) => graph.Add(operation, name, [x]);

    /// <summary>Means of 2x2: (N,C,2h,2w) -> (N,C,h,w).</summary>
    public static string Mean2x2(this OnnxGraph graph, string name, string x) =>
        graph.Add("AveragePool", name, [x], ("kernel_shape", new[] { 2L, 2 }), ("strides", new[] { 2L, 2 }));

    /// <summary>Twice the side, by the nearest pixel or by interpolation: (N,C,h,w) -> (N,C,2h,2w).</summary>
    public static string Double(this OnnxGraph graph, string name, string x, bool bilinear = false) => graph.Add(
        "Resize", name, [x, "", graph.Shared("twice", () => tensor([1f, 1f, 2f, 2f]))], ("mode", bilinear ? "linear" : "nearest"),
        ("coordinate_transformation_mode", bilinear ? "half_pixel" : "asymmetric"), ("nearest_mode", "floor"));

    /// <summary>Exchanges dimensions.</summary>
    public static string Transpose(this OnnxGraph graph, string name, string x, params long[] order) =>
        graph.Add("Transpose", name, [x], ("perm", order));

    /// <summary>Another shape of the same numbers; 0 keeps a size, -1 is what is left.</summary>
    public static string Reshape(this OnnxGraph graph, string name, string x, params long[] shape) =>
        graph.Add("Reshape", name, [x, graph.Shared($"shape.{string.Join(".", shape)}", () => tensor(shape))]);

    /// <summary>Softmax over the last dimension, in float32.</summary>
    public static string Softmax(this OnnxGraph graph, string name, string x) =>
        graph.Add("Softmax", name, [graph.Single(x)], ("axis", -1L));

    /// <summary>A reduction over dimensions, such as ReduceMean, in float32.</summary>
    public static string Reduce(this OnnxGraph graph, string operation, string name, string x, bool keep, params long[] axes)
    {
        var keeps = ("keepdims", (object)(keep ? 1L : 0));
        if (operation != "ReduceSum")
            return graph.Add(operation, name, [graph.Single(x)], ("axes", axes), keeps);
        var places = graph.Shared($"axes.{string.Join(".", axes)}", () => tensor(axes)); // an input since opset 13
        return graph.Add(operation, name, [graph.Single(x), places], keeps);
    }

    /// <summary>
    /// Attention of every place to every other, as weights in float32: q (N,D,P), k (N,D,P), v (N,C,P) -> (N,C,P).
    /// </summary>
    public static string Attend(this OnnxGraph graph, string name, string q, string k, string v)
    {
        var looking = graph.Transpose($"{name}.looking", graph.Single(q), 0, 2, 1);                    // (N,P,D)
        var weights = graph.Softmax($"{name}.weights", graph.Add("MatMul", $"{name}.likeness", [looking, graph.Single(k)])); // (N,P,P)
        var turned = graph.Transpose($"{name}.turned", weights, 0, 2, 1);
        return graph.Add("MatMul", name, [graph.Computed(v), graph.Computed(turned)]);
    }

    static string Pair(this OnnxGraph graph, string operation, string name, string x, string y)
    {
        var half = graph.IsHalf(x) && graph.IsHalf(y);
        return graph.Add(operation, name, half ? [x, y] : [graph.Single(x), graph.Single(y)]);
    }
}
