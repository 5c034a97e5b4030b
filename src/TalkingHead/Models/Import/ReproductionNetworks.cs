using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models.Import;

/// <summary>The six down blocks that E and D begin with, and their attention.</summary>
abstract class ReproductionEncoder<TIn1, TIn2, TOut> : Module<TIn1, TIn2, TOut>
{
    internal readonly ReproductionDown resDown1, resDown2, resDown3;
    internal readonly ReproductionAttention self_att;
    internal readonly ReproductionDown resDown4, resDown5, resDown6;

    private protected ReproductionEncoder(string name, ReproductionLayout layout) : base(name)
    {
        var channels = ReproductionLayout.EncoderDown;
        ReproductionDown Block(int i) => new(layout, i == 0 ? 6 : channels[i - 1], channels[i], 3);
        (resDown1, resDown2, resDown3) = (Block(0), Block(1), Block(2));
        self_att = new ReproductionAttention(channels[ReproductionLayout.AttentionAfter]);
        (resDown4, resDown5, resDown6) = (Block(3), Block(4), Block(5));
    }

    // (B,6,W,H) -> (B,512,W/64,H/64)
    private protected Tensor Down(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = self_att.call(resDown3.call(resDown2.call(resDown1.call(x))));
        return resDown6.call(resDown5.call(resDown4.call(x))).MoveToOuterDisposeScope();
    }

    // side: of x
    private protected string EmitDown(OnnxGraph graph, string name, string x, long side)
    {
        ReproductionDown[] before = [resDown1, resDown2, resDown3], after = [resDown4, resDown5, resDown6];
        for (var i = 0; i < before.Length; i++)
            x = before[i].Emit(graph, $"{name}.resDown{i + 1}", x);
        x = self_att.Emit(graph, $"{name}.{nameof(self_att)}", x, side >> before.Length);
        for (var i = 0; i < after.Length; i++)
            x = after[i].Emit(graph, $"{name}.resDown{before.Length + i + 1}", x);
        return x;
    }
}

/// <summary>Its embedder: as the paper's, but the largest value over places in the place of their sum.</summary>
sealed class ReproductionEmbedder : ReproductionEncoder<Tensor, Tensor, Tensor>, IOnnxEmbedder
{
    readonly ReproductionLayout layout;

    internal ReproductionEmbedder(ReproductionLayout layout) : base(nameof(ReproductionEmbedder), layout)
    {
        this.layout = layout;
        RegisterComponents();
    }

    /// <summary>Source frames and landmark images (B,K,3,S,S) in [-1,1] to ê (B,512), the mean over the K.</summary>
    public override Tensor forward(Tensor frames, Tensor landmarks)
    {
        Shapes.Expect(landmarks, "embedder landmarks", frames.shape);
        using var scope = NewDisposeScope();
        var x = layout.ToOwn(cat([frames, landmarks], 2)).flatten(0, 1);    // (B·K,6,S,S)
        var each = layout.Activate(Down(x).amax([2, 3]));                   // (B·K,512)
        return each.view(frames.shape[0], frames.shape[1], -1).mean([1]).MoveToOuterDisposeScope();
    }

    string IOnnxEmbedder.Emit(OnnxGraph graph, string frames, string landmarks, long side)
    {
        var pairs = graph.Add("Concat", "embedder.pairs", [frames, landmarks], ("axis", 1L)); // (K,6,S,S)
        var x = layout.EmitToOwn(graph, "embedder", pairs);
        x = graph.Single(EmitDown(graph, "embedder", x, side));
        var largest = graph.Reduce("ReduceMax", "embedder.largest", x, keep: false, 2, 3);
        var each = layout.EmitActivation(graph, "embedder.each", largest); // (K,512)
        return graph.Reduce("ReduceMean", "embedder.mean", each, keep: true, 0);
    }
}

/// <summary>Its generator, in the terms of this framework's: pictures in [-1,1], indexed channel, height, width.</summary>
sealed class ReproductionGenerator : PersonGenerator
{
    readonly Parameter p;
    readonly Tensor psi;
    readonly ReproductionDown[] down; // registered by name: an array is not found as a field
    readonly InstanceNorm2d[] norms;
    readonly ReproductionAttention self_att_Down;
    readonly ReproductionSame[] same;
    readonly ReproductionUpBlock[] up;
    readonly ReproductionAttention self_att_Up;
    readonly Conv2d? conv2d;
    readonly ReproductionLayout layout;

    internal ReproductionGenerator(ReproductionLayout layout) : base(layout.Name)
    {
        this.layout = layout;
        p = new Parameter(zeros(StyleLength, ReproductionLayout.Embedding));
        psi = zeros(StyleLength, 1);
        down = [.. layout.Down.Select((channels, i) => new ReproductionDown(layout, i == 0 ? 3 : layout.Down[i - 1], channels,
            i == 0 ? 9 : 3))];
        norms = [.. layout.Down.Select(channels => InstanceNorm2d(channels, affine: true))];
        same = [.. Enumerable.Range(0, ReproductionLayout.SameSizeBlocks).Select(_ => new ReproductionSame(layout, layout.Down[^1]))];
        up = [.. layout.Up.Select(block => new ReproductionUpBlock(layout, block))];
        self_att_Down = new ReproductionAttention(layout.Down[ReproductionLayout.AttentionAfter]);
        self_att_Up = new ReproductionAttention(layout.Up[layout.UpAttentionAfter].Outputs);
        if (layout.LastChannels > 0)
            conv2d = Conv2d(layout.LastChannels, 3, 3, padding: 1);
        RegisterComponents();
        Register("resDown", down);
        Register("in", norms);
        Register("res", same);
        Register("resUp", up);
    }

