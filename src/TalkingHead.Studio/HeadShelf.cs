using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Serialization;

namespace TalkingHead.Studio;

/// <summary>A head of the folder, as the page shows it.</summary>
sealed record ShelvedHead(string Name, int Size, int Shots, string Source, string Run, int? Epochs, bool Pupils, bool HasSheet,
    DateTime Made);

/// <summary>
/// The heads of a folder: NAME.head, and NAME.png beside it. Names of requests are looked up among the files that are there and
/// never become paths.
/// </summary>
sealed class HeadShelf(string folder)
{
    const string Ending = ".head", SheetEnding = ".png";
    const int LongestName = 60;

    // What Windows takes for devices, whatever the ending.
    static readonly string[] Devices = ["con", "prn", "aux", "nul",
        .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"com{i}", $"lpt{i}" })];

    readonly Lock change = new();

    // A file's facts by its path, while it is the same file.
    readonly Dictionary<string, (DateTime Written, long Length, ShelvedHead? Head)> known = [];

    /// <summary>Hears the name of a head that is renamed or deleted.</summary>
    public event Action<string>? Gone;

    /// <summary>The heads, newest first; files that are none are left out.</summary>
    public IReadOnlyList<ShelvedHead> All()
    {
        lock (change)
        {
            var files = new DirectoryInfo(folder) is { Exists: true } there ? there.GetFiles("*" + Ending) : [];
            foreach (var path in known.Keys.Except(files.Select(file => file.FullName)).ToArray())
                known.Remove(path);
            return [.. files.Select(Described).OfType<ShelvedHead>().OrderByDescending(head => head.Made)];
        }
    }

    ShelvedHead? Described(FileInfo file)
    {
        var (written, length) = (file.LastWriteTimeUtc, file.Length);
        var hasSheet = File.Exists(Path.ChangeExtension(file.FullName, SheetEnding));
        if (!known.TryGetValue(file.FullName, out var entry) || entry.Written != written || entry.Length != length)
            known[file.FullName] = entry = (written, length, Read(file));
        return entry.Head is null ? null : entry.Head with { HasSheet = hasSheet };
    }

    static ShelvedHead? Read(FileInfo file)
    {
        try
        {
            if (!HeadFile.Looks(file.FullName))
                return null;
            using var stored = SafeTensorsFile.Open(file.FullName);
            var origin = HeadOrigin.FromJson(stored.Metadata[HeadFile.OriginKey], file.Name);
            var run = HeadFile.Configuration(file.Name, stored.Metadata[HeadFile.ConfigurationKey]);
            return new(Path.GetFileNameWithoutExtension(file.Name), run.Data.Size, origin.Shots, origin.Source.Name, origin.Run,
                origin.KeptEpoch, run.Landmarks.Pupils, false, file.LastWriteTimeUtc);
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The file of a head that is there.</summary>
    public string PathOf(string name) => All().Any(head => head.Name == name) ? At(name, Ending)
        : throw RefusedException.NotFound("head of that name");

    /// <summary>The picture beside a head.</summary>
    public string SheetOf(string name) => All().FirstOrDefault(head => head.Name == name) is { HasSheet: true } ? At(name, SheetEnding)
        : throw RefusedException.NotFound("sheet of that head");

    /// <summary>Fails where a head cannot get that name.</summary>
    public void ExpectFree(string name)
    {
        if (Fault(name) is { } fault)
            throw RefusedException.Bad($"\"{Shown(name)}\" cannot be a head's name: {fault}.");
        lock (change)
        {
            if (Path.Exists(At(name, Ending)) || Path.Exists(At(name, SheetEnding)))
                throw RefusedException.Busy($"\"{name}\" is there already; take another name.");
        }
    }

    /// <summary>Puts a head and its sheet there; both by what writes them to a path.</summary>
    public void Add(string name, Action<string> writeHead, Action<string> writeSheet)
    {
        ExpectFree(name);
        writeSheet(At(name, SheetEnding));
        writeHead(At(name, Ending));
    }

    public void Rename(string name, string to)
    {
        lock (change)
        {
            var (path, sheet) = (PathOf(name), At(name, SheetEnding));
            ExpectFree(to);
            Changed(() =>
            {
                File.Move(path, At(to, Ending));
                if (File.Exists(sheet))
                    File.Move(sheet, At(to, SheetEnding));
            });
        }
        Gone?.Invoke(name);
    }

    public void Delete(string name)
    {
        lock (change)
        {
            var path = PathOf(name);
            Changed(() =>
            {
                File.Delete(path);
                File.Delete(At(name, SheetEnding));
            });
        }
        Gone?.Invoke(name);
    }

    string At(string name, string ending) => Path.Combine(folder, name + ending);

    static void Changed(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RefusedException.Busy($"The file could not be changed: {e.Message}");
        }
    }

    // Names that are files everywhere: what one system allows, another may not.
    static string? Fault(string name) => name.Trim() == "" ? "it is empty"
        : name.Length > LongestName ? $"it has {name.Length} characters, at most {LongestName} are allowed"
        : !name.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or '.') ? "letters, digits, spaces and - _ . are allowed"
        : name[0] is '.' or ' ' or '-' || name[^1] is '.' or ' ' ? "it may not begin with . or -, nor end with ., nor have a space there"
        : Devices.Contains(name.Split('.')[0].TrimEnd().ToLowerInvariant()) ? "Windows keeps it for a device"
        : null;

    static string Shown(string name) => name.Length > LongestName ? name[..LongestName] + "…" : name;
}
