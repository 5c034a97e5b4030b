using System.Text;
using TalkingHead.Configuration;
using TalkingHead.Faces;
using TalkingHead.Media;
using TalkingHead.Serialization;

namespace TalkingHead.Data;

/// <summary>
/// A dataset on disk, all its parts as one: clips by number or by id, their frames by number. Clips are in order of their
/// ids, however many parts there are. What is read is checked against its checksum. Any number of threads may read.
/// </summary>
public sealed class Dataset : IDisposable
{
    readonly DatasetIndex[] parts;
    readonly ShardReader shards;
    readonly int[]? order; // with several parts: where each clip is, counted through the parts one after the other

    readonly int[] starts; // of each part in that count

    Dataset(string folder, DatasetIndex[] parts)
    {
        (Folder, this.parts) = (folder, parts);
        starts = new int[parts.Length];
        for (var i = 1; i < parts.Length; i++)
            starts[i] = checked(starts[i - 1] + parts[i - 1].Clips);
        Count = starts[^1] + parts[^1].Clips;
        order = parts.Length > 1 ? Merge() : null;
        shards = new(folder, parts);
    }

    /// <summary>The folder that holds shards and indexes.</summary>
    public string Folder { get; }

    /// <summary>Clips.</summary>
    public int Count { get; }

    /// <summary>Pixels of a frame's side.</summary>
    public int Size => parts[0].Size;

    /// <summary>Frames of all clips.</summary>
    public long FrameCount => parts.Sum(part => part.Frames);

    /// <summary>How the dataset was made, in one line of JSON.</summary>
    public string Recipe => parts[0].Recipe;

    /// <summary>Parts that the dataset was prepared in.</summary>
    public int PartCount => parts.Length;

    /// <summary>Shards of all parts.</summary>
    public int ShardCount => parts.Sum(part => part.Shards);

    /// <summary>Of all shards together.</summary>
    public long ShardBytes => parts.Sum(part => Enumerable.Range(0, part.Shards).Sum(part.ShardBytes));

    internal IReadOnlyList<DatasetIndex> Parts => parts;

    internal ShardReader Shards => shards;

    /// <summary>A clip by its place, from 0, in the order of ids.</summary>
    public Clip this[int clip]
    {
        get
        {
            var (part, entry) = Locate(clip);
            return new(clip, part.Id(entry), part.Identity(entry.Identity), entry.Split, entry.Frames, shards.PathOf(part, entry.Shard));
        }
    }

    /// <summary>Opens all parts in the folder.</summary>
    /// <exception cref="UserException">No dataset, an unfinished one, one of another version, a damaged one; parts that are
    /// missing or do not belong together.</exception>
    public static Dataset Open(string folder)
    {
        var found = PartsIn(folder);
        var indices = new List<DatasetIndex>();
        try
        {
            foreach (var part in found)
                indices.Add(new(folder, part));
            var odd = indices.Find(index => index.Size != indices[0].Size);
            if (odd is not null)
                throw new UserException(
                    $"{odd.Path}: its frames are {odd.Size} pixels a side, those of {indices[0].Part} {indices[0].Size}; prepare all "
                        + $"parts with one --size.");
            if (indices.Sum(index => (long)index.Clips) == 0)
                throw new UserException($"{folder}: the dataset holds no clip, every input was refused; its ledger "
                    + $"says why ({Path.Combine(folder, indices[0].Part.LedgerName)}).");
            return new(folder, [.. indices]);
        }
        catch
        {
            indices.ForEach(index => index.Dispose());
            throw;
        }
    }

    /// <summary>Checks that frames are of the side that a configuration asks for.</summary>
    /// <exception cref="UserException">They are not.</exception>
    internal void ExpectSize(int size)
    {
        if (Size != size)
            throw UserException.Usage($"{Folder}: its frames are {Size} pixels a side, the configuration's are {size}. Add "
                + $"--set data.size={Size}, or prepare the dataset with --size {size}.");
    }

    /// <summary>Whether the folder holds a dataset, or the beginning of one.</summary>
    public static bool IsDataset(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder,
            "part*of*.*").Any(path => path.EndsWith(".index", StringComparison.Ordinal)
            || path.EndsWith(".journal", StringComparison.Ordinal));

