using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// G (paper, section 3.1): a landmark image and a person's ψ to a picture of the person. ψ holds the scale and shift
/// of every adaptive instance norm; <see cref="Project"/> makes it from an embedding (ψ = P ê), fine-tuning trains it.
/// Three extensions that the paper has not, all off by default: skip paths from the way down to the way up
/// (<see cref="NetworkSettings.SkipPaths"/>); and at the end of ψ a canvas (<see cref="NetworkSettings.CanvasSide"/>) and a texture
/// (<see cref="NetworkSettings.TextureSide"/>).
/// </summary>
public sealed class Generator : PersonGenerator
{
    readonly DownPath path;
    readonly ModuleList<AdaptiveBlock> residual;
    readonly ModuleList<UpBlock> up;
    readonly SelfAttention? attention;
    readonly AdaptiveInstanceNorm norm;
    readonly SpectralNormConv2d last;
    readonly ModuleList<SpectralNormConv2d>? skips; // one for each up block
    readonly SpectralNormConv2d? canvas;
    readonly SpectralNormLinear? projection; // a head's generator has none
    readonly int size;
    readonly int attentionBlock;
    readonly int canvasBlock; // the up block that it follows
    readonly int canvasSide, canvasChannels, canvasLength; // all 0 without one
    readonly int textureSide, textureLength; // 0 without one
    readonly int[] styleChannels;

    /// <summary>Pictures of side <paramref name="size"/>, with fresh weights from torch's generator.</summary>
    public Generator(NetworkSettings settings, int size, SpectralMode mode) : this(settings, size, mode, projects: true)
    {
    }

    /// <summary>With or without P.</summary>
    internal Generator(NetworkSettings settings, int size, SpectralMode mode, bool projects) : base(nameof(Generator))
    {
        this.size = size;
        var channels = settings.DownChannels(size, settings.BottleneckSide);
        (textureSide, textureLength) = (settings.TextureSide, settings.TextureLength);
        var inputs = textureSide > 0 ? 6 : 3;
        path = new DownPath(inputs, channels, size, settings.AttentionSide, mode, norm: true);
        residual = new ModuleList<AdaptiveBlock>();
        for (var block = 0; block < settings.ResidualBlocks; block++)
            residual.Add(new AdaptiveBlock(channels[^1], mode));

        // The way up mirrors the way down: 512 -> 512 -> 256 -> 128 -> 64 in the paper.
        int[] ups = [channels[^1], .. channels.Reverse()];
        up = new ModuleList<UpBlock>();
        for (var block = 0; block < channels.Length; block++)
            up.Add(new UpBlock(ups[block], ups[block + 1], mode));
        int[] sides = [.. channels.Select((_, block) => settings.BottleneckSide << (block + 1))]; // after each up block
        attentionBlock = Array.IndexOf(sides, settings.UpAttentionSide);
        if (attentionBlock >= 0)
            attention = new SelfAttention(ups[attentionBlock + 1], mode);
        if (settings.SkipPaths)
        {
            skips = new ModuleList<SpectralNormConv2d>();
            for (var block = 0; block < channels.Length; block++) // from the map of the same side, at the end from the input
                skips.Add(new SpectralNormConv2d(block == channels.Length - 1 ? inputs : channels[^(block + 2)], ups[block + 1], 1, mode));
        }
        canvasBlock = Array.IndexOf(sides, settings.CanvasSide);
        if (canvasBlock >= 0)
        {
            (canvasSide, canvasChannels, canvasLength) = (settings.CanvasSide, settings.CanvasChannels, settings.CanvasLength);
            canvas = new SpectralNormConv2d(canvasChannels, ups[canvasBlock + 1], 1, mode);
        }
        norm = new AdaptiveInstanceNorm(relu: true);
        last = new SpectralNormConv2d(channels[0], 3, 3, mode);

        styleChannels =
        [
            .. Enumerable.Repeat(channels[^1], 2 * settings.ResidualBlocks),
            .. Enumerable.Range(0, channels.Length).SelectMany(block => new[] { ups[block], ups[block + 1] }),
            channels[0],
        ];
        if (projects)
        {
            projection = new SpectralNormLinear(settings.Embedding, StyleLength - textureLength, mode);
            StartAsInstanceNorm(projection);
        }
        RegisterComponents();
    }

