namespace TalkingHead.Data;

/// <summary>What a dataset is written as.</summary>
public sealed record DatasetWriterOptions
{
    /// <summary>Pixels of a frame's side; all frames are square and of one size.</summary>
    public required int Size { get; init; }

    /// <summary>
    /// How the dataset is made, in one line: whatever changes its content. It is kept in the index, and a writer that
    /// continues must bring the same.
    /// </summary>
    public required string Recipe { get; init; }

    /// <summary>The part that is written.</summary>
    public DatasetPart Part { get; init; } = DatasetPart.Whole;

    /// <summary>A shard is closed by the clip that brings it to so many bytes.</summary>
    public long ShardBytes { get; init; } = 512L << 20;
}

/// <summary>
/// Writes a dataset, or a part of one: shards, then index and ledger. Clips lie in the order in which they are added, so
/// the same clips in the same order are the same bytes. It may be killed at any moment: a new writer on the same folder
/// with the same options continues after the last whole clip (<see cref="Contains"/>, <see cref="IsFinished"/>) and ends
/// with the same bytes. For one thread at a time.
/// </summary>
public sealed class DatasetWriter : IDisposable
{
    readonly string folder;
    readonly DatasetWriterOptions options;
    readonly JournalEntry.Started started;
    readonly Journal journal;
    readonly ShardAppender shards;
    readonly Dictionary<string, long> clips = new(StringComparer.Ordinal); // id -> entry in the journal
    readonly Dictionary<string, Split> identities = new(StringComparer.Ordinal);
    readonly HashSet<string> finished = new(StringComparer.Ordinal);
    readonly HashSet<Refusal> refused = [];
    readonly List<Refusal> refusals = [];

    /// <exception cref="UserException">The folder cannot be written, another process writes there, or it holds another dataset.</exception>
    public DatasetWriter(string folder, DatasetWriterOptions options)
    {
        (this.folder, this.options) = (folder, options);
        started = new(IndexHeader.CurrentVersion, options.Size, options.ShardBytes, options.Recipe);
        try
        {
            Directory.CreateDirectory(folder);
            RefuseOthers();
            journal = new(Path.Combine(folder, options.Part.JournalName));
            try
            {
                shards = new(folder, options.Part, options.ShardBytes);
                Continue();
            }
            catch
            {
                journal.Dispose();
                shards?.Dispose();
                throw;
            }
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Writing(folder, e);
        }
    }

    /// <summary>Clips written, those of an earlier writer included.</summary>
    public int Clips => clips.Count;

    /// <summary>Frames written so far, those of an interrupted attempt included.</summary>
    public long Frames { get; private set; }

    /// <summary>What was refused so far.</summary>
    public IReadOnlyCollection<Refusal> Refusals => refusals;

    /// <summary>True where that part of the dataset is finished; removes the journal that a kill at the very end left.</summary>
    public static bool IsComplete(string folder, DatasetPart part)
    {
        if (!File.Exists(Path.Combine(folder, part.IndexName)))
            return false;
        File.Delete(Path.Combine(folder, part.JournalName));
        return true;
    }

    /// <summary>Whether the clip is written already.</summary>
    public bool Contains(string id) => clips.ContainsKey(id);

    /// <summary>Whether <see cref="Finish"/> was called for the input, by this writer or an earlier one.</summary>
    public bool IsFinished(string input) => finished.Contains(input);

    /// <summary>Writes a clip.</summary>
    /// <param name="clip">Its frame count, size and checksum are filled in here.</param>
    /// <param name="frames">JPEG files of <see cref="DatasetWriterOptions.Size"/> pixels a side.</param>
    /// <param name="landmarks">(frames, 68, 2): x, y in pixels of the frame, the centre of the top left pixel at (0, 0).</param>
    /// <exception cref="UserException">The disk is full or fails, the id cannot be a clip's, or its identity is on the other
    /// side.</exception>
    /// <exception cref="ArgumentException">The clip is written already, or counts do not agree.</exception>
    public void Add(ClipRecord clip, IReadOnlyList<ReadOnlyMemory<byte>> frames, ReadOnlySpan<float> landmarks)
    {
        if (Contains(clip.Id))
            throw new ArgumentException($"Clip {clip.Id} is written already.", nameof(clip));
        if (identities.TryGetValue(clip.Identity, out var split) && split != clip.Split)
            throw new UserException($"clip {clip.Id}: {clip.Identity} is on the {split.ToString().ToLowerInvariant()} side already, so its "
                + $"clips cannot be on both; move them to one.");
        var bytes = ClipBytes.From(clip with { Size = options.Size }, frames, landmarks);
        Guarded(() =>
        {
            var (shard, offset) = shards.Append(bytes.Span);
            Note(new JournalEntry.Clip(clip.Id, clip.Identity, clip.Split, shard, offset, bytes.Span.Length, Checksum.Compute(bytes.Span),
                [.. bytes.Members]));
            CloseFullShard();
        });
    }

