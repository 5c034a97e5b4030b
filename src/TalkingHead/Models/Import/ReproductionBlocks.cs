using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models.Import;

/// <summary>A convolution with the saved vectors of its spectral norm: weight_orig / σ, σ = uᵀ weight_orig v.</summary>
sealed class ReproductionConv : Module<Tensor, Tensor>
{
    readonly Parameter bias;
    readonly Parameter weight_orig;
    readonly Tensor weight_u;
    readonly Tensor weight_v;
    readonly long[] padding;

    internal ReproductionConv(int inputs, int outputs, int kernel) : base(nameof(ReproductionConv))
    {
        bias = new Parameter(zeros(outputs));
        weight_orig = new Parameter(zeros(outputs, inputs, kernel, kernel));
        weight_u = zeros(outputs);
        weight_v = zeros(inputs * kernel * kernel);
        padding = [kernel / 2, kernel / 2];
        RegisterComponents();
    }

    // (B,in,W,H) -> (B,out,W,H)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var sigma = weight_u.dot(weight_orig.flatten(1).mv(weight_v));
        var weight = weight_orig / sigma;
        var y = padding[0] == 0 ? PointwiseConv2d.Apply(x, weight, bias) : functional.conv2d(x, weight, bias, padding: padding);
        return y.MoveToOuterDisposeScope();
    }

    internal long Outputs => bias.shape[0];

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var sigma = weight_u.dot(weight_orig.flatten(1).mv(weight_v));
        return graph.Conv(name, x, weight_orig / sigma, bias, 1, padding[0], padding[0], padding[0], padding[0]);
    }
}

/// <summary>Halves the side: activation, conv, activation, conv, mean; beside it conv1x1, mean.</summary>
sealed class ReproductionDown : Module<Tensor, Tensor>
{
    readonly ReproductionConv conv_l1;
    readonly ReproductionConv conv_r1;
    readonly ReproductionConv conv_r2;
    readonly ReproductionLayout layout;

    internal ReproductionDown(ReproductionLayout layout, int inputs, int outputs, int kernel) : base(nameof(ReproductionDown))
    {
        this.layout = layout;
        conv_l1 = new ReproductionConv(inputs, outputs, 1);
        conv_r1 = new ReproductionConv(inputs, outputs, kernel);
        conv_r2 = new ReproductionConv(outputs, outputs, kernel);
        RegisterComponents();
    }

    // (B,in,W,H) -> (B,out,W/2,H/2)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = conv_r2.call(layout.Activate(conv_r1.call(layout.Activate(x))));
        return functional.avg_pool2d(h, 2).Add(functional.avg_pool2d(conv_l1.call(x), 2)).MoveToOuterDisposeScope();
    }

    internal string Emit(OnnxGraph graph, string name, string x)
    {
        var h = conv_r1.Emit(graph, $"{name}.conv_r1", layout.EmitActivation(graph, $"{name}.act1", x));
        h = conv_r2.Emit(graph, $"{name}.conv_r2", layout.EmitActivation(graph, $"{name}.act2", h));
        var left = conv_l1.Emit(graph, $"{name}.conv_l1", graph.Mean2x2($"{name}.mean_l", x)); // the same in another order, cheaper
        return graph.Sum(name, graph.Mean2x2($"{name}.mean_r", h), left);
    }
}

/// <summary>Two convolutions at one side and width, with the person's norms in G and without in D, plus the input.</summary>
sealed class ReproductionSame : Module<Tensor, Style, Style, Tensor>
{
    readonly ReproductionConv conv1;
    readonly ReproductionConv conv2;
    readonly ReproductionLayout layout;

    internal ReproductionSame(ReproductionLayout layout, int channels) : base(nameof(ReproductionSame))
    {
        this.layout = layout;
        conv1 = new ReproductionConv(channels, channels, 3);
        conv2 = new ReproductionConv(channels, channels, 3);
        RegisterComponents();
    }

    // (B,C,W,H) -> (B,C,W,H)
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        Tensor h;
        if (layout.PreNorm)
        {
            h = conv1.call(layout.Activate(ReproductionNorm.Apply(x, style1)));
            h = conv2.call(layout.Activate(ReproductionNorm.Apply(h, style2)));
        }
        else
        {
            h = layout.Activate(ReproductionNorm.Apply(conv1.call(x), style1));
            h = ReproductionNorm.Apply(conv2.call(h), style2);
        }
        return x.Add(h).MoveToOuterDisposeScope();
    }

    // side: of x
    internal string Emit(OnnxGraph graph, string name, string x, long side, OnnxStyle style1, OnnxStyle style2)
    {
        string Norm(int number, string x, OnnxStyle style) => ReproductionNorm.Emit(graph, $"{name}.norm{number}", x, side, style);
        string h;
        if (layout.PreNorm)
        {
            h = conv1.Emit(graph, $"{name}.conv1", layout.EmitActivation(graph, $"{name}.act1", Norm(1, x, style1)));
            h = conv2.Emit(graph, $"{name}.conv2", layout.EmitActivation(graph, $"{name}.act2", Norm(2, h, style2)));
        }
        else
        {
            h = layout.EmitActivation(graph, $"{name}.act1", Norm(1, conv1.Emit(graph, $"{name}.conv1", x), style1));
            h = Norm(2, conv2.Emit(graph, $"{name}.conv2", h), style2);
        }
        return graph.Sum(name, x, h);
    }

    /// <summary>D's residual block, which has no norm.</summary>
    internal Tensor Plain(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.Add(conv2.call(layout.Activate(conv1.call(layout.Activate(x))))).MoveToOuterDisposeScope();
    }
}

