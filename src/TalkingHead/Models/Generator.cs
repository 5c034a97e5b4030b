using TalkingHead.Configuration;
using TalkingHead.Libtorch;
using TalkingHead.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Models;

/// <summary>
/// G (paper, section 3.1): a landmark image and a person's ψ to a picture of the person. ψ holds the scale and shift
/// of every adaptive instance norm; <see cref="Project(Tensor)"/> makes it from an embedding (ψ = P ê), fine-tuning trains it.
/// Three extensions that the paper has not, all off by default: skip paths from the way down to the way up
/// (<see cref="NetworkSettings.SkipPaths"/>); and at the end of ψ a canvas (<see cref="NetworkSettings.CanvasSide"/>) and references
/// (<see cref="NetworkSettings.ReferenceSide"/>), as many as there are source frames.
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
    readonly int referenceSide; // 0 without references
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
        referenceSide = settings.ReferenceSide;
        var inputs = Inputs(settings);
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
        last = new SpectralNormConv2d(channels[0], Outputs(settings), 3, mode);

        styleChannels =
        [
            .. Enumerable.Repeat(channels[^1], 2 * settings.ResidualBlocks),
            .. Enumerable.Range(0, channels.Length).SelectMany(block => new[] { ups[block], ups[block + 1] }),
            channels[0],
        ];
        if (projects)
        {
            projection = new SpectralNormLinear(settings.Embedding, StyleLength, mode);
            StartAsInstanceNorm(projection);
        }
        RegisterComponents();
    }

    // Source frames whose references are read at once, or that are drawn to correct them: it takes some ten times their memory.
    const int ReadAtOnce = 16;

    // The landmark image, and a reference drawn to it.
    static int Inputs(NetworkSettings settings) => settings.ReferenceSide > 0 ? 3 + References.MapCount : 3;

    // A picture, and how much of the reference shows.
    static int Outputs(NetworkSettings settings) => settings.ReferenceSide > 0 ? 4 : 3;

    /// <summary>Length of ψ without references: 13,056 in the paper.</summary>
    public override int StyleLength => 2 * styleChannels.Sum() + canvasLength;

    /// <summary>Length of a reference; 0 without.</summary>
    public override long ReferenceLength => References.Length(referenceSide);

    /// <summary>Embeddings ê (B,N) to ψ = P ê (B,<see cref="StyleLength"/>), without references.</summary>
    public override Tensor Project(Tensor embedding) =>
        (projection ?? throw new InvalidOperationException("A head's generator has no P: the person's ψ' stands beside it."))
            .call(embedding).As(ScalarType.Float32);

    /// <inheritdoc/>
    public override Tensor Project(Tensor embedding, Tensor frames, Tensor landmarks)
    {
        if (referenceSide == 0)
            return Project(embedding);
        var (b, k) = (embedding.shape[0], frames.shape[1]);
        Shapes.Expect(frames, "source frames", b, k, 3, size, size);
        Shapes.Expect(landmarks, "source landmarks", b, k, 3, size, size);
        using var scope = NewDisposeScope();
        var references = frames.flatten(0, 1).split(ReadAtOnce).Zip(landmarks.flatten(0, 1).split(ReadAtOnce))
            .Select(part => References.Read(part.First, part.Second, referenceSide)).ToArray();
        return cat([Project(embedding), cat(references).view(b, -1)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// ψ of a person (1,A) for each of the person's source frames (B,A), for the generator to learn from: the reference that was made
    /// of the frame itself does not count, and an only one is left out. ψ as it is where it has none.
    /// </summary>
    /// <param name="psi">ψ.</param>
    /// <param name="own">The frames' numbers (B), int64.</param>
    internal Tensor WithoutOwn(Tensor psi, Tensor own)
    {
        if (ReferencesIn(psi.shape[1]) is var count and < 2)
            return count == 0 ? psi : psi[.., ..StyleLength];
        using var scope = NewDisposeScope();
        var references = References.Without(psi.detach()[.., StyleLength..].view(1, -1, ReferenceLength), own);
        return cat([psi[.., ..StyleLength].expand(own.shape[0], -1), references.flatten(1)], 1).MoveToOuterDisposeScope();
    }

    internal override Tensor BackProject(Tensor psi, Tensor frames, Tensor landmarks)
    {
        if (referenceSide == 0)
            return psi;
        Shapes.Expect(psi, "psi", 1, NearestPsiLength(psi.shape[1]));
        var count = ReferencesIn(psi.shape[1]);
        Shapes.Expect(frames, "source frames", count, 3, size, size);
        Shapes.Expect(landmarks, "source landmarks", count, 3, size, size);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var parts = psi[.., StyleLength..].view(-1, ReferenceLength).split(ReadAtOnce)
            .Zip(frames.split(ReadAtOnce), landmarks.split(ReadAtOnce)).Select(part => References.BackProject(part.First,
                part.Second - call(part.Third, psi), part.Third, referenceSide)).ToArray();
        return cat([psi[.., ..StyleLength], cat(parts).view(1, -1)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Landmark images (B,3,S,S) in [-1,1] and ψ, one for each or one for all (B or 1,<see cref="StyleLength"/>, and references after
    /// it, if any), to pictures (B,3,S,S) in [-1,1].
    /// </summary>
    public override Tensor forward(Tensor landmarks, Tensor psi)
    {
        Shapes.Expect(landmarks, "generator landmarks", Shapes.Any, 3, size, size);
        Shapes.Expect(psi, "generator psi", psi.shape[0] == 1 ? 1 : landmarks.shape[0],
            psi.shape[^1] == StyleLength ? StyleLength : NearestPsiLength(psi.shape[^1]));
        using var scope = NewDisposeScope();
        var parts = Parts(psi);
        var styles = new Queue<Style>(Styles(parts));
        (Tensor Maps, Tensor Share)? drawn = referenceSide == 0 ? null
            : parts[^1].shape[1] == 0 ? References.DrawNone(landmarks)
            : References.Draw(parts[^1].view(psi.shape[0], -1, ReferenceLength), landmarks, referenceSide);
        var input = Layout.PixelByPixel(drawn is { } more ? cat([landmarks, more.Maps], 1) : landmarks);
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
        var end = last.call(h).As(ScalarType.Float32);
        if (drawn is not var (reference, present))
            return end.tanh().MoveToOuterDisposeScope();
        var (picture, colours) = (end[.., ..3].tanh(), reference[.., ..3]);
        var shown = end[.., 3..].sigmoid() * present;
        return picture.Add(shown * (colours - picture)).MoveToOuterDisposeScope();
    }

    internal override string Emit(OnnxGraph graph, string landmarks, long side, Tensor? psi)
    {
        var (each, others) = psi is null ? InputStyles(graph, styleChannels, shiftFirst: false, Others)
            : (ConstantStyles(graph, Styles(Parts(psi)), places: false), []);
        var styles = new Queue<OnnxStyle>(each);
        var image = new OnnxTerm(graph, landmarks);
        (OnnxTerm Maps, OnnxTerm Share)? drawn = referenceSide == 0 ? null
            : References.Draw(psi is null ? new(graph, others[^1]) : image.Numbers(Parts(psi)[^1]), image, side, referenceSide);
        var input = drawn is { } more ? OnnxTerm.Concat(1, image, more.Maps).Name : landmarks;
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
        var end = new OnnxTerm(graph, graph.Single(last.Emit(graph, nameof(last), h)));
        if (drawn is not var (reference, present))
            return end.Tanh().Name;
        var (outputs, colours) = (end.Split(3, 1), reference.Slice(1, 0, 3));
        var picture = outputs[0].Tanh();
        return (picture + outputs[1].Sigmoid() * present * (colours - picture)).Name;
    }

    internal override string EmitProjection(OnnxGraph graph, string embedding, string frames, string landmarks)
    {
        var layer = projection ?? throw new InvalidOperationException("A head's generator has no P.");
        var projected = layer.Emit(graph, nameof(projection), embedding);
        if (referenceSide == 0)
            return projected;
        var references = References.Read(new(graph, frames), new(graph, landmarks), size, referenceSide);
        return OnnxTerm.Concat(1, new(graph, projected), references.Reshape(1, -1)).Name;
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
        var inputs = Inputs(settings);
        var count = 2 * settings.ResidualBlocks * 9 * down[^1] * down[^1] + (9 * down[0] + 1) * Outputs(settings);
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

    // ψ (B,A) is scale then shift of each adaptive norm (B,C), in the order of use, then canvas and references, if any. They are
    // split at once: each narrow would fill all of ψ's slope with zeros.
    Tensor[] Parts(Tensor psi)
    {
        var lengths = styleChannels.SelectMany(channels => new long[] { channels, channels });
        return psi.split([.. lengths, .. Others, .. referenceSide > 0 ? [psi.shape[1] - StyleLength] : Array.Empty<long>()], 1);
    }

    IEnumerable<Style> Styles(Tensor[] parts) => parts[..(2 * styleChannels.Length)].Chunk(2).Select(pair => new Style(pair[0], pair[1]));

    // Lengths of what stands between the styles and the references in ψ.
    long[] Others => canvasLength > 0 ? [canvasLength] : [];

    // (B,c,s,s)
    Tensor Canvas(Tensor[] parts) => parts[2 * styleChannels.Length].view(-1, canvasChannels, canvasSide, canvasSide);

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
/// cref="StyleLength"/>, and K · <see cref="ReferenceLength"/> more where it has references).
/// </summary>
public abstract class PersonGenerator : Module<Tensor, Tensor, Tensor>
{
    private protected PersonGenerator(string name) : base(name)
    {
    }

    /// <summary>Length of ψ without references.</summary>
    public abstract int StyleLength { get; }

    /// <summary>Length of a reference, of which ψ has one for each source frame at its end; 0 without.</summary>
    public virtual long ReferenceLength => 0;

    /// <summary>How many whole references a ψ of this length has.</summary>
    internal long ReferencesIn(long length) => ReferenceLength == 0 ? 0 : (length - StyleLength) / ReferenceLength;

    /// <summary>What the length of a ψ of about <paramref name="length"/> must be: with its whole references, one at least and
    /// <see cref="References.Most"/> at most.</summary>
    internal long NearestPsiLength(long length) => StyleLength + Math.Clamp(ReferencesIn(length), 1, References.Most) * ReferenceLength;

    /// <summary>
    /// Embeddings ê (B,N) to ψ = P ê (B,<see cref="StyleLength"/>) without references: a generator that has some draws without them.
    /// </summary>
    public abstract Tensor Project(Tensor embedding);

    /// <summary>
    /// Embeddings ê (B,N), and the frames and landmark images (B,K,3,S,S) in [-1,1] that they are of, to ψ (B,<see cref="StyleLength"/> +
    /// K · <see cref="ReferenceLength"/>).
    /// </summary>
    public virtual Tensor Project(Tensor embedding, Tensor frames, Tensor landmarks) => Project(embedding);

    /// <summary>
    /// ψ of a person (1,A) whose references make up for what the generator misses of the frames and landmark images (K,3,S,S) in [-1,1]
    /// that they are of; ψ itself where it has none.
    /// </summary>
    internal virtual Tensor BackProject(Tensor psi, Tensor frames, Tensor landmarks) => psi;

    /// <summary>
    /// Adds the generator to an ONNX graph: <paramref name="landmarks"/> (N,3,side,side) to pictures of the same shape. With
    /// numbers for ψ (1,A) they become part of the model; without, the graph gets an input <c>psi</c> (N or 1,A).
    /// </summary>
    internal abstract string Emit(OnnxGraph graph, string landmarks, long side, Tensor? psi);

    /// <summary>Adds P to an ONNX graph: ê (1,N), and the frames and landmark images (K,3,S,S) that it is of, to ψ (1,A).</summary>
    internal abstract string EmitProjection(OnnxGraph graph, string embedding, string frames, string landmarks);

    // Styles of numbers, (C) each as ONNX's norm takes them, or (1,C,1,1) to be applied to maps.
    private protected static IEnumerable<OnnxStyle> ConstantStyles(OnnxGraph graph, IEnumerable<Style> styles, bool places)
    {
        return styles.Select((style, norm) => new OnnxStyle(Numbers($"psi.{norm}.scale", style.Scale),
            Numbers($"psi.{norm}.shift", style.Shift), Constant: true));

        string Numbers(string name, Tensor values) => graph.Numbers(name, places ? values.unsqueeze(2).unsqueeze(3) : values.flatten());
    }

    // Styles of the input psi, (N or 1,C,1,1) each, and what stands after them (N or 1,length,1,1), of these lengths; last, where the
    // generator has them, its references (N or 1,K · ReferenceLength).
    private protected (IEnumerable<OnnxStyle> Styles, string[] Others) InputStyles(OnnxGraph graph, IReadOnlyList<int> channels,
        bool shiftFirst, params long[] rest)
    {
        var all = new OnnxTerm(graph, graph.Input("psi", "people", ReferenceLength > 0 ? "numbers" : StyleLength));
        var psi = (ReferenceLength > 0 ? all.Slice(1, 0, StyleLength) : all).Reshape(0, StyleLength, 1, 1);
        var lengths = channels.SelectMany(count => new long[] { count, count });
        var parts = graph.Split(psi.Name, [.. lengths, .. rest]);
        var styles = parts[..(2 * channels.Count)].Chunk(2)
            .Select(pair => new OnnxStyle(pair[shiftFirst ? 1 : 0], pair[shiftFirst ? 0 : 1], Constant: false));
        string[] references = ReferenceLength > 0 ? [all.Slice(1, StyleLength, long.MaxValue).Name] : [];
        return (styles, [.. parts[(2 * channels.Count)..], .. references]);
    }
}
