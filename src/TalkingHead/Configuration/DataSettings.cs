#pragma warning disable CS1591 // the sentence of each [Setting] is its documentation
namespace TalkingHead.Configuration;

/// <summary>How a frame whose side is not <see cref="DataSettings.Size"/> comes to it.</summary>
public enum ResizeKind
{
    /// <summary>Scaled.</summary>
    Resize,

    /// <summary>Black borders.</summary>
    Pad,
}

/// <summary>The pictures.</summary>
public sealed record DataSettings
{
    [Setting("Side of the square pictures in pixels.", Min = 32, Max = 1024, PowerOfTwo = true)]
    public int Size { get; init; } = 256;

    [Setting("How frames of another size (224 in VoxCeleb2) are brought to it: resize or pad, in training and in use.")]
    public ResizeKind Resize { get; init; } = ResizeKind.Resize;
}

/// <summary>How landmarks are drawn.</summary>
public enum LandmarkStyle
{
    /// <summary>As the paper's authors do: bright lines on black.</summary>
    Paper,

    /// <summary>As the best-known reproduction does: for its imported networks.</summary>
    Vt,
}

/// <summary>The drawing of the 68 landmarks that the networks see.</summary>
public sealed record LandmarkSettings
{
    [Setting("Style of the landmark image: paper, or vt for imported networks.")]
    public LandmarkStyle Style { get; init; } = LandmarkStyle.Paper;

    [Setting("Line width in pixels at 256x256; it scales with the size and is at least one pixel.", Min = 0.5, Max = 16)]
    public double LineWidth { get; init; } = 2;

    [Setting("Whether the inner lips (points 60 to 67) are drawn.")]
    public bool InnerLips { get; init; }

    [Setting("Whether pupils are drawn, as small discs: the head then looks where the driver looks. Not in the paper; needs landmarks "
        + "with pupils.")]
    public bool Pupils { get; init; }
}

/// <summary>The few-shot episodes of meta-learning.</summary>
public sealed record EpisodeSettings
{
    [Setting("K, the number of source frames per episode.", Min = 1, Max = 64)]
    public int Shots { get; init; } = 8;

    [Setting("Whether half of the episodes are mirrored, with their landmarks.")]
    public bool Mirror { get; init; }

    [Setting("Share of the episodes with changed colours (the same change in all frames), for datasets with few people; 0 for none, as in "
        + "the paper.", Min = 0, Max = 1)]
    public double ColorAugmentation { get; init; }

    [Setting("Share of the episodes with another clip's background and clothes (the same in all frames), for datasets with few people; 0 "
        + "for none, as in the paper.", Min = 0, Max = 1)]
    public double BackgroundSwap { get; init; }

    [Setting("Every so many steps references are hidden (network.reference_side), so that the generator can also draw what they do not "
        + "show; 0 for never.", Min = 0)]
    public int HideReferencesEvery { get; init; } = 3;
}