    /// <summary>Frames of a clip, without reading more of it.</summary>
    public int FrameCountOf(int clip) => Locate(clip).Entry.Frames;

    /// <summary>The side that a clip's person is on.</summary>
    public Split SplitOf(int clip) => Locate(clip).Entry.Split;

    /// <summary>The clip of that id, or null.</summary>
    public Clip? Find(string id)
    {
        var bytes = Encoding.UTF8.GetBytes(id);
        for (var p = 0; p < parts.Length; p++)
        {
            var found = parts[p].Find(bytes);
            if (found >= 0)
                return this[order is null ? found : PlaceOf(bytes)];
        }

        return null;
    }

    /// <summary>The clip of that id.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public Clip Get(string id) => Find(id) ?? throw new UserException(
        $"{Folder}: no clip \"{id}\" among its {Count}."
            + Spelling.Suggestion(id, Enumerable.Range(0, Math.Min(Count, 10_000)).Select(clip => this[clip].Id)));

    /// <summary>The clip's record, with crop, rate and checksum.</summary>
    public ClipRecord ReadRecord(int clip)
    {
        var json = ReadMember(clip, ClipMember.Record);
        return ClipRecord.FromJson(json, $"{Folder}: clip {this[clip].Id}");
    }

    /// <summary>The clip's landmarks (frames, 68, 2), in pixels of its frames.</summary>
    public float[] ReadLandmarks(int clip)
    {
        var faces = ReadFaces(clip);
        return [.. Enumerable.Range(0, faces.Frames).SelectMany(frame => faces[frame].Values.ToArray())];
    }

    /// <summary>The clip's landmarks, with pupils where the dataset has them.</summary>
    internal ClipLandmarks ReadFaces(int clip)
    {
        var array = Npy.Read(ReadMember(clip, ClipMember.Landmarks), $"{Folder}: landmarks of clip {clip}");
        var frames = FrameCountOf(clip);
        if (array.Type != TorchSharp.torch.ScalarType.Float32
            || !array.Shape.SequenceEqual([frames, Landmarks.Count, 2])
            && !array.Shape.SequenceEqual([frames, Landmarks.CountWithPupils, 2]))
            throw new UserException(
                $"{Folder}: the landmarks of clip {this[clip].Id} are {array.Type} ({string.Join(",", array.Shape)}), expected Float32 "
                    + $"({frames},68,2), or ({frames},71,2) with pupils; prepare the dataset again.");
        return new(array.ToArray<float>(), frames);
    }

    /// <summary>A frame as it is stored: a JPEG file.</summary>
    public byte[] ReadFrame(int clip, int frame) => ReadMember(clip, ClipMember.FirstFrame + frame);

    /// <summary>A frame.</summary>
    public Picture ReadPicture(int clip, int frame)
    {
        byte[] encoded = [], rgba = new byte[4 * Size * Size];
        ReadPixels(clip, frame, ref encoded, rgba);
        return FrameFit.ToPicture(rgba, Size);
    }

    /// <summary>A frame's pixels, RGBA.</summary>
    /// <param name="clip">The clip's place, from 0, in the order of ids.</param>
    /// <param name="frame">The frame's place in the clip, from 0.</param>
    /// <param name="encoded">A buffer for its JPEG file, made larger where it is too small.</param>
    /// <param name="rgba">(S, S, 4); what is written to alpha says nothing.</param>
    internal void ReadPixels(int clip, int frame, ref byte[] encoded, Span<byte> rgba)
    {
        var (part, entry) = Locate(clip);
        var length = shards.Read(part, entry, ClipMember.FirstFrame + frame, ref encoded);
        if (!FrameJpeg.Decode(encoded.AsSpan(0, length), Size, rgba))
            throw new UserException($"{this[clip].Shard}: frame {frame} of clip {this[clip].Id} is no JPEG picture of {Size}x{Size}; "
                + "prepare the dataset again.");
    }

    /// <summary>Closes all files; nothing may read any more.</summary>
    public void Dispose()
    {
        shards.Dispose();
        foreach (var part in parts)
            part.Dispose();
    }

    internal (DatasetIndex Part, IndexClip Entry) Locate(int clip)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)clip, (uint)Count, nameof(clip));
        return Counted(order is null ? clip : order[clip]);
    }

    byte[] ReadMember(int clip, int member)
    {
        var (part, entry) = Locate(clip);
        byte[] buffer = [];
        shards.Read(part, entry, member, ref buffer);
        return buffer;
    }

    (DatasetIndex Part, IndexClip Entry) Counted(int counted)
    {
        var part = Array.BinarySearch(starts, counted) is >= 0 and var exact ? exact : ~Array.BinarySearch(starts, counted) - 1;
        while (parts[part].Clips <= counted - starts[part])
            part++; // an empty part begins where the next one does
        return (parts[part], parts[part].Clip(counted - starts[part]));
    }

    int PlaceOf(ReadOnlySpan<byte> id)
    {
        int low = 0, high = Count - 1;
        while (true)
        {
            var middle = low + (high - low) / 2;
            var (part, entry) = Locate(middle);
            var compared = part.IdBytes(entry).SequenceCompareTo(id);
            if (compared == 0)
                return middle;
            (low, high) = compared < 0 ? (middle + 1, high) : (low, middle - 1);
        }
    }

    // Each part is in order already, so the least of their first clips comes next.
    int[] Merge()
    {
        var merged = new int[Count];
        var heads = new PriorityQueue<int, byte[]>(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        var next = new int[parts.Length];
        for (var p = 0; p < parts.Length; p++)
            Push(p);
        byte[] before = [];
        for (var i = 0; i < merged.Length; i++)
        {
            heads.TryDequeue(out var part, out var id);
            if (i > 0 && before.AsSpan().SequenceEqual(id))
                throw new UserException($"{Folder}: clip {Encoding.UTF8.GetString(id!)} is in two parts; keep the parts of one preparation "
                    + $"in a folder.");
            before = id!;
            merged[i] = starts[part] + next[part]++;
            Push(part);
        }

        return merged;

        void Push(int part)
        {
            if (next[part] < parts[part].Clips)
                heads.Enqueue(part, parts[part].IdBytes(parts[part].Clip(next[part])).ToArray());
        }
    }

    static DatasetPart[] PartsIn(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserException($"{folder}: no such folder; expected a dataset (talkinghead synth or prepare makes one).");
        var files = Directory.EnumerateFiles(folder, "part*of*.*").Select(path => Path.GetFileName(path)!).ToArray();
        DatasetPart[] found = [.. files.Select(DatasetPart.OfIndex).OfType<DatasetPart>().OrderBy(part => part.Number)];
        var unfinished = Array.Find(files, name => name.EndsWith(".journal", StringComparison.Ordinal)
            && !files.Contains(name.Replace(".journal", ".index", StringComparison.Ordinal)));
        if (unfinished is not null)
            throw new UserException($"{folder}: the dataset is unfinished ({unfinished}); run the command that began it again and it will "
                + $"continue.");
        if (found.Length == 0)
            throw new UserException($"{folder}: holds no dataset: there is no part1of1.index; talkinghead synth or prepare makes one.");
        if (found.Select(part => part.Count).Distinct().Count() > 1)
            throw new UserException($"{folder}: holds indices of different "
                + $"datasets ({string.Join(", ", found.Select(part => part.IndexName))}); keep one in a folder.");
        int[] missing = [.. Enumerable.Range(1, found[0].Count).Except(found.Select(part => part.Number))];
        return missing.Length == 0 ? found : throw new UserException(
            $"{folder}: of {found[0].Count} parts, {string.Join(", ", missing.Take(8))}{(missing.Length > 8 ? ", …" : "")} "
                + $"{(missing.Length == 1 ? "is" : "are")} missing; prepare or copy them into the folder.");
    }
}

