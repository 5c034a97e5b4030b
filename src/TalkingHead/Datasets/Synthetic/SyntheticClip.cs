namespace TalkingHead.Datasets.Synthetic;

/// <summary>One performance of one made-up person, of any length. Safe to share between threads.</summary>
public sealed class SyntheticClip
{
    public const int SmallestSize = 64, LargestSize = 512;

    [ThreadStatic] static FrameRenderer? renderer;
    readonly Performance performance;

    internal SyntheticClip(SyntheticIdentity identity, int index)
    {
        (Identity, Index) = (identity, index);
        performance = new((ulong)identity.Population.Seed, identity.Index, index, identity.Model.Backdrop.Mean());
    }

    public SyntheticIdentity Identity { get; }

    public int Index { get; }

    /// <summary>
    /// Frames a second of <see cref="Frame"/>. The default of 8 lets a few dozen frames show many poses; 25 is a film's.
    /// </summary>
    public double FramesPerSecond { get; init; } = 8;

    /// <summary>Renders frame <paramref name="index"/> on the calling thread.</summary>
    /// <param name="size">Width and height, 64 to 512.</param>
    public SyntheticFrame Frame(int index, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, SmallestSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LargestSize);
        return (renderer ??= new()).Draw(Identity.Model, MomentOf(index), size);
    }

    /// <summary>Renders the first <paramref name="count"/> frames on <paramref name="threads"/> threads; the bytes do not depend on their number.</summary>
    public SyntheticFrame[] Frames(int count, int size, int threads)
    {
        var frames = new SyntheticFrame[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => frames[i] = Frame(i, size));
        return frames;
    }

    internal Moment MomentOf(int index) => performance.At((float)(index / FramesPerSecond));
}
