using TalkingHead.Data;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Pictures with names: those of a folder and the folders in it, named by their path without the ending, or the frames of
/// a dataset, named by clip and number. Any number of threads may load.
/// </summary>
public sealed class PictureSet : IDisposable
{
    readonly Dataset? dataset;
    readonly string[] paths = []; // of a folder
    readonly int[] firstFrame = []; // of a dataset: each clip's place in Names

    PictureSet(string where, string[] names, string[] paths, int otherFiles) =>
        (Where, Names, this.paths, OtherFiles) = (where, names, paths, otherFiles);

    PictureSet(Dataset dataset, string[] names, int[] firstFrame) =>
        (Where, this.dataset, Names, this.firstFrame) = (dataset.Folder, dataset, names, firstFrame);

    /// <summary>The folder.</summary>
    public string Where { get; }

    /// <summary>In ordinal order; pictures of two sets belong together where their names are equal.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Files of the folder whose names do not end as a picture's.</summary>
    public int OtherFiles { get; }

    /// <summary>Opens a folder of pictures or a dataset.</summary>
    /// <exception cref="UserException">No such folder, no picture in it, two pictures of one name, a damaged dataset.</exception>
    public static PictureSet Open(string folder)
    {
        if (File.Exists(folder))
            throw new UserException($"{folder}: is a file; expected a folder of pictures or a dataset.");
        if (!Directory.Exists(folder))
            throw new UserException($"{folder}: no such folder; expected a folder of pictures or a dataset.");
        return Dataset.IsDataset(folder) ? OfDataset(Dataset.Open(folder)) : OfFolder(folder);
    }

    /// <summary>Reads a picture.</summary>
    /// <exception cref="UserException">It cannot be read.</exception>
    public Picture Load(int index) => Load(index, out _);

    /// <summary>Closes the dataset, where the pictures are one's.</summary>
    public void Dispose() => dataset?.Dispose();

    internal Picture Load(int index, out PictureForm form)
    {
        if (dataset is null)
            return PictureFile.Load(paths[index], out form);
        var clip = Array.BinarySearch(firstFrame, index) is >= 0 and var exact ? exact : ~Array.BinarySearch(firstFrame, index) - 1;
        return PictureFile.Decode(dataset.ReadFrame(clip, index - firstFrame[clip]), $"{Where}: {Names[index]}", out form);
    }

    static PictureSet OfFolder(string folder)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"{folder}: cannot be read: {e.Message}", e);
        }

        var found = files.Where(PictureFile.IsNamedPicture).Select(path => (Name: NameOf(folder, path), Path: path))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToArray();
        if (found.Length == 0)
            throw new UserException(
                $"{folder}: holds no picture ({string.Join(", ", PictureFile.Endings.Take(5))} and others) and no dataset.");
        for (var i = 1; i < found.Length; i++)
            if (found[i].Name == found[i - 1].Name)
                throw new UserException($"{found[i - 1].Path} and {found[i].Path}: pictures are matched by name without the ending, and "
                    + $"these two have one name; keep one of them.");
        return new(folder, [.. found.Select(file => file.Name)], [.. found.Select(file => file.Path)], files.Length - found.Length);
    }

    static PictureSet OfDataset(Dataset dataset)
    {
        var names = new string[checked((int)dataset.FrameCount)];
        var firstFrame = new int[dataset.Count];
        for (int clip = 0, at = 0; clip < dataset.Count; clip++)
        {
            var (id, frames) = (dataset[clip].Id, dataset.FrameCountOf(clip));
            firstFrame[clip] = at;
            for (var frame = 0; frame < frames; frame++)
                names[at++] = FormattableString.Invariant($"{id}/{frame:D6}");
        }

        return new(dataset, names, firstFrame);
    }

    static string NameOf(string folder, string path) =>
        Path.ChangeExtension(Path.GetRelativePath(folder, path), null).Replace(Path.DirectorySeparatorChar, '/');
}

/// <summary>One name, and where the two sets have it; null where a set does not.</summary>
readonly record struct MatchedName(string Name, int? Real, int? Fake);

/// <summary>The pictures of two sets by name.</summary>
/// <param name="Names">Every name of either set: those of both first, each part in ordinal order.</param>
/// <param name="Pairs">Names that both have.</param>
sealed record PictureMatching(IReadOnlyList<MatchedName> Names, int Pairs)
{
    internal static PictureMatching Create(PictureSet real, PictureSet fake)
    {
        var places = fake.Names.Select((name, i) => (name, i)).ToDictionary(entry => entry.name, entry => entry.i, StringComparer.Ordinal);
        MatchedName[] mine =
            [.. real.Names.Select((name, i) => new MatchedName(name, i, places.Remove(name, out var place) ? place : null))];
        var pairs = mine.Where(name => name.Fake is not null).ToArray();
        return new([.. pairs, .. mine.Where(name => name.Fake is null),
            .. fake.Names.Where(places.ContainsKey).Select(name => new MatchedName(name, null, places[name]))], pairs.Length);
    }
}

/// <summary>The pictures of one name; null where a set has none or it could not be read.</summary>
sealed record LoadedPair(string Name, Picture? Real, Picture? Fake)
{
    /// <summary>Whether both are there in one size, so that pixels can be compared.</summary>
    internal bool IsComparable => Real is not null && Fake is not null && (Real.Width, Real.Height) == (Fake.Width, Fake.Height);
}

/// <summary>Frames that are numbered at the end of their names.</summary>
static class FrameNames
{
    /// <summary>Whether each name is that before it with the next number, such as clip/000008 after clip/000007.</summary>
    internal static bool[] Follows(IReadOnlyList<string> names) =>
        [.. names.Select((name, i) => i > 0 && Split(name) is (var clip, { } number) && Split(names[i - 1]) == (clip, number - 1))];

    static (string Clip, long? Number) Split(string name)
    {
        var clip = name.TrimEnd([.. "0123456789"]);
        return (clip, long.TryParse(name.AsSpan(clip.Length), System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null);
    }
}

/// <summary>What measuring asks of pictures.</summary>
static class PictureSizes
{
    internal static int LeastSide(this Picture picture) => Math.Min(picture.Width, picture.Height);
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