/// <summary>Reads a dataset whole and compares every checksum.</summary>
public static class Verification
{
    /// <summary>Every damage found, a sentence each: indices, then clips shard by shard, then the shards' ends.</summary>
    /// <param name="dataset">What to read.</param>
    /// <param name="progress">Called after each clip with the clips read so far; from one thread.</param>
    /// <param name="stop">Stops between clips.</param>
    public static IEnumerable<string> Damages(Dataset dataset, Action<int>? progress = null, CancellationToken stop = default)
    {
        var done = 0;
        byte[] buffer = [];
        foreach (var part in dataset.Parts)
        {
            if (!part.IsWhole())
            {
                yield return $"{part.Path}: the index does not match its checksum; copy it again, or prepare the dataset again.";
                continue; // what it says of clips cannot be trusted
            }

            foreach (var clip in InOrderOfShards(part))
            {
                stop.ThrowIfCancellationRequested();
                if (buffer.Length < clip.Length)
                    buffer = new byte[clip.Length + clip.Length / 2];
                if (Fault(dataset, part, clip, buffer.AsSpan(0, clip.Length)) is { } fault)
                    yield return fault;
                progress?.Invoke(++done);
            }

            for (var shard = 0; shard < part.Shards; shard++)
            {
                if (!dataset.Shards.EndsAsATar(part, shard))
                    yield return $"{dataset.Shards.PathOf(part, shard)}: after its last clip the shard does not end as a tar does; copy "
                        + $"it again.";
            }
        }
    }

