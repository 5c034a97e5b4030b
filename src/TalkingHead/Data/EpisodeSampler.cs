using TalkingHead.Configuration;

namespace TalkingHead.Data;

/// <summary>What an episode is of: K source frames that show who, and a target frame to be made from its landmarks.</summary>
/// <param name="Clip">Number of the clip in the dataset.</param>
/// <param name="Sources">K different frames of it.</param>
/// <param name="Target">A frame that is none of these.</param>
/// <param name="Mirrored">All its frames are flipped left to right.</param>
/// <param name="Colors">What becomes of its colours; null where they stay.</param>
/// <param name="Background">What stands around the head; null for its own.</param>
public sealed record Episode(int Clip, IReadOnlyList<int> Sources, int Target, bool Mirrored, ColorAugmentation? Colors = null,
    BackgroundSwap? Background = null);

/// <summary>Where a sampler is: with the same dataset and settings, a sampler put there goes on exactly.</summary>
/// <param name="Seed">Of the order and of all draws.</param>
/// <param name="Epoch">Counted from 0.</param>
/// <param name="Position">Episodes of the epoch that are drawn.</param>
/// <param name="Clips">Checksum of the ids that are sampled.</param>
public sealed record EpisodeSamplerState(ulong Seed, long Epoch, int Position, string Clips);

/// <summary>How episodes are drawn.</summary>
public sealed record EpisodeSampling
{
    /// <summary>The training episodes of a run.</summary>
    public static EpisodeSampling From(RunConfiguration configuration) => new()
    {
        Shots = configuration.Episodes.Shots,
        Seed = (ulong)configuration.Training.Seed,
        Mirror = configuration.Episodes.Mirror,
        ColorAugmentation = configuration.Episodes.ColorAugmentation,
        BackgroundSwap = configuration.Episodes.BackgroundSwap,
    };

    /// <summary>K.</summary>
    public int Shots { get; init; } = 8;

    /// <summary>Decides the order of clips, the frames and the augmentation.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The side whose clips are drawn.</summary>
    public Split Split { get; init; } = Split.Train;

    /// <summary>Half of the episodes are flipped left to right, landmarks and all.</summary>
    public bool Mirror { get; init; }

    /// <summary>This share of the episodes has its colours changed (<see cref="TalkingHead.Data.ColorAugmentation"/>).</summary>
    public double ColorAugmentation { get; init; }

    /// <summary>
    /// This share of the episodes gets the room and clothes of another clip (<see cref="TalkingHead.Data.BackgroundSwap"/>).
    /// </summary>
    public double BackgroundSwap { get; init; }
}

/// <summary>
/// Draws the episodes of meta-learning without end. In one epoch every clip comes once, in an order of the epoch's own;
/// each time with a new target and K other frames. Everything is a function of seed, epoch and position, so the state is
/// three numbers. For one thread at a time.
/// </summary>
public sealed class EpisodeSampler
{
    // Streams of random numbers, told apart by their first key.
    const ulong OrderStream = 1, EpisodeStream = 2;

    readonly Dataset dataset;
    readonly EpisodeSampling sampling;
    readonly int[] clips; // in order of their ids
    readonly int[] order; // of this epoch
    readonly string checksum;
    long epoch;
    int position;

    /// <exception cref="UserException">No clip of that side has K + 1 frames.</exception>
    public EpisodeSampler(Dataset dataset, EpisodeSampling sampling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampling.Shots, 1);
        (this.dataset, this.sampling) = (dataset, sampling);
        int longest = 0, onThisSide = 0;
        var eligible = new List<int>();
        var sum = new System.IO.Hashing.XxHash3();
        for (var clip = 0; clip < dataset.Count; clip++)
        {
            var (part, entry) = dataset.Locate(clip);
            if (entry.Split != sampling.Split)
                continue;
            onThisSide++;
            longest = Math.Max(longest, entry.Frames);
            if (entry.Frames <= sampling.Shots)
                continue;
            eligible.Add(clip);
            sum.Append(part.IdBytes(entry));
            sum.Append([0]);
        }

