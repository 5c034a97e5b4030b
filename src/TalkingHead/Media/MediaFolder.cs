namespace TalkingHead.Media;

/// <summary>What lies in a folder of pictures, videos or both. No file vanishes: what is not taken is listed, too.</summary>
/// <param name="Taken">Paths in order of their names.</param>
/// <param name="Others">Names of files that are of another kind, but for what programs keep beside pictures.</param>
public sealed record MediaFolder(IReadOnlyList<string> Taken, IReadOnlyList<string> Others)
{
    /// <summary>Endings that a folder of videos is searched for.</summary>
    public static readonly IReadOnlyList<string> VideoEndings =
        [".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".gif", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".3gp", ".ogv", ".wmv", ".flv"];

    // Lists, notes and what cameras, phones and file managers add.
    static readonly string[] Beside =
        [".aae", ".csv", ".db", ".html", ".ini", ".json", ".log", ".md", ".thm", ".txt", ".xml", ".xmp", ".yaml", ".yml"];

    /// <summary>The pictures.</summary>
    public static MediaFolder Pictures(string folder) => List(folder, PictureFile.IsNamedPicture);

    /// <summary>The videos.</summary>
    public static MediaFolder Videos(string folder) => List(folder, IsNamedVideo);

    /// <summary>Pictures and videos.</summary>
    public static MediaFolder All(string folder) => List(folder, path => PictureFile.IsNamedPicture(path) || IsNamedVideo(path));

    /// <summary>True where the file's name ends as a video's does.</summary>
    internal static bool IsNamedVideo(string path) => VideoEndings.Contains(Path.GetExtension(path).ToLowerInvariant());

    static MediaFolder List(string folder, Func<string, bool> taken)
    {
        var visible = Directory.EnumerateFiles(folder).Where(path => !Path.GetFileName(path).StartsWith('.'));
        var files = visible.Order(StringComparer.Ordinal).ToLookup(taken);
        var others = files[false].Where(path => !Beside.Contains(Path.GetExtension(path).ToLowerInvariant()));
        return new([.. files[true]], [.. others.Select(path => Path.GetFileName(path))]);
    }
}