    static string? Fault(Dataset dataset, DatasetIndex part, in IndexClip clip, Span<byte> bytes)
    {
        try
        {
            dataset.Shards.ReadClip(part, clip, bytes);
        }
        catch (UserException unreadable)
        {
            return unreadable.Message;
        }

        if (Checksum.Compute(bytes) == clip.Checksum)
            return null;
        for (var member = 0; member < clip.Frames + ClipMember.FirstFrame; member++)
        {
            var (offset, length, checksum) = part.Member(clip, member);
            if (Checksum.Compute(bytes.Slice((int)offset, (int)length)) != checksum)
                return dataset.Shards.Damaged(part, clip, ClipMember.Ending(member)).Message;
        }

        return dataset.Shards.Damaged(part, clip, ", a header or padding of the tar,").Message;
    }

    static IEnumerable<IndexClip> InOrderOfShards(DatasetIndex part) => Enumerable.Range(0, part.Clips)
        .Select(i => (Index: i, part.Clip(i).Shard, part.Clip(i).Offset)).OrderBy(clip => clip.Shard).ThenBy(clip => clip.Offset)
        .Select(clip => part.Clip(clip.Index));
}

/// <summary>A contact sheet of a dataset: clips in rows, frames of each in pairs, without and with the landmarks drawn over.</summary>
public static class DatasetSheet
{
    const int MostRows = 12, Pairs = 4, CellSide = 128;

    /// <exception cref="UserException">A frame shown is damaged.</exception>
    public static Picture Draw(Dataset dataset)
    {
        var clips = Spread(dataset.Count, MostRows);
        return ContactSheet.Draw(
            [.. clips.Select(clip => Row(dataset, clip))],
            rowCaptions: [.. clips.Select(clip => dataset[clip].Id + (dataset.SplitOf(clip) == Split.Test ? " (test)" : ""))]);
    }

    static List<Picture> Row(Dataset dataset, int clip)
    {
        var faces = dataset.ReadFaces(clip);
        var side = Math.Min(CellSide, dataset.Size);
        var row = new List<Picture>();
        foreach (var frame in Spread(dataset.FrameCountOf(clip), Pairs))
        {
            var picture = dataset.ReadPicture(clip, frame);
            var landmarks = faces[frame];
            if (side < dataset.Size)
                (picture, landmarks) = (picture.Resize(side, side), landmarks.Crop(new(0, 0, dataset.Size, dataset.Size), side, side));
            var drawn = picture.Clone();
            LandmarkImage.Over(drawn, landmarks, new() { LineWidth = 1, InnerLips = true, Pupils = true });
            row.AddRange([picture, drawn]);
        }

        return row;
    }

    // So many numbers below count, evenly apart.
    static int[] Spread(int count, int most) => [.. Enumerable.Range(0,
        Math.Min(count, most)).Select(i => (int)((2L * i + 1) * count / (2L * Math.Min(count, most))))];
}
