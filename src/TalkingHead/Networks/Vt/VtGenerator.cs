using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks.Vt;

/// <summary>Its generator, in the terms of this framework's: pictures in [-1,1], indexed channel, height, width.</summary>
sealed class VtGenerator : PersonGenerator
{
    readonly Parameter p;
    readonly Tensor psi;
    readonly VtDown[] down; // registered by name: an array is not found as a field
    readonly InstanceNorm2d[] norms;
    readonly VtAttention self_att_Down;
    readonly VtSame[] same;
    readonly VtUpBlock[] up;
    readonly VtAttention self_att_Up;
    readonly Conv2d? conv2d;
    readonly VtLayout layout;

    internal VtGenerator(VtLayout layout) : base(layout.Name)
    {
        this.layout = layout;
        p = new Parameter(zeros(StyleLength, VtLayout.Embedding));
        psi = zeros(StyleLength, 1);
        down = [.. layout.Down.Select((channels, i) => new VtDown(layout, i == 0 ? 3 : layout.Down[i - 1], channels, i == 0 ? 9 : 3))];
        norms = [.. layout.Down.Select(channels => InstanceNorm2d(channels, affine: true))];
        same = [.. Enumerable.Range(0, VtLayout.SameSizeBlocks).Select(_ => new VtSame(layout, layout.Down[^1]))];
        up = [.. layout.Up.Select(block => new VtUpBlock(layout, block))];
        self_att_Down = new VtAttention(layout.Down[VtLayout.AttentionAfter]);
        self_att_Up = new VtAttention(layout.Up[layout.UpAttentionAfter].Outputs);
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
        for (int i = 0; i < down.Length; i++)
        {
            h = norms[i].call(down[i].call(h));
            if (i == VtLayout.AttentionAfter)
                h = self_att_Down.call(h);
        }
        foreach (var block in same)
            h = block.call(h, styles.Dequeue(), styles.Dequeue());
        for (int i = 0; i < up.Length; i++)
        {
            h = up[i].call(h, styles.Dequeue(), styles.Dequeue());
            if (i == layout.UpAttentionAfter)
                h = self_att_Up.call(h);
        }
        if (conv2d is not null)
            h = conv2d.call(layout.Activate(VtNorm.Apply(h, styles.Dequeue())));
        return layout.FromUnit(h.sigmoid()).MoveToOuterDisposeScope();
    }

    IEnumerable<Style> Styles(Tensor psi)
    {
        long start = 0;
        foreach (int channels in layout.StyleChannels)
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
