namespace TalkingHead.Datasets.Synthetic;

/// <summary>How a style lays its sheet of locks. Turns are degrees from the front, lengths centimetres.</summary>
sealed class HairPlan
{
    /// <summary>Where the lock at a turn begins: a direction from the middle of the head.</summary>
    public required Func<float, Vec3> Start { get; init; }

    /// <summary>Where it leaves the skull.</summary>
    public Func<float, Vec3> End { get; init; } = turn => HairLine.Direction(turn, HairLine.Elevation(turn));

    /// <summary>Turn and share of the way from start to end → height over the skull.</summary>
    public required Func<float, float, float> Thickness { get; init; }

    /// <summary>How far it hangs from its end.</summary>
    public Func<float, float> Hang { get; init; } = _ => 0;

    /// <summary>Hanging hair swings out by so much, in waves of so much.</summary>
    public float Flare { get; init; }

    public float Wave { get; init; }

    /// <summary>Height of curls for one of radius 1, and their radius.</summary>
    public float CurlHeight { get; init; }

    public float CurlSize { get; init; } = 0.14f;

    /// <summary>How far locks stand out from each other, and how unequal (a share) they are in length.</summary>
    public float Clump { get; init; } = 0.25f;

    public float Ragged { get; init; } = 0.12f;

    /// <summary>Combed from the hairline to <see cref="Start"/>: the tips are there.</summary>
    public bool Backwards { get; init; }

    /// <summary>Where the thickness is below 0 the sheet lies under the skin.</summary>
    public bool Sinks { get; init; }

    public Material Material { get; init; } = Material.Hair;
}
