namespace TalkingHead.Datasets.Preparation;

/// <summary>The layouts of one's own: a folder for each person.</summary>
static class PersonFolders
{
    internal static readonly string[] VideoEndings = [".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".gif", ".mpg", ".mpeg", ".ts", ".wmv", ".flv"];

    internal static readonly string[] PictureEndings = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    internal static IEnumerable<PrepareInput> Videos(PrepareSettings settings)
    {
        foreach (var (path, id, name) in Named(settings.From, Files(settings.From, VideoEndings)))
            yield return Input(settings, id, id, name, path);
        foreach (var folder in Directory.EnumerateDirectories(settings.From))
        {
            var person = ClipName.Part(Path.GetFileName(folder));
            foreach (var (path, id, name) in Named(folder, Files(folder, VideoEndings)))
                yield return Input(settings, $"{person}/{id}", person, $"{Path.GetFileName(folder)}/{name}", path);
        }
    }

    internal static IEnumerable<PrepareInput> Photos(PrepareSettings settings)
    {
        foreach (var folder in Directory.EnumerateDirectories(settings.From))
        {
            var person = ClipName.Part(Path.GetFileName(folder));
            if (Files(folder, PictureEndings).Any())
                yield return Input(settings, person, person, Path.GetFileName(folder), folder);
        }
    }

    /// <summary>The files of a folder with one of the endings, in order of their names.</summary>
    internal static IEnumerable<string> Files(string folder, string[] endings) => Directory.EnumerateFiles(folder)
        .Where(path => endings.Contains(Path.GetExtension(path).ToLowerInvariant()) && !Path.GetFileName(path).StartsWith('.'))
        .Order(StringComparer.Ordinal);

    static PrepareInput Input(PrepareSettings settings, string id, string identity, string name, string path) =>
        new(id, identity, IdentitySplit.Of(identity, settings.TestShare, settings.Seed), name, path);

    // A name's ending is left off, but where two files differ in nothing else.
    static IEnumerable<(string Path, string Id, string Name)> Named(string folder, IEnumerable<string> files) => files
        .GroupBy(path => ClipName.Part(Path.GetFileNameWithoutExtension(path)), StringComparer.Ordinal)
        .SelectMany(same => same.Select(path => (path, same.Count() == 1 ? same.Key : ClipName.Part(Path.GetFileName(path)), Path.GetRelativePath(folder, path))));
}
