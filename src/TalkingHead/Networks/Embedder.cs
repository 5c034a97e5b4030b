using TalkingHead.Configuration;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Networks;

/// <summary>E (paper, section 3.1): frames of a person with their landmark images to the person's embedding.</summary>
public sealed class Embedder : Module<Tensor, Tensor, Tensor>
{
    readonly DownPath path;
    readonly int size;

    /// <summary>Pictures of side <paramref name="size"/>, with fresh weights from torch's generator.</summary>
    public Embedder(NetworkSettings settings, int size, SpectralMode mode) : base(nameof(Embedder))
    {
        this.size = size;
        path = new DownPath(6, settings.EncoderChannels(size), size, settings.AttentionSide, mode, norm: false);
        RegisterComponents();
    }

    /// <summary>Source frames and landmark images (B,K,3,S,S) in [-1,1] to ê (B,N), the mean over the K.</summary>
    public override Tensor forward(Tensor frames, Tensor landmarks)
    {
        var (b, k) = (frames.shape[0], frames.shape[1]);
        Shapes.Expect(frames, "embedder frames", b, k, 3, size, size);
        Shapes.Expect(landmarks, "embedder landmarks", b, k, 3, size, size);
        using var scope = NewDisposeScope();
        var x = cat([frames, landmarks], 2).flatten(0, 1);          // (B·K,6,S,S)
        var each = functional.relu(path.call(x).to(ScalarType.Float32)).sum([2, 3]); // (B·K,N)
        return each.view(b, k, -1).mean([1]).MoveToOuterDisposeScope(); // (B,N)
    }
}
