namespace TalkingHead.Synthetic;

/// <summary>One performance of one made-up person, of any length. Safe to share between threads.</summary>
public sealed class SyntheticClip
{
    /// <summary>The range of a frame's side in pixels.</summary>
    public const int SmallestSize = 64, LargestSize = 512;

    [ThreadStatic] static FrameRenderer? renderer;
    readonly Performance performance;

    internal SyntheticClip(SyntheticIdentity identity, int index)
    {
        (Identity, Index) = (identity, index);
        performance = new((ulong)identity.Population.Seed, identity.Index, index, identity.Model.Backdrop.Mean());
    }

    /// <summary>Who performs.</summary>
    public SyntheticIdentity Identity { get; }

    /// <summary>The number of this performance among the person's, from 0.</summary>
    public int Index { get; }

    /// <summary>
    /// Frames a second of <see cref="Frame"/>. The default of 8 lets a few dozen frames show many poses; 25 is a film's.
    /// </summary>
    public double FramesPerSecond { get; init; } = 8;

    /// <summary>Renders a frame on the calling thread.</summary>
    /// <param name="index">The frame's number; it is shown index / <see cref="FramesPerSecond"/> seconds after the first.</param>
    /// <param name="size">Width and height in pixels, 64 to 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is outside its range.</exception>
    public SyntheticFrame Frame(int index, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, SmallestSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LargestSize);
        return (renderer ??= new()).Draw(Identity.Model, MomentOf(index), size);
    }

    /// <summary>
    /// Renders the first <paramref name="count"/> frames on <paramref name="threads"/> threads; the bytes do not depend on
    /// their number.
    /// </summary>
    public SyntheticFrame[] Frames(int count, int size, int threads)
    {
        var frames = new SyntheticFrame[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => frames[i] = Frame(i, size));
        return frames;
    }

    internal Moment MomentOf(int index) => performance.At((float)(index / FramesPerSecond));
}

/// <summary>A rendered picture and its exact landmarks.</summary>
/// <param name="Size">Width and height in pixels.</param>
/// <param name="Rgb">Size x Size x 3 bytes, rows from the top, sRGB.</param>
/// <param name="Landmarks">68 x 2 floats, x and y in pixels (pixel centres at whole numbers), in iBUG order. Points 0 to 16
/// are fixed points of the jaw's edge on the mesh, not the outline, so on a turned head the far ones lie behind the cheek.</param>
/// <param name="Pupils">x and y of the person's right pupil, of the left one, and the radii of both irises, in pixels; also
/// where lids or hair hide them.</param>
public sealed record SyntheticFrame(int Size, byte[] Rgb, float[] Landmarks, float[] Pupils);

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

    /// <summary>The person's number in the population, from 0.</summary>
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

/// <summary>
/// An endless population of made-up people, drawn as three-dimensional heads. The same seed gives the same people and the
/// same bytes, in whatever order and on however many threads they are asked for.
/// </summary>
public sealed class SyntheticPopulation(long seed)
{
    /// <summary>What decides who the people are.</summary>
    public long Seed { get; } = seed;

    /// <summary>The person of that number, 0 or more. Building one takes some tens of milliseconds: keep it for all its clips.</summary>
    public SyntheticIdentity Identity(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(this, index);
    }
}