    /// <summary>Length of ψ: 13,056 in the paper.</summary>
    public override int StyleLength => 2 * styleChannels.Sum() + canvasLength + textureLength;

    /// <summary>Embeddings ê (B,N) to ψ = P ê (B,<see cref="StyleLength"/>); a texture after ê ends ψ.</summary>
    public override Tensor Project(Tensor embedding)
    {
        var layer = projection ?? throw new InvalidOperationException("A head's generator has no P: the person's ψ' stands beside it.");
        var length = layer.weight.shape[1];
        Shapes.Expect(embedding, "generator embedding", Shapes.Any, length + textureLength);
        if (textureLength == 0)
            return layer.call(embedding).As(ScalarType.Float32);
        using var scope = NewDisposeScope();
        var projected = layer.call(embedding.narrow(1, 0, length)).As(ScalarType.Float32);
        return cat([projected, embedding.narrow(1, length, textureLength)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Landmark images (B,3,S,S) in [-1,1] and ψ, one for each or one for all (B or 1,<see cref="StyleLength"/>), to
    /// pictures (B,3,S,S) in [-1,1].
    /// </summary>
    public override Tensor forward(Tensor landmarks, Tensor psi)
    {
        Shapes.Expect(landmarks, "generator landmarks", Shapes.Any, 3, size, size);
        Shapes.Expect(psi, "generator psi", psi.shape[0] == 1 ? 1 : landmarks.shape[0], StyleLength);
        using var scope = NewDisposeScope();
        var parts = Parts(psi);
        var styles = new Queue<Style>(Styles(parts));
        var input = Layout.PixelByPixel(textureSide > 0 ? cat([landmarks, HeadFrame.ToPicture(Texture(parts), landmarks)], 1) : landmarks);
        List<Tensor> maps = [input]; // those that skip paths start from
        var h = skips is null ? path.call(input) : path.Run(input, maps); // the first keeps no map but the last
        foreach (var block in residual)
            h = block.call(h, styles.Dequeue(), styles.Dequeue());
        for (var block = 0; block < up.Count; block++)
        {
            h = up[block].call(h, styles.Dequeue(), styles.Dequeue());
            if (skips is not null)
                h = h.Add(skips[block].call(maps[up.Count - 1 - block]));
            if (block == canvasBlock)
                h = h.Add(canvas!.call(Layout.PixelByPixel(Canvas(parts))));
            if (block == attentionBlock)
                h = attention!.call(h);
        }
        h = norm.call(h, styles.Dequeue());
        return last.call(h).As(ScalarType.Float32).tanh().MoveToOuterDisposeScope();
    }

    internal override string Emit(OnnxGraph graph, string landmarks, long side, Tensor? psi)
    {
        var (each, others) = psi is null ? InputStyles(graph, styleChannels, shiftFirst: false, Others)
            : (ConstantStyles(graph, Styles(Parts(psi)), places: false), []);
        var styles = new Queue<OnnxStyle>(each);
        var input = textureSide == 0 ? landmarks
            : graph.Add("Concat", "generator.input", [landmarks, HeadFrame.EmitToPicture(graph, psi is null
                ? graph.Reshape("psi.texture", others[^1], 0, 3, textureSide, textureSide)
                : graph.Numbers("psi.texture", Texture(Parts(psi))), landmarks, side)], ("axis", 1L));
        List<string> maps = [input];
        var h = path.Emit(graph, nameof(path), input, side, maps);
        for (var block = 0; block < residual.Count; block++)
            h = residual[block].Emit(graph, $"{nameof(residual)}.{block}", h, styles.Dequeue(), styles.Dequeue());
        for (var block = 0; block < up.Count; block++)
        {
            h = up[block].Emit(graph, $"{nameof(up)}.{block}", h, styles.Dequeue(), styles.Dequeue());
            if (skips is not null)
                h = graph.Sum($"{nameof(skips)}.{block}.sum", h,
                    skips[block].Emit(graph, $"{nameof(skips)}.{block}", maps[up.Count - 1 - block]));
            if (block == canvasBlock)
            {
                var person = psi is null ? graph.Reshape("psi.canvas", others[0], 0, canvasChannels, canvasSide, canvasSide)
                    : graph.Numbers("psi.canvas", Canvas(Parts(psi)));
                h = graph.Sum($"{nameof(canvas)}.sum", h, canvas!.Emit(graph, nameof(canvas), person));
            }
            if (block == attentionBlock)
                h = attention!.Emit(graph, nameof(attention), h, side >> (up.Count - 1 - block));
        }
        h = norm.Emit(graph, nameof(norm), h, styles.Dequeue());
        return graph.Each("Tanh", "tanh", graph.Single(last.Emit(graph, nameof(last), h)));
    }

    internal override string EmitProjection(OnnxGraph graph, string embedding)
    {
        var layer = projection ?? throw new InvalidOperationException("A head's generator has no P.");
        if (textureLength == 0)
            return layer.Emit(graph, nameof(projection), embedding);
        var parts = graph.Split(embedding, [layer.weight.shape[1], textureLength]);
        return graph.Add("Concat", "psi.all", [layer.Emit(graph, nameof(projection), parts[0]), parts[1]], ("axis", 1L));
    }

    /// <summary>All but P, which a new person's ψ' replaces.</summary>
    internal IEnumerable<Parameter> ParametersWithoutProjection() =>
        named_parameters().Where(pair => !IsProjection(pair.name)).Select(pair => pair.parameter);

    /// <summary>Whether a name of the state is P's.</summary>
    internal static bool IsProjection(string name) => name.StartsWith($"{nameof(projection)}.", StringComparison.Ordinal);

    /// <summary>How many parameters <see cref="ParametersWithoutProjection()"/> are, counted without making any.</summary>
    internal static long CountWithoutProjection(NetworkSettings settings, int size)
    {
        long[] down = [.. settings.DownChannels(size, settings.BottleneckSide)];
        long[] ups = [down[^1], .. down.Reverse()];
        var inputs = settings.TextureSide > 0 ? 6 : 3;
        var count = 2 * settings.ResidualBlocks * 9 * down[^1] * down[^1] + 9 * 3 * down[0] + 3;
        for (var block = 0; block < down.Length; block++)
        {
            var (from, outputs) = (block == 0 ? inputs : down[block - 1], down[block]);
            count += Convolutions(from, outputs) + (block == 0 ? 2 * outputs : 2 * (from + outputs)); // biases, or affine norms
            count += Convolutions(ups[block], ups[block + 1]);
            if (size >> (block + 1) == settings.AttentionSide)
                count += Attention(outputs);
            var side = settings.BottleneckSide << (block + 1);
            if (side == settings.UpAttentionSide)
                count += Attention(ups[block + 1]);
            if (settings.SkipPaths)
                count += ((block == down.Length - 1 ? inputs : down[^(block + 2)]) + 1) * ups[block + 1];
            if (side == settings.CanvasSide)
                count += (settings.CanvasChannels + 1) * ups[block + 1];
        }
        return count;

        // Two of 3x3 and one of 1x1 with a bias.
        static long Convolutions(long from, long outputs) => 9 * from * outputs + 9 * outputs * outputs + from * outputs + outputs;

        static long Attention(long channels) => 2 * (channels / 8) * (channels + 1) + channels * (channels + 1) + 1;
    }

    // ψ (B,A) is scale then shift of each adaptive norm (B,C), in the order of use, then canvas and texture, if any. They are
    // split at once: each narrow would fill all of ψ's slope with zeros.
    Tensor[] Parts(Tensor psi)
    {
        var lengths = styleChannels.SelectMany(channels => new long[] { channels, channels });
        return psi.split([.. lengths, .. Others], 1);
    }

    IEnumerable<Style> Styles(Tensor[] parts) => parts[..(2 * styleChannels.Length)].Chunk(2).Select(pair => new Style(pair[0], pair[1]));

    // Lengths of what stands after the styles in ψ.
    long[] Others => [.. new long[] { canvasLength, textureLength }.Where(length => length > 0)];

    // (B,c,s,s)
    Tensor Canvas(Tensor[] parts) => parts[2 * styleChannels.Length].view(-1, canvasChannels, canvasSide, canvasSide);

    // (B,3,t,t)
    Tensor Texture(Tensor[] parts) => parts[^1].view(-1, 3, textureSide, textureSide);

    // With P's bias of scale 1 and shift 0, a fresh generator starts as plain instance norm; with an empty canvas.
    void StartAsInstanceNorm(SpectralNormLinear projection)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        projection.bias!.copy_(cat([.. styleChannels.SelectMany(channels => new[] { ones(channels), zeros(channels) }),
            zeros(canvasLength)]));
    }
}

/// <summary>
/// A generator of pictures (B,3,S,S) from landmark images (B,3,S,S), both in [-1,1], and a person's ψ (B or 1,<see
/// cref="StyleLength"/>).
/// </summary>
public abstract class PersonGenerator : Module<Tensor, Tensor, Tensor>
{
    private protected PersonGenerator(string name) : base(name)
    {
    }

    /// <summary>Length of ψ.</summary>
    public abstract int StyleLength { get; }

    /// <summary>What the embedder gives, ê (B,N) and a texture's numbers where it has one, to ψ (B,<see cref="StyleLength"/>).</summary>
    public abstract Tensor Project(Tensor embedding);

    /// <summary>
    /// Adds the generator to an ONNX graph: <paramref name="landmarks"/> (N,3,side,side) to pictures of the same shape. With
    /// numbers for ψ (1,A) they become part of the model; without, the graph gets an input <c>psi</c> (N or 1,A).
    /// </summary>
    internal abstract string Emit(OnnxGraph graph, string landmarks, long side, Tensor? psi);

    /// <summary>Adds P to an ONNX graph: ê (B,N) to ψ (B,A).</summary>
    internal abstract string EmitProjection(OnnxGraph graph, string embedding);

    // Styles of numbers, (C) each as ONNX's norm takes them, or (1,C,1,1) to be applied to maps.
    private protected static IEnumerable<OnnxStyle> ConstantStyles(OnnxGraph graph, IEnumerable<Style> styles, bool places)
    {
        return styles.Select((style, norm) => new OnnxStyle(Numbers($"psi.{norm}.scale", style.Scale),
            Numbers($"psi.{norm}.shift", style.Shift), Constant: true));

        string Numbers(string name, Tensor values) => graph.Numbers(name, places ? values.unsqueeze(2).unsqueeze(3) : values.flatten());
    }

    // Styles of the input psi, (N or 1,C,1,1) each, and what stands after them (N or 1,length,1,1), of these lengths.
    private protected (IEnumerable<OnnxStyle> Styles, string[] Others) InputStyles(OnnxGraph graph, IReadOnlyList<int> channels,
        bool shiftFirst, params long[] rest)
    {
        var psi = graph.Reshape("psi.places", graph.Input("psi", "people", StyleLength), 0, StyleLength, 1, 1);
        var lengths = channels.SelectMany(count => new long[] { count, count });
        var parts = graph.Split(psi, [.. lengths, .. rest]);
        var styles = parts[..(2 * channels.Count)].Chunk(2)
            .Select(pair => new OnnxStyle(pair[shiftFirst ? 1 : 0], pair[shiftFirst ? 0 : 1], Constant: false));
        return (styles, parts[(2 * channels.Count)..]);
    }
}
