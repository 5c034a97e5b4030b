using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TalkingHead.Serialization;

namespace TalkingHead.Data;

/// <summary>What the index says of a clip.</summary>
/// <param name="Index">Its place among the dataset's clips, which are in order of their ids.</param>
/// <param name="Id">Stable name, such as "id00017/ABCDEF".</param>
/// <param name="Identity">The person.</param>
/// <param name="Split">The side that the person is on.</param>
/// <param name="FrameCount">How many frames it has.</param>
/// <param name="Shard">Path of the tar that it lies in.</param>
public sealed record Clip(int Index, string Id, string Identity, Split Split, int FrameCount, string Shard);

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
        if (Encoding.UTF8.GetByteCount(id.AsSpan(0, Math.Max(0, slash))) > MostFolderBytes
            || Encoding.UTF8.GetByteCount(id.AsSpan(slash + 1)) > MostNameBytes)
            return $"it is longer than {MostFolderBytes} bytes of folders and {MostNameBytes} of name";
        return null;
    }

    /// <summary>A file's or folder's name made fit to be the last part of an id.</summary>
    internal static string Part(string name) =>
        string.Concat(name.Select(c => c is '.' or '/' or '\\' or ':' or '#' || char.IsControl(c) || char.IsSurrogate(c) ? '_' : c));
}

/// <summary>What a dataset says of a clip, beside its frames and landmarks: the clip's <c>.json</c>.</summary>
/// <param name="Id">Stable name, such as "id00017/ABCDEF"; unique in the dataset.</param>
/// <param name="Identity">The person's name, such as "id00017".</param>
/// <param name="Split">Which side the identity is on.</param>
/// <param name="Source">Where the frames come from: a path relative to the folder prepared, or the maker's words.</param>
public sealed record ClipRecord(string Id, string Identity, Split Split, string Source)
{
    /// <summary>Pixels of a frame's side.</summary>
    public int Size { get; init; }

    /// <summary>How many frames the clip has.</summary>
    public int Frames { get; init; }

    /// <summary>Frames a second, of those stored; null where they are no motion (photos, frames of several takes).</summary>
    public double? Rate { get; init; }

    /// <summary>
    /// When each stored frame is shown, in seconds after the first; null where they are spaced evenly at <see cref="Rate"/>,
    /// or are no motion.
    /// </summary>
    public IReadOnlyList<double>? Seconds { get; init; }

    /// <summary>
    /// The squares that the frames were cut from, left, top, right, bottom in pixels of the source: one for all, or one for each
    /// frame; null where nothing was cut.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>>? Crop { get; init; }

    /// <summary>
    /// Which frames of the source these are, counted from 0, through its files in order of their names; null where there is
    /// no source.
    /// </summary>
    public IReadOnlyList<int>? SourceFrames { get; init; }

    /// <summary>XXH3 (64 bits) of the landmarks file and the frames' files, one after the other. The writer fills it in.</summary>
    public string? Checksum { get; init; }

    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    internal static ClipRecord FromJson(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            return JsonSerializer.Deserialize<ClipRecord>(json, Json) ?? throw new UserException($"{where}: the clip's record is empty.");
        }
        catch (JsonException e)
        {
            throw new UserException($"{where}: the clip's record is no JSON that describes one: {e.Message}", e);
        }
    }
}

/// <summary>A file of a clip inside its shard. A clip's first member is its record, the second its landmarks, then its frames.</summary>
/// <param name="Offset">Of its first byte, from the clip's start in the shard.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Checksum">Of these bytes.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
readonly record struct ClipMember(uint Offset, uint Length, ulong Checksum)
{
    internal const int Record = 0, Landmarks = 1, FirstFrame = 2;

    /// <summary>The member's name after the clip's.</summary>
    internal static string Ending(int member) => member switch
    {
        Record => ".json",
        Landmarks => ".landmarks.npy",
        _ => FormattableString.Invariant($".{member - FirstFrame:D6}.jpg"),
    };
}

