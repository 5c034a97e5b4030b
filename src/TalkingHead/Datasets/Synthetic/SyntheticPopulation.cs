namespace TalkingHead.Datasets.Synthetic;

/// <summary>
/// An endless population of made-up people, drawn as three-dimensional heads. The same seed gives the same people and the
/// same bytes, in whatever order and on however many threads they are asked for.
/// </summary>
public sealed class SyntheticPopulation(long seed)
{
    public long Seed { get; } = seed;

    /// <summary>The person of that number, 0 or more. Building one takes some tens of milliseconds: keep it for all its clips.</summary>
    public SyntheticIdentity Identity(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(this, index);
    }
}