/// <summary>Doubles the side: AdaIN, activation, ×2, conv, AdaIN, activation, conv; beside it ×2, conv1x1.</summary>
sealed class ReproductionUpBlock : Module<Tensor, Style, Style, Tensor>
{
    readonly ReproductionConv conv_l1;
    readonly ReproductionConv conv_r1;
    readonly ReproductionConv conv_r2;
    readonly ReproductionLayout layout;

    internal ReproductionUpBlock(ReproductionLayout layout, ReproductionUp up) : base(nameof(ReproductionUpBlock))
    {
        this.layout = layout;
        conv_l1 = new ReproductionConv(up.Inputs, up.Outputs, 1);
        conv_r1 = new ReproductionConv(up.Inputs, up.Outputs, up.Kernel);
        conv_r2 = new ReproductionConv(up.Outputs, up.Outputs, up.Kernel);
        RegisterComponents();
    }

    // (B,in,W,H) -> (B,out,2W,2H)
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        var h = conv_r1.call(layout.Double(layout.Activate(ReproductionNorm.Apply(x, style1))));
        h = conv_r2.call(layout.Activate(ReproductionNorm.Apply(h, style2)));
        return h.Add(conv_l1.call(layout.Double(x))).MoveToOuterDisposeScope();
    }

    // side: of x
    internal string Emit(OnnxGraph graph, string name, string x, long side, OnnxStyle style1, OnnxStyle style2)
    {
        string Norm(int number, string x, long side, OnnxStyle style) =>
            layout.EmitActivation(graph, $"{name}.act{number}", ReproductionNorm.Emit(graph, $"{name}.norm{number}", x, side, style));
        var h = conv_r1.Emit(graph, $"{name}.conv_r1", graph.Double($"{name}.doubled1", Norm(1, x, side, style1), layout.Bilinear));
        h = conv_r2.Emit(graph, $"{name}.conv_r2", Norm(2, h, 2 * side, style2));
        // another order, as above
        var left = graph.Double($"{name}.doubled2", conv_l1.Emit(graph, $"{name}.conv_l1", x), layout.Bilinear);
        return graph.Sum(name, h, left);
    }
}

/// <summary>Self-attention with its names; f is the key, g the query, h the value.</summary>
sealed class ReproductionAttention : Module<Tensor, Tensor>
{
    readonly Parameter gamma;
    readonly ReproductionConv conv_f;
    readonly ReproductionConv conv_g;
    readonly ReproductionConv conv_h;

    internal ReproductionAttention(int channels) : base(nameof(ReproductionAttention))
    {
        gamma = new Parameter(zeros(1));
        conv_f = new ReproductionConv(channels, channels / 8, 1);
        conv_g = new ReproductionConv(channels, channels / 8, 1);
        conv_h = new ReproductionConv(channels, channels, 1);
        RegisterComponents();
    }

    // (B,C,W,H) -> (B,C,W,H)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (key, query, value) = (conv_f.call(x).flatten(2), conv_g.call(x).flatten(2), conv_h.call(x).flatten(2));
        var weights = functional.softmax(query.transpose(1, 2).bmm(key), 2); // (B,P,P): row = looking place
        return x.Add(gamma * value.bmm(weights.transpose(1, 2)).view_as(x)).MoveToOuterDisposeScope();
    }

    // side: of x
    internal string Emit(OnnxGraph graph, string name, string x, long side)
    {
        string Places(ReproductionConv conv, string part) =>
            graph.Reshape($"{name}.{part}.places", conv.Emit(graph, $"{name}.{part}", x), 0, conv.Outputs, -1);
        string key = Places(conv_f, nameof(conv_f)), query = Places(conv_g, nameof(conv_g)), value = Places(conv_h, nameof(conv_h));
        var seen = graph.Attend($"{name}.seen", query, key, value);
        seen = graph.Reshape($"{name}.picture", seen, 0, conv_h.Outputs, side, side);
        return graph.Sum(name, x, graph.Product($"{name}.weighted", seen, graph.Weight($"{name}.{nameof(gamma)}", gamma)));
    }
}

/// <summary>Its adaptive instance norm: the unbiased deviation, to which 1e-5 is added outside the root.</summary>
static class ReproductionNorm
{
    const double Epsilon = 1e-5;

    public static Tensor Apply(Tensor x, Style style)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([2, 3], keepdim: true);
        var deviation = x.std([2, 3], unbiased: true, keepdim: true).Add(Epsilon);
        return (centred / deviation * style.Scale.unsqueeze(2).unsqueeze(3)).Add(style.Shift.unsqueeze(2).unsqueeze(3))
            .MoveToOuterDisposeScope();
    }

    // The unbiased deviation, and epsilon outside the root; side: of x; the style's values are (1 or N,C,1,1)
    public static string Emit(OnnxGraph graph, string name, string x, long side, OnnxStyle style)
    {
        var mean = graph.MeanOfMap($"{name}.mean", x);
        var centred = graph.Add("Sub", $"{name}.centred", [graph.Single(x), mean]);
        var biased = graph.MeanOfMap($"{name}.biased", graph.Product($"{name}.square", centred, centred));
        var variance = graph.Product($"{name}.variance", biased, ReproductionLayout.Number(graph, side * side / (side * side - 1f)));
        var root = graph.Each("Sqrt", $"{name}.root", variance);
        var deviation = graph.Sum($"{name}.deviation", root, ReproductionLayout.Number(graph, (float)Epsilon));
        var normal = graph.Add("Div", $"{name}.normal", [centred, deviation]);
        return graph.Sum(name, graph.Product($"{name}.scaled", normal, style.Scale), style.Shift);
    }
}
