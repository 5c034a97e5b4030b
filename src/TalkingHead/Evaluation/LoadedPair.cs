using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation;

/// <summary>The pictures of one name; null where a set has none or it could not be read.</summary>
sealed record LoadedPair(string Name, Picture? Real, Picture? Fake)
{
    /// <summary>Whether both are there in one size, so that pixels can be compared.</summary>
    internal bool IsComparable => Real is not null && Fake is not null && (Real.Width, Real.Height) == (Fake.Width, Fake.Height);
}

/// <summary>Groups of pictures that fit into one tensor: one size, and no more pixels than a device holds with ease.</summary>
static class PictureBatches
{
    const int MostPixels = 16 * 256 * 256;

    internal static IEnumerable<IReadOnlyList<T>> Of<T>(IEnumerable<T> items, Func<T, Picture> picture)
    {
        foreach (var group in items.GroupBy(item => (picture(item).Width, picture(item).Height)))
            foreach (var batch in group.Chunk(Most(group.Key.Width, group.Key.Height)))
                yield return batch;
    }

    /// <summary>So many pictures of one size go into a tensor.</summary>
    internal static int Most(int width, int height) => Math.Max(1, MostPixels / (width * height));

    internal static Tensor Stack<T>(IReadOnlyList<T> items, Func<T, Picture> picture, Device device) =>
        Pictures.Stack([.. items.Select(picture)], device);
}

/// <summary>The sizes met, for a report.</summary>
sealed class SizeRange
{
    (int Width, int Height)? least, most;

    internal void Add(Picture picture)
    {
        var size = (picture.Width, picture.Height);
        if (least is not { } low || Area(size) < Area(low))
            least = size;
        if (most is not { } high || Area(size) > Area(high))
            most = size;
    }

    public override string ToString() => (least, most) switch
    {
        ({ } low, { } high) when low == high => $"{low.Width}x{low.Height}",
        ({ } low, { } high) => $"{low.Width}x{low.Height} to {high.Width}x{high.Height}",
        _ => "",
    };

    static long Area((int Width, int Height) size) => (long)size.Width * size.Height;
}
