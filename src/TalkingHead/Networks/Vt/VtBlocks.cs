using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks.Vt;

/// <summary>A convolution with the saved vectors of its spectral norm: weight_orig / σ, σ = uᵀ weight_orig v.</summary>
sealed class VtConv : Module<Tensor, Tensor>
{
    readonly Parameter bias;
    readonly Parameter weight_orig;
    readonly Tensor weight_u;
    readonly Tensor weight_v;
    readonly long[] padding;

    internal VtConv(int inputs, int outputs, int kernel) : base(nameof(VtConv))
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
        return functional.conv2d(x, weight_orig / sigma, bias, padding: padding).MoveToOuterDisposeScope();
    }
}

/// <summary>Halves the side: activation, conv, activation, conv, mean; beside it conv1x1, mean.</summary>
sealed class VtDown : Module<Tensor, Tensor>
{
    readonly VtConv conv_l1;
    readonly VtConv conv_r1;
    readonly VtConv conv_r2;
    readonly VtLayout layout;

    internal VtDown(VtLayout layout, int inputs, int outputs, int kernel) : base(nameof(VtDown))
    {
        this.layout = layout;
        conv_l1 = new VtConv(inputs, outputs, 1);
        conv_r1 = new VtConv(inputs, outputs, kernel);
        conv_r2 = new VtConv(outputs, outputs, kernel);
        RegisterComponents();
    }

    // (B,in,W,H) -> (B,out,W/2,H/2)
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = conv_r2.call(layout.Activate(conv_r1.call(layout.Activate(x))));
        return functional.avg_pool2d(h, 2).Add(functional.avg_pool2d(conv_l1.call(x), 2)).MoveToOuterDisposeScope();
    }
}

/// <summary>Two convolutions at one side and width, with the person's norms in G and without in D, plus the input.</summary>
sealed class VtSame : Module<Tensor, Style, Style, Tensor>
{
    readonly VtConv conv1;
    readonly VtConv conv2;
    readonly VtLayout layout;

    internal VtSame(VtLayout layout, int channels) : base(nameof(VtSame))
    {
        this.layout = layout;
        conv1 = new VtConv(channels, channels, 3);
        conv2 = new VtConv(channels, channels, 3);
        RegisterComponents();
    }

    // (B,C,W,H) -> (B,C,W,H)
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        Tensor h;
        if (layout.PreNorm)
        {
            h = conv1.call(layout.Activate(VtNorm.Apply(x, style1)));
            h = conv2.call(layout.Activate(VtNorm.Apply(h, style2)));
        }
        else
        {
            h = layout.Activate(VtNorm.Apply(conv1.call(x), style1));
            h = VtNorm.Apply(conv2.call(h), style2);
        }
        return x.Add(h).MoveToOuterDisposeScope();
    }

    /// <summary>D's residual block, which has no norm.</summary>
    internal Tensor Plain(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.Add(conv2.call(layout.Activate(conv1.call(layout.Activate(x))))).MoveToOuterDisposeScope();
    }
}

/// <summary>Doubles the side: AdaIN, activation, ×2, conv, AdaIN, activation, conv; beside it ×2, conv1x1.</summary>
sealed class VtUpBlock : Module<Tensor, Style, Style, Tensor>
{
    readonly VtConv conv_l1;
    readonly VtConv conv_r1;
    readonly VtConv conv_r2;
    readonly VtLayout layout;

    internal VtUpBlock(VtLayout layout, VtUp up) : base(nameof(VtUpBlock))
    {
        this.layout = layout;
        conv_l1 = new VtConv(up.Inputs, up.Outputs, 1);
        conv_r1 = new VtConv(up.Inputs, up.Outputs, up.Kernel);
        conv_r2 = new VtConv(up.Outputs, up.Outputs, up.Kernel);
        RegisterComponents();
    }

    // (B,in,W,H) -> (B,out,2W,2H)
    public override Tensor forward(Tensor x, Style style1, Style style2)
    {
        using var scope = NewDisposeScope();
        var h = conv_r1.call(layout.Double(layout.Activate(VtNorm.Apply(x, style1))));
        h = conv_r2.call(layout.Activate(VtNorm.Apply(h, style2)));
        return h.Add(conv_l1.call(layout.Double(x))).MoveToOuterDisposeScope();
    }
}

/// <summary>Self-attention with its names; f is the key, g the query, h the value.</summary>
sealed class VtAttention : Module<Tensor, Tensor>
{
    readonly Parameter gamma;
    readonly VtConv conv_f;
    readonly VtConv conv_g;
    readonly VtConv conv_h;

    internal VtAttention(int channels) : base(nameof(VtAttention))
    {
        gamma = new Parameter(zeros(1));
        conv_f = new VtConv(channels, channels / 8, 1);
        conv_g = new VtConv(channels, channels / 8, 1);
        conv_h = new VtConv(channels, channels, 1);
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
}

/// <summary>Its adaptive instance norm: the unbiased deviation, to which 1e-5 is added outside the root.</summary>
static class VtNorm
{
    const double Epsilon = 1e-5;

    public static Tensor Apply(Tensor x, Style style)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([2, 3], keepdim: true);
        var deviation = x.std([2, 3], unbiased: true, keepdim: true).Add(Epsilon);
        return (centred / deviation * style.Scale.unsqueeze(2).unsqueeze(3)).Add(style.Shift.unsqueeze(2).unsqueeze(3)).MoveToOuterDisposeScope();
    }
}