        if (onThisSide == 0)
            throw new UserException(
                $"{dataset.Folder}: none of its {dataset.Count} clips is on the {sampling.Split.ToString().ToLowerInvariant()} side.");
        if (eligible.Count == 0)
            throw new UserException(
                $"{dataset.Folder}: episodes of {sampling.Shots} shots need clips of {sampling.Shots + 1} frames, and the longest has "
                    + $"{longest}; lower the shots, or prepare longer clips.");
        clips = [.. eligible];
        order = new int[clips.Length];
        TooShort = onThisSide - clips.Length;
        checksum = Checksum.Hex(sum.GetCurrentHashAsUInt64());
        Shuffle();
    }

    /// <summary>K.</summary>
    public int Shots => sampling.Shots;

    /// <summary>Episodes in an epoch: the clips with K + 1 frames and more.</summary>
    public int Count => clips.Length;

    /// <summary>Clips of that side that are left out, having fewer frames.</summary>
    public int TooShort { get; }

    /// <summary>The clips sampled, in order of their ids.</summary>
    public IReadOnlyList<int> Clips => clips;

    /// <summary>What a checkpoint keeps to go on from here.</summary>
    public EpisodeSamplerState State => new(sampling.Seed, epoch, position, checksum);

    /// <summary>Goes where another sampler was.</summary>
    /// <exception cref="UserException">The state is of another dataset or another seed.</exception>
    public void Restore(EpisodeSamplerState state)
    {
        if (state.Clips != checksum || state.Position < 0 || state.Position > clips.Length || state.Epoch < 0)
            throw new UserException($"{dataset.Folder}: the run was sampling other clips "
                + $"than these {clips.Length} (checksum {state.Clips}, here {checksum}); resume it with the dataset and the shots that it "
                + $"began with.");
        if (state.Seed != sampling.Seed)
            throw new UserException($"the run was begun with seed {state.Seed}, now it is {sampling.Seed}; resume it with its own.");
        (epoch, position) = (state.Epoch, state.Position);
        Shuffle();
    }

    /// <summary>The next episode; after the last of an epoch the first of the next.</summary>
    public Episode Next()
    {
        if (position == clips.Length)
        {
            (epoch, position) = (epoch + 1, 0);
            Shuffle();
        }

        var clip = order[position];
        var random = new CounterRandom(sampling.Seed, EpisodeStream, (ulong)epoch, (ulong)position);
        position++;
        Span<int> drawn = stackalloc int[sampling.Shots + 1];
        Draw(ref random, dataset.FrameCountOf(clip), drawn);
        var mirrored = sampling.Mirror && random.Below(2) == 1;
        var recolors = sampling.ColorAugmentation > 0 && random.Unit() < sampling.ColorAugmentation;
        var colors = recolors ? ColorAugmentation.Draw(ref random) : null;
        BackgroundSwap? background = sampling.BackgroundSwap > 0 && random.Unit() < sampling.BackgroundSwap
            ? DrawBackground(ref random) : null;
        return new(clip, drawn[1..].ToArray(), drawn[0], mirrored, colors, background);
    }

    BackgroundSwap DrawBackground(ref CounterRandom random)
    {
        var clip = clips[random.Below(clips.Length)];
        return new(clip, random.Below(dataset.FrameCountOf(clip)));
    }

    void Shuffle()
    {
        clips.CopyTo(order, 0);
        var random = new CounterRandom(sampling.Seed, OrderStream, (ulong)epoch);
        random.Shuffle(order);
    }

    // Different numbers below count: one that was drawn already is drawn again. K is small beside the frames of most
    // clips; where it is not, the first numbers of a shuffle.
    static void Draw(ref CounterRandom random, int count, Span<int> drawn)
    {
        if (count < 2 * drawn.Length)
        {
            Span<int> all = stackalloc int[count];
            for (var i = 0; i < count; i++)
                all[i] = i;
            random.Shuffle(all);
            all[..drawn.Length].CopyTo(drawn);
            return;
        }

        for (var i = 0; i < drawn.Length; i++)
        {
            do
            {
                drawn[i] = random.Below(count);
            }
            while (drawn[..i].Contains(drawn[i]));
        }
    }
}