    /// <summary>Notes an input that gives no clip, or a picture that is left out; once, however often it is called.</summary>
    public void Refuse(Refusal refusal)
    {
        if (!refused.Contains(refusal))
            Guarded(() => Note(new JournalEntry.Refused(refusal)));
    }

    /// <summary>Notes that all of an input is written: a later writer need not look at it again.</summary>
    public void Finish(string input)
    {
        if (!IsFinished(input))
            Guarded(() => Note(new JournalEntry.Finished(input)));
    }

    /// <summary>Closes the last shard and gives the part its index and ledger. Nothing can be added after.</summary>
    public void Complete() => Guarded(() =>
    {
        shards.Close();
        journal.Flush();
        WriteWhole(options.Part.LedgerName, to =>
        {
            foreach (var refusal in refusals)
                to.Write([.. refusal.ToJson(), (byte)'\n']);
        });
        WriteWhole(options.Part.IndexName, to =>
            IndexWriter.Write(to, options.Part, started, journal, clips.Select(clip => (clip.Key, clip.Value)), identities,
                shards.Lengths));
        Dispose();
        File.Delete(Path.Combine(folder, options.Part.JournalName));
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        shards.Dispose();
        journal.Dispose();
    }

    // Appends to the journal, then remembers: what fails is not remembered.
    void Note(JournalEntry entry) => Remember(journal.Append(entry), entry);

    void Remember(long offset, JournalEntry entry)
    {
        switch (entry)
        {
            case JournalEntry.Clip clip:
                clips.Add(clip.Id, offset);
                identities[clip.Identity] = clip.Split;
                Frames += clip.Frames;
                break;
            case JournalEntry.Refused { Refusal: var refusal } when refused.Add(refusal):
                refusals.Add(refusal);
                break;
            case JournalEntry.Finished done:
                finished.Add(done.Input);
                break;
        }
    }

    void CloseFullShard()
    {
        if (!shards.IsFull)
            return;
        shards.Close();
        journal.Flush();
    }

    void Continue()
    {
        var end = 0L;
        foreach (var (offset, entry) in journal.ReadAll())
        {
            if (entry is JournalEntry.Started before && before != started)
                throw new UserException($"{folder}: holds an unfinished dataset that was begun with other "
                    + $"settings ({before.Recipe}, now {started.Recipe}); finish it with those, or name another folder.");
            if (entry is JournalEntry.Clip clip && !shards.Accept(clip))
            {
                end = offset;
                break; // lost in a power cut, with all that came after it
            }

            Remember(offset, entry);
            end = offset + journal.LengthOf(offset);
        }

        journal.Truncate(end);
        shards.Resume();
        if (end == 0)
            journal.Append(started);
        CloseFullShard();
    }

    void RefuseOthers()
    {
        foreach (var path in Directory.EnumerateFiles(folder, "part*"))
        {
            if (DatasetPart.OfIndex(Path.GetFileName(path)) is not { } found)
                continue;
            if (found == options.Part)
                throw new UserException($"{folder}: holds a finished dataset already; name another folder, or remove this one first.");
            if (found.Count != options.Part.Count)
                throw new UserException(
                    $"{folder}: holds a dataset in {found.Count} part(s), this would be {options.Part.Number} of {options.Part.Count}; "
                        + $"name another folder.");
        }
    }

    void WriteWhole(string name, Action<Stream> write)
    {
        var path = Path.Combine(folder, name);
        var partial = path + ShardAppender.PartialEnding;
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw DiskFault.Writing(folder, e);
        }
    }
}