    /// <inheritdoc/>
    public override int StyleLength => 2 * layout.StyleChannels.Sum();

    /// <inheritdoc/>
    public override Tensor Project(Tensor embedding) => functional.linear(embedding, p);

    /// <inheritdoc/>
    public override Tensor forward(Tensor landmarks, Tensor psi)
    {
        Shapes.Expect(landmarks, "generator landmarks", Shapes.Any, 3, Shapes.Any, Shapes.Any);
        Shapes.Expect(psi, "generator psi", psi.shape[0] == 1 ? 1 : landmarks.shape[0], StyleLength);
        using var scope = NewDisposeScope();
        var styles = new Queue<Style>(Styles(psi));
        var h = layout.ToOwn(landmarks);
        for (var i = 0; i < down.Length; i++)
        {
            h = norms[i].call(down[i].call(h));
            if (i == ReproductionLayout.AttentionAfter)
                h = self_att_Down.call(h);
        }
        foreach (var block in same)
            h = block.call(h, styles.Dequeue(), styles.Dequeue());
        for (var i = 0; i < up.Length; i++)
        {
            h = up[i].call(h, styles.Dequeue(), styles.Dequeue());
            if (i == layout.UpAttentionAfter)
                h = self_att_Up.call(h);
        }
        if (conv2d is not null)
            h = conv2d.call(layout.Activate(ReproductionNorm.Apply(h, styles.Dequeue())));
        return layout.FromUnit(h.sigmoid()).MoveToOuterDisposeScope();
    }

    internal override string Emit(OnnxGraph graph, string landmarks, long side, Tensor? psi)
    {
        var styles = new Queue<OnnxStyle>(psi is null ? InputStyles(graph, layout.StyleChannels, shiftFirst: true).Styles
            : ConstantStyles(graph, Styles(psi), places: true));
        var h = layout.EmitToOwn(graph, "landmarks", landmarks);
        for (var i = 0; i < down.Length; i++)
        {
            h = down[i].Emit(graph, $"resDown{i + 1}", h);
            side /= 2;
            string scale = graph.Numbers($"in{i + 1}.weight", norms[i].weight!), shift = graph.Numbers($"in{i + 1}.bias", norms[i].bias!);
            h = graph.InstanceNorm($"in{i + 1}", h, scale, shift, norms[i].eps);
            if (i == ReproductionLayout.AttentionAfter)
                h = self_att_Down.Emit(graph, nameof(self_att_Down), h, side);
        }
        for (var i = 0; i < same.Length; i++)
            h = same[i].Emit(graph, $"res{i + 1}", h, side, styles.Dequeue(), styles.Dequeue());
        for (var i = 0; i < up.Length; i++)
        {
            h = up[i].Emit(graph, $"resUp{i + 1}", h, side, styles.Dequeue(), styles.Dequeue());
            side *= 2;
            if (i == layout.UpAttentionAfter)
                h = self_att_Up.Emit(graph, nameof(self_att_Up), h, side);
        }
        if (conv2d is not null)
        {
            h = layout.EmitActivation(graph, "last.act", ReproductionNorm.Emit(graph, "last.norm", h, side, styles.Dequeue()));
            h = graph.Conv(nameof(conv2d), h, conv2d.weight!, conv2d.bias, 1, 1, 1, 1, 1);
        }
        return ReproductionLayout.EmitFromUnit(graph, graph.Each("Sigmoid", "sigmoid", graph.Single(h)));
    }

    internal override string EmitProjection(OnnxGraph graph, string embedding, string frames, string landmarks) =>
        graph.Linear(nameof(p), embedding, p, null);

    IEnumerable<Style> Styles(Tensor psi)
    {
        long start = 0;
        foreach (var channels in layout.StyleChannels)
        {
            yield return new Style(Shift: psi.narrow(1, start, channels), Scale: psi.narrow(1, start + channels, channels));
            start += 2 * channels;
        }
    }

    void Register(string prefix, IEnumerable<nn.Module> modules)
    {
        foreach (var (module, number) in modules.Select((module, i) => (module, i + 1)))
            register_module($"{prefix}{number}", module);
    }
}

/// <summary>Its discriminator without the rows W_i: V's mean over places, times a person's vector, plus b.</summary>
sealed class ReproductionDiscriminator : ReproductionEncoder<Tensor, Tensor, Tensor>
{
    readonly ReproductionSame res;
    readonly Parameter w_0;
    readonly Parameter b;
    readonly Parameter w_prime;
    readonly ReproductionLayout layout;

    internal ReproductionDiscriminator(ReproductionLayout layout) : base(nameof(ReproductionDiscriminator), layout)
    {
        this.layout = layout;
        res = new ReproductionSame(layout, ReproductionLayout.Embedding);
        w_0 = new Parameter(zeros(ReproductionLayout.Embedding, 1));
        b = new Parameter(zeros(1));
        w_prime = new Parameter(zeros(ReproductionLayout.Embedding, 1));
        RegisterComponents();
    }

    /// <summary>Pictures and landmark images (B,3,S,S) in [-1,1] to V (B,512).</summary>
    public override Tensor forward(Tensor pictures, Tensor landmarks)
    {
        Shapes.Expect(landmarks, "discriminator landmarks", pictures.shape);
        using var scope = NewDisposeScope();
        return res.Plain(Down(layout.ToOwn(cat([pictures, landmarks], 1)))).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>V (B,512) and embeddings in the place of rows (B or 1,512) to scores (B).</summary>
    public Tensor Score(Tensor features, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return (features * rows.Add(w_0.t())).sum(1).Add(b).MoveToOuterDisposeScope();
    }
}
