using System.Text;
using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Media;
using TalkingHead.Onnx;
using TalkingHead.Serialization;

namespace TalkingHead.Cli;

/// <summary>
/// The one rule for what verbs write, checked before work begins: an input is never overwritten, and no other file either
/// that this program did not make. Its own earlier output may be replaced. Each kind of file is known by a mark in it.
/// </summary>
static class OutputFiles
{
    /// <summary>The mark in pictures and videos that no model made; those that one made have <see cref="SyntheticMark"/>.</summary>
    public const string Comment = "Made by talkinghead.";

    const int MarkBytes = 4096; // from a file's start or end: where a mark stands

    static readonly string[] Marks = [Comment, VideoWriter.SyntheticComment];

    // Where devices are; but /dev/shm is a folder like others.
    static readonly string[] DeviceFolders = ["/dev/", "/proc/"];

    /// <summary>What a verb will write.</summary>
    /// <param name="Option">That names it.</param>
    /// <param name="Path">Where; null where the option is not given.</param>
    /// <param name="IsOwn">Whether what is there is an earlier output of this kind.</param>
    /// <param name="What">In words, where it is not simply what the option names.</param>
    /// <param name="MayBeDevice">Whether it can be written to /dev/stdout and the like.</param>
    internal sealed record Output(string Option, string? Path, Func<string, bool> IsOwn, string? What = null, bool MayBeDevice = false);

    /// <summary>A picture, a video or a folder of frames.</summary>
    public static Output Media(string option, string? path, string? what = null) => new(option, path, HasMark, what);

    /// <summary>A safetensors file of that format.</summary>
    public static Output Tensors(string option, string? path, string format) => new(option, path, file => FormatOf(file) == format);

    /// <summary>An ONNX model that export writes.</summary>
    public static Output Onnx(string option, string? path, string? what = null) => new(option, path,
        file => OnnxFile.Read(file).Metadata.GetValueOrDefault("format")?.StartsWith("talkinghead-onnx-",
            StringComparison.Ordinal) == true, what);

    /// <summary>A JSON file: an object with these keys, or a list of such objects.</summary>
    public static Output Json(string option, string? path, params string[] keys) => AnyJson(option, path, keys);

    /// <summary>A JSON file with the keys of one of several.</summary>
    public static Output AnyJson(string option, string? path, params string[][] keys) =>
        new(option, path, file => Keys(file) is { } found && Array.Exists(keys, each => Array.TrueForAll(each, found.Contains)),
            MayBeDevice: true);

    /// <summary>A folder that a verb fills and goes on with.</summary>
    /// <param name="option">That names it.</param>
    /// <param name="path">Where.</param>
    /// <param name="sign">What stands in one that this program began; null where its maker looks at all that is there.</param>
    /// <param name="names">Files that would be written there.</param>
    public static Output Folder(string option, string? path, string? sign = null, params string[] names) => new(option, path, folder =>
        Directory.Exists(folder) && (sign is null || Path.Exists(Path.Combine(folder, sign))
            || !Array.Exists(names, name => File.Exists(Path.Combine(folder, name)))));

    /// <summary>Checks what is to be written.</summary>
    /// <param name="inputs">Files and folders that are read, also as DATASET#CLIP; what is not there is left to its reader.</param>
    /// <param name="outputs">What is written.</param>
    /// <exception cref="UserException">An output is an input, the same as another output, a device, or a file of someone
    /// else's.</exception>
    public static void Check(IEnumerable<string> inputs, params IReadOnlyList<Output> outputs)
    {
        string[] read = [.. inputs.Select(input => DatasetClip.Parse(input) is var (folder, _) ? folder : input).Where(Path.Exists)];
        var written = outputs.Where(output => output.Path is not null).ToArray();
        for (var i = 0; i < written.Length; i++)
        {
            var (option, path, what) = (written[i].Option, written[i].Path!,
                written[i].What is { } words ? $"{words}, {written[i].Path}," : written[i].Path!);
            if (Array.Find(read, input => Same(input, path)) is { } input)
                throw UserException.Usage($"--{option}: {what} is an input ({input}), which is not overwritten; choose another name.");
            if (written[..i].FirstOrDefault(other => Same(other.Path!, path)) is { } twice)
                throw UserException.Usage($"--{option}: {what} is what --{twice.Option} names, too; choose another name for one of them.");
            if (IsDevice(path))
            {
                if (!written[i].MayBeDevice)
                    throw UserException.Usage($"--{option}: {what} is a device; expected a file's name.");
                continue;
            }

            if (File.Exists(path) && new FileInfo(path).Length > 0 && !Guarded(written[i], path)
                || Directory.Exists(path) && written[i].IsOwn != HasMark && !Guarded(written[i], path))
                throw UserException.Usage($"--{option}: {what} is there already, and is no earlier output of this kind; choose another "
                    + $"name, or move it away.");
        }
    }

    /// <summary>Whether a path names what is no file on a disk, such as /dev/stdout.</summary>
    internal static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        return !OperatingSystem.IsWindows() && Array.Exists(DeviceFolders, full.StartsWith)
            && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);
    }

    static bool Guarded(Output output, string path)
    {
        try
        {
            return output.IsOwn(path);
        }
        catch (Exception e) when (e is UserException or IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether two paths name one file: by links, by letter case where the file system does not tell it apart.</summary>
    internal static bool Same(string a, string b)
    {
        var (first, second) = (Real(a), Real(b));
        return first == second || (first.Equals(second, StringComparison.OrdinalIgnoreCase) && Path.Exists(first) && Path.Exists(second)
            && !AreTwo(first, second));
    }

    // Names that differ in case alone, and are both listed, are two files.
    static bool AreTwo(string a, string b)
    {
        var (above, over) = (Path.GetDirectoryName(a), Path.GetDirectoryName(b));
        if (above is null || over is null)
            return false;
        if (above != over && AreTwo(above, over))
            return true;
        var names = Directory.EnumerateFileSystemEntries(above).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        return Path.GetFileName(a) != Path.GetFileName(b) && names.Contains(Path.GetFileName(a)) && names.Contains(Path.GetFileName(b));
    }

    // The path without links, as far as it is there.
    static string Real(string path)
    {
        const int mostLinks = 40;
        var (full, links) = (Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), 0);
        var real = Path.GetPathRoot(full)!;
        var left = new Stack<string>(full[real.Length..].Split(Path.DirectorySeparatorChar,
            StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (left.TryPop(out var part))
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > mostLinks)
            {
                real = next;
                continue;
            }

            var to = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(to)!;
            foreach (var piece in to[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                left.Push(piece);
        }

        return real;
    }

    static bool HasMark(string path)
    {
        if (Directory.Exists(path))
            return true; // its writer refuses one that holds anything
        using var file = File.OpenRead(path);
        var start = new byte[MarkBytes];
        var head = start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        file.Seek(-Math.Min(file.Length, MarkBytes), SeekOrigin.End);
        var end = new byte[MarkBytes];
        var tail = end.AsSpan(0, file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false));
        foreach (var mark in Marks.Select(Encoding.UTF8.GetBytes))
            if (head.IndexOf(mark) >= 0 || tail.IndexOf(mark) >= 0)
                return true;
        return Path.GetExtension(path).Equals(".mp4", StringComparison.OrdinalIgnoreCase)
            && Array.Exists(Marks, VideoInfo.CommentOf(path).StartsWith);
    }

    static string? FormatOf(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault("format");
    }

    static HashSet<string>? Keys(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
            root = root[0];
        return root.ValueKind == JsonValueKind.Object ? [.. root.EnumerateObject().Select(property => property.Name)] : null;
    }
}
