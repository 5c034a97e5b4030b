using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>V(x, y; θ) (paper, section 3.1): a picture with its landmark image to a vector (B,N).</summary>
public sealed class ProjectionTrunk : Module<Tensor, Tensor, (Tensor Features, IReadOnlyList<Tensor> Maps)>
{
    readonly DownPath path;
    readonly ResidualBlock residual;
    readonly int size;

    internal ProjectionTrunk(NetworkSettings settings, int size, SpectralMode mode) : base(nameof(ProjectionTrunk))
    {
        this.size = size;
        path = new DownPath(6, settings.EncoderChannels(size), size, settings.AttentionSide, mode, norm: false);
        residual = new ResidualBlock(settings.Embedding, mode);
        RegisterComponents();
    }

    /// <summary>Pictures and landmark images (B,3,S,S) in [-1,1] to (B,N) and the maps after each block, 7 in the paper.</summary>
    public override (Tensor Features, IReadOnlyList<Tensor> Maps) forward(Tensor pictures, Tensor landmarks)
    {
        Shapes.Expect(pictures, "discriminator pictures", landmarks.shape[0], 3, size, size);
        Shapes.Expect(landmarks, "discriminator landmarks", Shapes.Any, 3, size, size);
        using var scope = NewDisposeScope();
        var maps = new List<Tensor>();
        var h = residual.call(path.Run(cat([pictures, landmarks], 1), maps));
        maps.Add(h);
        foreach (var map in maps)
            map.MoveToOuterDisposeScope();
        return (functional.relu(h.As(ScalarType.Float32)).sum([2, 3]).MoveToOuterDisposeScope(), maps);
    }
}

/// <summary>
/// D(x, y, i) = V(x, y; θ)ᵀ (W_i + w0) + b (paper, eq. 5). The rows W_i live in <see cref="EmbeddingTable"/>;
/// fine-tuning puts its own w' in the place of W_i + w0.
/// </summary>
public sealed class Discriminator : Module<Tensor, Tensor, Tensor, (Tensor Score, IReadOnlyList<Tensor> Maps)>
{
    internal readonly ProjectionTrunk trunk;
    readonly SpectralNormLinear w0;
    readonly Parameter b;
    readonly int length;

    /// <summary>Pictures of side <paramref name="size"/>, with fresh weights from torch's generator.</summary>
    public Discriminator(NetworkSettings settings, int size, SpectralMode mode) : base(nameof(Discriminator))
    {
        length = settings.Embedding;
        trunk = new ProjectionTrunk(settings, size, mode);
        w0 = new SpectralNormLinear(length, 1, mode, bias: false);
        b = new Parameter(zeros(1));
        RegisterComponents();
    }

    /// <summary>V, the discriminator without W, w0 and b.</summary>
    public ProjectionTrunk Trunk => trunk;

    /// <summary>W_i + w0 of rows W_i (B,N), or of an embedding in their place: w' of a new person.</summary>
    public Tensor Person(Tensor rows)
    {
        Shapes.Expect(rows, "discriminator rows", Shapes.Any, length);
        using var scope = NewDisposeScope();
        return rows.Add(w0.NormalWeight()).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Pictures and landmark images (B,3,S,S) in [-1,1] and persons, one for each or one for all (B or 1,N), to scores
    /// (B) and V's maps.
    /// </summary>
    public override (Tensor Score, IReadOnlyList<Tensor> Maps) forward(Tensor pictures, Tensor landmarks, Tensor persons)
    {
        Shapes.Expect(persons, "discriminator persons", persons.shape[0] == 1 ? 1 : pictures.shape[0], length);
        var (features, maps) = trunk.call(pictures, landmarks);
        using var scope = NewDisposeScope();
        return ((features * persons).sum(1).Add(b).MoveToOuterDisposeScope(), maps);
    }

    /// <summary>Scores (B) of real and fake pictures with the same landmarks and persons, in one pass over the weights.</summary>
    internal (Tensor Real, Tensor Fake) Compare(Tensor real, Tensor fake, Tensor landmarks, Tensor persons)
    {
        var b = real.shape[0];
        var pair = persons.shape[0] == 1 ? persons : cat([persons, persons]);
        var (scores, _) = call(cat([real, fake]), cat([landmarks, landmarks]), pair);
        return (scores.narrow(0, 0, b), scores.narrow(0, b, b));
    }

    /// <summary>V's maps of real pictures, as constants to compare a fake's with.</summary>
    internal IReadOnlyList<Tensor> RealMaps(Tensor real, Tensor landmarks)
    {
        using var _ = no_grad();
        return trunk.call(real, landmarks).Maps;
    }

    /// <summary>θ and b: all but w0, which a new person's w' replaces.</summary>
    internal IEnumerable<Parameter> ParametersWithoutPerson() => [.. trunk.parameters(), b];
}
