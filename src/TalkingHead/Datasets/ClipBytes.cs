using System.IO.Hashing;
using TalkingHead.Formats;

namespace TalkingHead.Datasets;

/// <summary>A clip as it lies in a shard: a tar header and its padded content for each member.</summary>
sealed class ClipBytes
{
    /// <summary>Two floats for each of the 68 landmarks.</summary>
    internal const int LandmarkFloats = 2 * 68;

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
            throw new UserException($"clip {record.Id}: its {record.Frames} frames take {length >> 20} MiB; the limit is {MostBytes >> 20}: keep fewer of them (--frames-per-clip).");
        bytes = new((int)length);
        members = new ClipMember[files.Length];
        Span<byte> header = stackalloc byte[TarHeader.Block];
        for (var i = 0; i < files.Length; i++)
        {
            var file = files[i].Span;
            TarHeader.Write(header, record.Id + ClipMember.Ending(i), file.Length);
            bytes.Write(header);
            members[i] = new((uint)bytes.Length, (uint)file.Length, Checksum.Of(file));
            bytes.Write(file);
            header.Clear();
            bytes.Write(header[..TarHeader.Padding(file.Length)]);
        }
    }

    internal ReadOnlySpan<byte> Span => bytes.GetBuffer().AsSpan(0, (int)bytes.Length);

    internal IReadOnlyList<ClipMember> Members => members;

    /// <param name="record">Its size of frames and checksum are filled in here.</param>
    /// <param name="frames">JPEG files.</param>
    /// <param name="landmarks">(frames, 68, 2) in pixels.</param>
    internal static ClipBytes Of(ClipRecord record, IReadOnlyList<ReadOnlyMemory<byte>> frames, ReadOnlySpan<float> landmarks)
    {
        if (ClipName.Fault(record.Id) is { } fault)
            throw new UserException($"\"{record.Id}\" cannot be a clip's name: {fault}; rename the input.");
        if (frames.Count is 0 or > MostFrames)
            throw new ArgumentException($"Clip {record.Id} has {frames.Count} frames; 1 to {MostFrames} are stored.", nameof(frames));
        if (landmarks.Length != frames.Count * LandmarkFloats)
            throw new ArgumentException($"Clip {record.Id}: {frames.Count} frames need {frames.Count * LandmarkFloats} landmark coordinates, got {landmarks.Length}.", nameof(landmarks));
        if (landmarks.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new ArgumentException($"Clip {record.Id}: landmarks that are not finite.", nameof(landmarks));

        using var points = new MemoryStream();
        Npy.Write(points, landmarks, frames.Count, LandmarkFloats / 2, 2);
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
