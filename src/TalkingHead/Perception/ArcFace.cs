using TalkingHead.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Perception;

/// <summary>A published face recogniser: its file, its network, and the order of channels it was trained on.</summary>
sealed record ArcFaceKind(string Name, string File, Func<Module<Tensor, Tensor>> Build, bool Bgr)
{
    internal static ArcFaceKind IResNet50 { get; } = new("iResNet50 (arcface_torch)", "arcface_r50.pth", () => new IResNet(50), false);

    internal static ArcFaceKind IResNet100 { get; } = new("iResNet100 (arcface_torch)", "arcface_r100.pth", () => new IResNet(100), false);

    /// <summary>Trained on BGR; many reports feed it RGB, so that the order is a setting, named in a result.</summary>
    internal static ArcFaceKind IrSe50 { get; } = new("IR-SE50", "recognition_arcface_ir_se50.pth", () => new IrSe50(), true);
}

/// <summary>Who a face is, as 512 numbers of length one: the cosine of two is CSIM (Deng et al. 2019).</summary>
sealed class ArcFace : Module<Tensor, Tensor>
{
    internal const int Features = 512;
    internal const int Side = 112;

    readonly Module<Tensor, Tensor> network;
    readonly bool bgr;

    internal ArcFace(string name, Module<Tensor, Tensor> network, bool bgr) : base(name)
    {
        this.network = network;
        this.bgr = bgr;
        RegisterComponents();
    }

    /// <summary>A recogniser with its published weights.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="bgr">Feeds BGR or RGB; the order of its training when null.</param>
    /// <exception cref="UserException">The file is missing or not this network's.</exception>
    internal static ArcFace Load(ArcFaceKind kind, bool? bgr = null) =>
        new($"{kind.Name}, {(bgr ?? kind.Bgr ? "BGR" : "RGB")}", PublishedWeights.LoadInto(kind.Build(), kind.File), bgr ?? kind.Bgr);

    // faces (B,3,112,112), aligned, RGB in [−1, 1] -> (B,512), each of length one
    public override Tensor forward(Tensor faces)
    {
        Shapes.Expect(faces, "ArcFace's faces", Shapes.Any, 3, Side, Side);
        using var scope = NewDisposeScope();
        var embedding = network.call(bgr ? faces.flip(1) : faces);
        return functional.normalize(embedding, p: 2, dim: 1).MoveToOuterDisposeScope();
    }
}
