using TalkingHead.Datasets;

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
    internal static IReadOnlyList<IdentityPlan> Of(Dataset dataset, EvaluationSettings settings)
    {
        int shots = settings.Shots.Max(), needed = shots + settings.HoldOut;
        int[] heldOut = [.. Enumerable.Range(0, dataset.Count).Where(clip => dataset.SplitOf(clip) == Split.Test)];
        if (heldOut.Length == 0)
            throw new UserException($"{dataset.Folder}: all its people are there to train on, none is held out; prepare it with a --test-share above 0, or synth more identities.");
        var longEnough = heldOut.Where(clip => dataset.FrameCountOf(clip) >= needed).Select(clip => dataset[clip]).ToArray();
        if (longEnough.Length == 0)
            throw new UserException($"{dataset.Folder}: T = {shots} and {settings.HoldOut} hold-out frames, apart, need clips of {needed} frames; its longest held-out clip has {heldOut.Max(dataset.FrameCountOf)}. Lower --holdout or --shots.");
        var plan = longEnough.GroupBy(clip => clip.Identity)
            .OrderBy(person => Random(settings, OrderStream, person.Key).Next()).ThenBy(person => person.Key, StringComparer.Ordinal)
            .Take(settings.Identities)
            .Select(person => Plan(dataset, [.. person], settings)).ToArray();
        return settings.Cross && plan.Length < 2
            ? throw new UserException($"{dataset.Folder}: one held-out person has clips of {needed} frames; --cross needs two, for each is driven by another. Lower --holdout or --shots.")
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

    static CounterRandom Random(EvaluationSettings settings, ulong stream, string name) => new((ulong)settings.Seed, stream, Checksum.Of(name));
}
