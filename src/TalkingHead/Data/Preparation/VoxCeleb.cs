using System.Text.RegularExpressions;

namespace TalkingHead.Data.Preparation;

/// <summary>
/// The official layouts of VoxCeleb1 (Nagrani et al. 2017) and VoxCeleb2 (Chung et al. 2018). A clip is a VIDEO folder,
/// as the paper counts: all that was taken of one person from one video.
/// </summary>
static partial class VoxCeleb
{
    const string MetaName = "vox1_meta.csv", Distance = "1.6"; // the frames were cut 1.6 times as wide as the face found

    [GeneratedRegex(@"^id\d{5}$")]
    private static partial Regex IdentityName();

    internal static IEnumerable<PrepareInput> List2(PrepareSettings settings)
    {
        foreach (var (side, split) in ((string, Split)[])[("dev", Split.Train), ("test", Split.Test)])
        {
            var root = Path.Combine(settings.From, side, "mp4");
            if (!Directory.Exists(root))
                continue;
            foreach (var person in Directory.EnumerateDirectories(root).Where(folder => IdentityName().IsMatch(Path.GetFileName(folder))))
            {
                foreach (var video in Directory.EnumerateDirectories(person))
                    yield return Input(settings, Path.GetFileName(person), video, split);
            }
        }
    }

    internal static IEnumerable<PrepareInput> List1(PrepareSettings settings)
    {
        var root = Path.Combine(settings.From, "unzippedFaces");
        if (!Directory.Exists(root))
            root = settings.From;
        var sides = ReadMeta(settings.From);
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            var person = Path.GetFileName(folder);
            Split? split = sides is null ? IdentitySplit.For(ClipName.Part(person), settings.TestShare, settings.Seed)
                : sides.TryGetValue(person, out var official) ? official : null;
            var videos = Path.Combine(folder, Distance);
            if (!Directory.Exists(videos) && !IdentityName().IsMatch(person))
                continue;
            foreach (var video in Directory.EnumerateDirectories(Directory.Exists(videos) ? videos : folder))
                yield return Input(settings, person, video, split);
        }
    }

    /// <summary>Whether the official division is there to be kept.</summary>
    internal static bool HasMeta(string from) => File.Exists(Path.Combine(from, MetaName));

    static PrepareInput Input(PrepareSettings settings, string person, string video, Split? split) => new(
        $"{person}/{ClipName.Part(Path.GetFileName(video))}", person, split,
        Path.GetRelativePath(settings.From, video).Replace('\\', '/'), video);

    // The columns "VoxCeleb1 ID", "VGGFace1 ID" (the name) and "Set" (dev or test), set apart by tabs or commas.
    static Dictionary<string, Split>? ReadMeta(string from)
    {
        var path = Path.Combine(from, MetaName);
        if (!File.Exists(path))
            return null;
        var rows = File.ReadLines(path).Select(line => line.Split('\t', ',').Select(cell => cell.Trim()).ToArray()).ToArray();
        var head = rows.Length > 0 ? rows[0] : [];
        int id = Array.IndexOf(head, "VoxCeleb1 ID"), name = Array.IndexOf(head, "VGGFace1 ID"), set = Array.IndexOf(head, "Set");
        if (id < 0 || name < 0 || set < 0)
            throw new UserException($"{path}: expected columns \"VoxCeleb1 ID\", \"VGGFace1 ID\" and "
                + $"\"Set\", found {string.Join(", ", head.Select(cell => $"\"{cell}\""))}; get the official file again.");
        var sides = new Dictionary<string, Split>(StringComparer.Ordinal);
        foreach (var row in rows.Skip(1).Where(row => row.Length > Math.Max(set, Math.Max(id, name))))
            sides[row[id]] = sides[row[name]] = row[set].Equals("test", StringComparison.OrdinalIgnoreCase) ? Split.Test : Split.Train;
        return sides;
    }
}
