using TalkingHead.Datasets;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>What is evaluated, and on how much.</summary>
public sealed record EvaluationSettings
{
    public const int DefaultIdentities = 50, DefaultHoldOut = 32, DefaultSeed = 1;

    /// <summary>T: how many source frames a person is learned from, each number a run of its own (paper, section 4).</summary>
    public IReadOnlyList<int> Shots { get; init; } = [1, 8, 32];

    /// <summary>Held-out people, one clip of each; fewer where the dataset has fewer.</summary>
    public int Identities { get; init; } = DefaultIdentities;

    /// <summary>Frames of each clip that drive and are the truth; none of them is a source frame.</summary>
    public int HoldOut { get; init; } = DefaultHoldOut;

    /// <summary>Chooses people, clips and frames, and draws bootstrap samples and KID's subsets.</summary>
    public int Seed { get; init; } = DefaultSeed;

    /// <summary>Each person is driven by the next one, not by herself.</summary>
    public bool Cross { get; init; }

    /// <summary>In cross-reenactment, carry the driver's motion over to the person's own face; the paper does not.</summary>
    public bool Adapt { get; init; }

    /// <summary>No fine-tuned heads.</summary>
    public bool FeedForward { get; init; }

    /// <summary>Which of the people this process evaluates.</summary>
    public DatasetPart Part { get; init; } = DatasetPart.Whole;

    /// <summary>How many people this machine evaluates at once, each in a process of its own: the records say it beside their times.</summary>
    public int AtOnce { get; init; } = 1;

    /// <summary>Keeps the heads in this folder; null where they are not kept.</summary>
    public string? HeadsOut { get; init; }

    /// <summary>Which metrics, and how; its seed and device are not used, these are the evaluation's and the run's.</summary>
    public ComparisonSettings Comparison { get; init; } = new();

    /// <summary>Metrics of generated frames that have no truth: another person's motion.</summary>
    internal static IReadOnlyList<Metric> WithoutTruth { get; } = [Metric.Fid, Metric.Kid, Metric.Csim, Metric.Pose];

    /// <exception cref="UserException">A number that makes no sense.</exception>
    internal void Check()
    {
        if (Shots.Count == 0 || Shots.Any(shots => shots < 1) || Shots.Distinct().Count() != Shots.Count)
            throw UserException.Usage($"--shots {string.Join(",", Shots)}: expected different numbers of 1 or more, such as 1,8,32.");
        if (Identities < 1)
            throw UserException.Usage($"--identities {Identities}: expected 1 or more.");
        if (HoldOut < 2)
            throw UserException.Usage($"--holdout {HoldOut}: expected 2 or more; the floors halve the hold-out frames.");
        if (Cross && Identities < 2)
            throw UserException.Usage("--cross: expected --identities 2 or more, for each person is driven by another.");
        if (Adapt && !Cross)
            throw UserException.Usage("--adapt: expected with --cross; people who drive themselves need no adaptation.");
    }

    /// <summary>Reads "1,8,32".</summary>
    /// <exception cref="UserException">No list of numbers.</exception>
    public static IReadOnlyList<int> ParseShots(string list)
    {
        var numbers = list.Split(',', StringSplitOptions.TrimEntries);
        return numbers.All(number => int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
            ? [.. numbers.Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))]
            : throw UserException.Usage($"--shots {list}: expected different numbers of 1 or more, such as 1,8,32.");
    }
}
