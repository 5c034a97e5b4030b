#pragma warning disable CS1591 // the sentence of each [Setting] is its documentation
namespace TalkingHead.Configuration;

/// <summary>Whose networks a run has.</summary>
public enum NetworkLayout
{
    /// <summary>This framework's, built as the paper says.</summary>
    Paper,

    /// <summary>Those of the published weights of the best-known reproduction.</summary>
    VtMaster,

    /// <summary>Those of its later layout.</summary>
    VtSaveDisc,
}

/// <summary>The three networks; the defaults are the paper's.</summary>
public sealed record NetworkSettings
{
    [Setting("Network architecture: paper, or one read by talkinghead import. The sizes below apply to paper only.")]
    public NetworkLayout Layout { get; init; } = NetworkLayout.Paper;

    [Setting("Channels of each network's first block; they double each time the side halves.", Min = 8, Max = 512)]
    public int BaseChannels { get; init; } = 64;

    [Setting("Maximum number of channels.", Min = 8, Max = 4096)]
    public int MaxChannels { get; init; } = 512;

    [Setting("N, the length of an embedding and of a row of W; also the channels of the last block of E and V.", Min = 8, Max = 4096)]
    public int Embedding { get; init; } = 512;

    [Setting("Side of the last feature maps of the embedder and the discriminator.", Min = 2, Max = 64, PowerOfTwo = true)]
    public int EncoderSide { get; init; } = 4;

    [Setting("Side of the feature maps at the generator's bottleneck.", Min = 4, Max = 128, PowerOfTwo = true)]
    public int BottleneckSide { get; init; } = 16;

    [Setting("Adaptive residual blocks at the generator's bottleneck.", Min = 1, Max = 32)]
    public int ResidualBlocks { get; init; } = 4;

    [Setting("Self-attention follows the downsampling block whose output has this side; 0 for none.", Min = 0, Max = 512)]
    public int AttentionSide { get; init; } = 32;

    [Setting("Self-attention follows the generator's upsampling block whose output has this side; 0 for none.", Min = 0, Max = 512)]
    public int UpAttentionSide { get; init; } = 64;

    [Setting("Skip paths in the generator: a 1x1 convolution adds each map of the way down to the map of the same side on the way up. "
        + "The paper has none.")]
    public bool SkipPaths { get; init; }

    [Setting("Side of a person's canvas, maps in psi that a 1x1 convolution adds to the generator's maps of that side: what "
        + "of a person stays in its place, such as room and clothes. 0 for none, as in the paper.", Min = 0, Max = 256)]
    public int CanvasSide { get; init; }

    [Setting("Channels of the canvas.", Min = 1, Max = 64)]
    public int CanvasChannels { get; init; } = 8;

    [Setting("Side in pixels of each reference: a source frame and its landmarks in the head's own coordinates. References stand at the "
        + "end of psi; the generator sees the one whose head pose is nearest, warped to the landmark image, and says for each pixel how "
        + "much of it shows. 0 for none, as in the paper.", Min = 0, Max = 512)]
    public int ReferenceSide { get; init; }

    [Setting("Standard deviation of the initial values of W.", Min = 0, Max = 1)]
    public double RowDeviation { get; init; } = 0.02;

    /// <summary>Numbers of a canvas.</summary>
    internal int CanvasLength => CanvasChannels * CanvasSide * CanvasSide;

    /// <summary>Channels of the blocks that halve a picture of side <paramref name="size"/> down to <paramref name="side"/>.</summary>
    internal int[] DownChannels(int size, int side) =>
        [.. Enumerable.Range(0, int.Log2(size / side)).Select(block => (int)long.Min((long)BaseChannels << block, MaxChannels))];

    /// <summary>As <see cref="DownChannels"/> for E and V, whose last block has <see cref="Embedding"/> channels.</summary>
    internal int[] EncoderChannels(int size) => [.. DownChannels(size, EncoderSide)[..^1], Embedding];
}

/// <summary>When the power iterations of spectral norm run.</summary>
public enum PowerIteration
{
    /// <summary>Once after each of a network's optimiser steps.</summary>
    Step,

    /// <summary>At each forward of a network in training, as PyTorch's spectral_norm does.</summary>
    Forward,
}

/// <summary>Which weights are divided by their largest singular value (Miyato et al. 2018).</summary>
public sealed record SpectralNormSettings
{
    [Setting("On every convolution of the embedder.")]
    public bool Embedder { get; init; } = true;

    [Setting("On every convolution of the generator and on P.")]
    public bool Generator { get; init; } = true;

    [Setting("On every convolution of the discriminator and on w0.")]
    public bool Discriminator { get; init; } = true;

    [Setting("On W, the table of one row per clip.")]
    public bool Rows { get; init; } = true;

    [Setting("When the power iteration runs: once per step (cheaper) or at each forward pass.")]
    public PowerIteration Iterate { get; init; } = PowerIteration.Step;
}
