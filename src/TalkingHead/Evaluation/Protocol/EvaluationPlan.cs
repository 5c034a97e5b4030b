using System.Globalization;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;

namespace TalkingHead.Evaluation.Protocol;

/// <summary>
/// Who is evaluated, on which frames: a function of dataset, shots, number of people, hold-out frames and seed alone.
/// Every draw is keyed by a name, so that people who join the dataset change nobody else's frames.
/// </summary>
static class EvaluationPlan
{
    const ulong OrderStream = 1, ClipStream = 2, FrameStream = 3;

    /// <summary>One entry a person; the next one in the list is the driver in cross-reenactment.</summary>
    /// <exception cref="UserException">The dataset has no held-out person with clips long enough.</exception>
    internal static IReadOnlyList<IdentityPlan> Create(Dataset dataset, EvaluationSettings settings)
    {
        int shots = settings.Shots.Max(), needed = shots + settings.HoldOut;
        int[] heldOut = [.. Enumerable.Range(0, dataset.Count).Where(clip => dataset.SplitOf(clip) == Split.Test)];
        if (heldOut.Length == 0)
            throw new UserException($"{dataset.Folder}: all its people are there to train on, none is held out; prepare it with a "
                + $"--test-share above 0, or synth more identities.");
        var longEnough = heldOut.Where(clip => dataset.FrameCountOf(clip) >= needed).Select(clip => dataset[clip]).ToArray();
        if (longEnough.Length == 0)
            throw new UserException($"{dataset.Folder}: T = {shots} and {settings.HoldOut} hold-out frames, apart, need clips of {needed} "
                + $"frames; its longest held-out clip has {heldOut.Max(dataset.FrameCountOf)}. Lower --holdout or --shots.");
        var plan = longEnough.GroupBy(clip => clip.Identity)
            .OrderBy(person => Random(settings, OrderStream, person.Key).Next()).ThenBy(person => person.Key, StringComparer.Ordinal)
            .Take(settings.Identities).Select(person => Plan(dataset, [.. person], settings)).ToArray();
        return settings.Cross && plan.Length < 2
            ? throw new UserException($"{dataset.Folder}: one held-out person has clips of {needed} frames; --cross needs two, for each is "
                + $"driven by another. Lower --holdout or --shots.")
            : plan;
    }

    static IdentityPlan Plan(Dataset dataset, Clip[] clips, EvaluationSettings settings)
    {
        var clip = clips[Random(settings, ClipStream, clips[0].Identity).Below(clips.Length)];
        int[] frames = [.. Enumerable.Range(0, clip.FrameCount)];
        Random(settings, FrameStream, clip.Id).Shuffle(frames);
        return new(clip.Identity, clip.Id, dataset.ReadRecord(clip.Index).Checksum,
            [.. frames.Take(settings.HoldOut).Order()], [.. frames.Skip(settings.HoldOut).Take(settings.Shots.Max())]);
    }

    static CounterRandom Random(EvaluationSettings settings, ulong stream, string name) =>
        new((ulong)settings.Seed, stream, Checksum.Compute(name));
}

/// <summary>What is evaluated, and on how much.</summary>
public sealed record EvaluationSettings
{
    internal const int DefaultIdentities = 50, DefaultHoldOut = 32, DefaultSeed = 1;

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

    /// <summary>How many people this machine evaluates at once, each in a process of its own; recorded beside times.</summary>
    public int AtOnce { get; init; } = 1;

    /// <summary>Keeps the heads in this folder; null where they are not kept.</summary>
    public string? HeadsOut { get; init; }

    /// <summary>What other systems made, a row each.</summary>
    public IReadOnlyList<Baseline> Baselines { get; init; } = [];

    /// <summary>Files of answers to the page of a user study; they become the USER figures.</summary>
    public IReadOnlyList<string> UserAnswers { get; init; } = [];

    internal string Mode => Cross ? "cross-reenactment" : "self-reenactment";

    internal IdentityPlan DriverOf(IReadOnlyList<IdentityPlan> plan, int person) => Cross ? plan[(person + 1) % plan.Count] : plan[person];

    /// <summary>Which metrics, and how; its seed and device are not used, these are the evaluation's and the run's.</summary>
    public ComparisonSettings Comparison { get; init; } = new();

    /// <exception cref="UserException">A number that makes no sense.</exception>
    internal void Check()
    {
        if (Shots.Count == 0 || Shots.Any(shots => shots < 1) || Shots.Distinct().Count() != Shots.Count)
            throw WrongShots(string.Join(",", Shots));
        if (Identities < 1)
            throw UserException.Usage($"--identities {Identities}: expected 1 or more.");
        if (HoldOut < 2)
            throw UserException.Usage($"--holdout {HoldOut}: expected 2 or more; the floors halve the hold-out frames.");
        if (Cross && Identities < 2)
            throw UserException.Usage("--cross: expected --identities 2 or more, for each person is driven by another.");
        if (Baselines.GroupBy(baseline => baseline.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw UserException.Usage($"--baseline {twice.Key}: is given twice; expected a name each.");
        if (Adapt && !Cross)
            throw UserException.Usage("--adapt: expected with --cross; people who drive themselves need no adaptation.");
    }

    /// <summary>Reads "1,8,32".</summary>
    /// <exception cref="UserException">No list of numbers.</exception>
    public static IReadOnlyList<int> ParseShots(string list) =>
        [.. list.Split(',', StringSplitOptions.TrimEntries).Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw WrongShots(list))];

    static UserException WrongShots(string list) =>
        UserException.Usage($"--shots {list}: expected different numbers of 1 or more, such as 1,8,32.");
}

/// <summary>
/// Which frames of a person's clip, by its id and its content's checksum, are held out to drive and to be the truth, in order of time, and
/// which are shown, in random order: the first T are those of T shots, so that more shots add to fewer.
/// </summary>
sealed record IdentityPlan(string Identity, string Clip, string? Checksum, IReadOnlyList<int> HoldOut, IReadOnlyList<int> Sources);
