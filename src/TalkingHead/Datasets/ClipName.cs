using System.Text;

namespace TalkingHead.Datasets;

/// <summary>
/// A clip's stable name, such as "id00017/ABCDEF": it is the name of the clip's files in a tar, the key of its row of W,
/// and the same on every machine, in whatever order files are listed.
/// </summary>
static class ClipName
{
    // What the fields of a ustar header hold, less the longest ending ".landmarks.npy".
    const int MostFolderBytes = 155, MostNameBytes = 100 - 14;

    /// <summary>Why the name cannot be one; null where it can.</summary>
    internal static string? Fault(string id)
    {
        var slash = id.LastIndexOf('/');
        if (id.Split('/').Any(segment => segment is "" or "." or ".."))
            return "a part between slashes is empty, \".\" or \"..\"";
        if (id.Any(c => char.IsControl(c) || c is '\\' or ':' or '#' or '\uFFFD' || char.IsSurrogate(c)))
            return "it holds a control character, \\, :, # or what is no character";
        if (id.AsSpan(slash + 1).Contains('.'))
            return "its last part holds a dot, where readers of WebDataset shards end a name";
        if (Encoding.UTF8.GetByteCount(id.AsSpan(0, Math.Max(0, slash))) > MostFolderBytes || Encoding.UTF8.GetByteCount(id.AsSpan(slash + 1)) > MostNameBytes)
            return $"it is longer than {MostFolderBytes} bytes of folders and {MostNameBytes} of name";
        return null;
    }

    /// <summary>A file's or folder's name made fit to be the last part of an id.</summary>
    internal static string Part(string name) =>
        string.Concat(name.Select(c => c is '.' or '/' or '\\' or ':' or '#' || char.IsControl(c) || char.IsSurrogate(c) ? '_' : c));
}