/// <summary>A clip as it lies in a shard: a tar header and its padded content for each member.</summary>
sealed class ClipBytes
{
    internal const int MostFrames = 1_000_000;

    /// <summary>A clip is held in memory whole, by its writer.</summary>
    const int MostBytes = 1 << 30;

    readonly MemoryStream bytes;
    readonly ClipMember[] members;

    ClipBytes(ClipRecord record, ReadOnlySpan<ReadOnlyMemory<byte>> files)
    {
        var length = 0L;
        foreach (var file in files)
            length += TarHeader.Block + file.Length + TarHeader.Padding(file.Length);
        if (length > MostBytes)
            throw new UserException(
                $"clip {record.Id}: its {record.Frames} frames take {length >> 20} MiB; the limit is {MostBytes >> 20}: keep fewer of them "
                + $"(--frames-per-clip).");
        bytes = new((int)length);
        members = new ClipMember[files.Length];
        Span<byte> header = stackalloc byte[TarHeader.Block];
        for (var i = 0; i < files.Length; i++)
        {
            var file = files[i].Span;
            TarHeader.Write(header, record.Id + ClipMember.Ending(i), file.Length);
            bytes.Write(header);
            members[i] = new((uint)bytes.Length, (uint)file.Length, Checksum.Compute(file));
            bytes.Write(file);
            header.Clear();
            bytes.Write(header[..TarHeader.Padding(file.Length)]);
        }
    }

    internal ReadOnlySpan<byte> Span => bytes.GetBuffer().AsSpan(0, (int)bytes.Length);

    internal IReadOnlyList<ClipMember> Members => members;

    /// <param name="record">Its size of frames and checksum are filled in here.</param>
    /// <param name="frames">JPEG files.</param>
    /// <param name="landmarks">(frames, 68, 2) in pixels, or (frames, 71, 2) with pupils.</param>
    internal static ClipBytes From(ClipRecord record, IReadOnlyList<ReadOnlyMemory<byte>> frames, ReadOnlySpan<float> landmarks)
    {
        if (ClipName.Fault(record.Id) is { } fault)
            throw new UserException($"\"{record.Id}\" cannot be a clip's name: {fault}; rename the input.");
        if (frames.Count is 0 or > MostFrames)
            throw new ArgumentException($"Clip {record.Id} has {frames.Count} frames; 1 to {MostFrames} are stored.", nameof(frames));
        var pairs = landmarks.Length / 2 / frames.Count;
        if (landmarks.Length != 2 * pairs * frames.Count || pairs is not (Faces.Landmarks.Count or Faces.Landmarks.CountWithPupils))
            throw new ArgumentException(
                $"Clip {record.Id}: {frames.Count} frames need {2 * Faces.Landmarks.Count * frames.Count} landmark coordinates, or "
                    + $"{2 * Faces.Landmarks.CountWithPupils * frames.Count} with pupils; got {landmarks.Length}.", nameof(landmarks));
        if (landmarks.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new ArgumentException($"Clip {record.Id}: landmarks that are not finite.", nameof(landmarks));

        using var points = new MemoryStream();
        Npy.Write(points, landmarks, frames.Count, pairs, 2);
        var files = new ReadOnlyMemory<byte>[ClipMember.FirstFrame + frames.Count];
        files[ClipMember.Landmarks] = points.GetBuffer().AsMemory(0, (int)points.Length);
        for (var i = 0; i < frames.Count; i++)
            files[ClipMember.FirstFrame + i] = frames[i];

        var sum = new XxHash3();
        foreach (var file in files.AsSpan(ClipMember.Landmarks))
            sum.Append(file.Span);
        record = record with { Frames = frames.Count, Checksum = $"{Checksum.Name}:{Checksum.Hex(sum.GetCurrentHashAsUInt64())}" };
        files[ClipMember.Record] = record.ToJson();
        return new(record, files);
    }
}

/// <summary>Which side of the train/test division an identity is on. All clips of an identity are on one.</summary>
public enum Split : byte
{
    /// <summary>Seen in meta-learning.</summary>
    Train,

    /// <summary>Held out.</summary>
    Test,
}
