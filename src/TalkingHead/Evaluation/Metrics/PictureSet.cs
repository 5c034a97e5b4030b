using System.Globalization;
using TalkingHead.Data;
using TalkingHead.Media;

namespace TalkingHead.Evaluation.Metrics;

/// <summary>
/// Pictures with names: those of a folder and the folders in it, named by their path without the ending, or the frames of
/// a dataset, named by clip and number. Any number of threads may load.
/// </summary>
public sealed class PictureSet : IDisposable
{
    readonly Dataset? dataset;
    readonly string[] paths = []; // of a folder
    readonly (int Clip, int Frame)[] places = []; // of a dataset

    PictureSet(string folder)
    {
        var files = Files(folder);
        var found = files.Where(PictureFile.IsNamedPicture).Select(path => (Path: path, Name: Path.ChangeExtension(
            Path.GetRelativePath(folder, path), null).Replace(Path.DirectorySeparatorChar, '/')))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToArray();
        if (found.Length == 0)
            throw new UserException(
                $"{folder}: holds no picture ({string.Join(", ", PictureFile.Endings.Take(5))} and others) and no dataset.");
        for (var i = 1; i < found.Length; i++)
            if (found[i].Name == found[i - 1].Name)
                throw new UserException($"{found[i - 1].Path} and {found[i].Path}: pictures are matched by name without the ending, and "
                    + $"these two have one name; keep one of them.");
        (Where, OtherFiles) = (folder, files.Length - found.Length);
        (Names, paths) = ([.. found.Select(file => file.Name)], [.. found.Select(file => file.Path)]);
    }

    PictureSet(Dataset dataset)
    {
        (this.dataset, Where) = (dataset, dataset.Folder);
        places = [.. from clip in Enumerable.Range(0, dataset.Count)
                     from frame in Enumerable.Range(0, dataset.FrameCountOf(clip))
                     select (clip, frame)];
        string[] clips = [.. Enumerable.Range(0, dataset.Count).Select(clip => dataset[clip].Id)];
        Names = [.. places.Select(place => FormattableString.Invariant($"{clips[place.Clip]}/{place.Frame:D6}"))];
    }

    /// <summary>The folder.</summary>
    public string Where { get; }

    /// <summary>In ordinal order; pictures of two sets belong together where their names are equal.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Files of the folder whose names do not end as a picture's.</summary>
    public int OtherFiles { get; }

    /// <summary>Opens a folder of pictures or a dataset.</summary>
    /// <exception cref="UserException">No such folder, no picture in it, two pictures of one name, a damaged dataset.</exception>
    public static PictureSet Open(string folder) =>
        !Directory.Exists(folder) ? throw new UserException($"{folder}: {(File.Exists(folder) ? "is a file" : "no such folder")}; expected "
            + $"a folder of pictures or a dataset.")
        : Dataset.IsDataset(folder) ? new(Dataset.Open(folder)) : new(folder);

    /// <summary>Closes the dataset, where the pictures are one's.</summary>
    public void Dispose() => dataset?.Dispose();

    /// <exception cref="UserException">The picture cannot be read.</exception>
    internal Picture Load(int index, out PictureForm form) => dataset is null ? PictureFile.Load(paths[index], out form)
        : PictureFile.Decode(dataset.ReadFrame(places[index].Clip, places[index].Frame), $"{Where}: {Names[index]}", out form);

    /// <summary>Whether each name is that before it with the next number, such as clip/000008 after clip/000007.</summary>
    internal static bool[] Follows(IReadOnlyList<string> names) =>
        [.. names.Select((name, i) => i > 0 && Numbered(name) is (var clip, { } number) && Numbered(names[i - 1]) == (clip, number - 1))];

    static (string Clip, long? Number) Numbered(string name)
    {
        var clip = name.TrimEnd([.. "0123456789"]);
        return (clip, long.TryParse(name.AsSpan(clip.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : null);
    }

    static string[] Files(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"{folder}: cannot be read: {e.Message}", e);
        }
    }
}
