namespace TalkingHead.Datasets.Synthetic;

/// <summary>One made-up person. Safe to share between threads.</summary>
public sealed class SyntheticIdentity
{
    internal readonly SyntheticPopulation Population;
    internal readonly HeadModel Model;

    internal SyntheticIdentity(SyntheticPopulation population, int index)
    {
        Population = population;
        Index = index;
        Model = new HeadModel(TraitSampler.Draw((ulong)population.Seed, index));
    }

    public int Index { get; }

    /// <summary>A stable name, such as "synth-00012".</summary>
    public string Name => $"synth-{Index:00000}";

    /// <summary>The person's performance of that number, 0 or more.</summary>
    public SyntheticClip Clip(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(this, index);
    }
}
