using System.Collections.Concurrent;
using TalkingHead.Faces;
using TalkingHead.Media;

namespace TalkingHead.Data.Preparation;

/// <summary>What a preparation made.</summary>
/// <param name="Inputs">Videos, or folders of pictures, that were found.</param>
/// <param name="Clips">In the dataset.</param>
/// <param name="Frames">Of all clips.</param>
/// <param name="Refusals">Inputs that were refused; the dataset's ledger has each with its reason.</param>
/// <param name="AlreadyComplete">True where there was nothing left to do.</param>
public sealed record PrepareResult(int Inputs, int Clips, long Frames, int Refusals, bool AlreadyComplete);

/// <summary>
/// Makes a dataset of a collection. Workers take inputs in order; what they make is written in that order, whoever is
/// first, so the dataset is the same whatever their number. An input's outcomes wait in a short queue of their own: the
/// worker that is ahead pauses when it is full, so memory stays bounded.
/// </summary>
public sealed class Preparation
{
    readonly PrepareSettings settings;
    readonly PrepareInput[] inputs;

    /// <exception cref="UserException">A setting is outside its range, or the collection's folder holds nothing of the layout.</exception>
    public Preparation(PrepareSettings settings)
    {
        settings.Check();
        this.settings = settings;
        inputs = [.. PrepareLayouts.List(settings).Where(input => settings.Part.Takes(input.Id))];
    }

    /// <summary>Inputs of this part.</summary>
    public int Inputs => inputs.Length;

    /// <param name="done">Called with the number of inputs done, those of an earlier run included.</param>
    /// <param name="refused">Called with each refusal.</param>
    /// <param name="stop">Stops between frames.</param>
    /// <param name="said">Called with what one should know of inputs that are used.</param>
    /// <exception cref="UserException">The tools or the disk fail, or the folder holds another dataset; what is written is
    /// kept and continued by the next run.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the next run continues.</exception>
    public PrepareResult Run(Action<int>? done = null, Action<Refusal>? refused = null, CancellationToken stop = default,
        Action<string>? said = null)
    {
        if (DatasetWriter.IsComplete(settings.Out, settings.Part))
            return Complete();
        if (settings.Layout is PrepareLayout.Videos or PrepareLayout.VoxCeleb2)
        {
            using var found = Ffmpeg.Start("ffmpeg", ["-version"], reads: true); // missing: one sentence now, not one for each video
        }

        using var writer = new DatasetWriter(settings.Out, new() { Size = settings.Size, Recipe = settings.Recipe, Part = settings.Part });
        var left = inputs.Where(input => !writer.IsFinished(input.Name)).ToArray();
        var count = inputs.Length - left.Length;
        done?.Invoke(count);
        using var workers = new PreparationWorkers(settings, left, stop);
        foreach (var (input, outcomes) in workers.InOrder())
        {
            foreach (var outcome in outcomes)
            {
                if (outcome is Outcome.Refused { Refusal: var refusal })
                {
                    writer.Refuse(refusal);
                    refused?.Invoke(refusal);
                }
                else if (outcome is Outcome.Said { Sentence: var sentence })
                {
                    said?.Invoke(sentence);
                }
                else if (outcome is Outcome.Clip clip && !writer.Contains(clip.Record.Id))
                {
                    writer.Add(clip.Record, clip.Frames, clip.Landmarks);
                }
            }

            writer.Finish(input.Name);
            done?.Invoke(++count);
        }

        writer.Complete();
        return new(inputs.Length, writer.Clips, writer.Frames, writer.Refusals.Count, AlreadyComplete: false);
    }

    /// <summary>A message about a file without the path that all of an input's files share.</summary>
    internal static string Below(string folder, string message) =>
        message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).TrimEnd('.');

    PrepareResult Complete()
    {
        using var index = new DatasetIndex(settings.Out, settings.Part);
        if (index.Recipe != settings.Recipe)
            throw new UserException($"{settings.Out}: holds a finished dataset that was made with other "
                + $"settings ({index.Recipe}, now {settings.Recipe}); name another folder.");
        return new(Inputs, index.Clips, index.Frames, File.ReadLines(Path.Combine(settings.Out, settings.Part.LedgerName)).Count(),
            AlreadyComplete: true);
    }
}

/// <summary>
/// The threads that prepare. A worker takes the next input and lines up a queue for it, both under the lock, so queues
/// stand in the order of the inputs; it fills its queue, and the caller empties them one after the other. All else is a
/// worker's own.
/// </summary>
sealed class PreparationWorkers : IDisposable
{
    /// <summary>Outcomes of an input that wait for the caller; a worker that is further ahead pauses.</summary>
    const int OutcomesHeld = 4;

    readonly PrepareSettings settings;
    readonly PrepareInput[] inputs;
    readonly BlockingCollection<(PrepareInput Input, BlockingCollection<Outcome> Outcomes)> begun = [];
    readonly SemaphoreSlim ahead; // inputs that may be begun before the oldest is written
    readonly CancellationTokenSource stop;
    readonly Thread[] threads;
    readonly Lock order = new();
    int next;           // under the lock
    Exception? failure; // the first worker's to fail

    internal PreparationWorkers(PrepareSettings settings, PrepareInput[] inputs, CancellationToken stop)
    {
        (this.settings, this.inputs) = (settings, inputs);
        this.stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var count = Math.Clamp(settings.Workers == 0 ? Environment.ProcessorCount : settings.Workers, 1, Math.Max(1, inputs.Length));
        ahead = new(2 * count);
        threads = [.. Enumerable.Range(0, count).Select(i => new Thread(Work) { IsBackground = true, Name = $"prepare {i}" })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>The inputs with what comes of each, as it comes. Each must be looked at to its end before the next.</summary>
    internal IEnumerable<(PrepareInput Input, IEnumerable<Outcome> Outcomes)> InOrder()
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            TryTake(begun, out var first);
            using (first.Outcomes)
                yield return (first.Input, Emptied(first.Outcomes));
            ahead.Release();
        }
    }

    /// <summary>Stops the workers, wherever they are.</summary>
    public void Dispose()
    {
        stop.Cancel();
        foreach (var thread in threads)
            thread.Join();
        begun.Dispose();
        ahead.Dispose();
        stop.Dispose();
    }

    IEnumerable<Outcome> Emptied(BlockingCollection<Outcome> queue)
    {
        while (TryTake(queue, out var outcome))
            yield return outcome;
    }

    bool TryTake<T>(BlockingCollection<T> queue, out T taken)
    {
        try
        {
            return queue.TryTake(out taken!, Timeout.Infinite, stop.Token);
        }
        catch (OperationCanceledException) when (failure is not null)
        {
            throw failure is UserException mistake
                ? new UserException(mistake.Message, mistake, mistake.ExitCode)
                : new InvalidOperationException($"A worker failed: {failure.Message}", failure);
        }
    }

    void Work()
    {
        try
        {
            using var tracker = FaceTracker.Open(settings.Detector);
            var videos = new VideoPreparation(settings, tracker);
            var pictures = new PicturePreparation(settings, tracker);
            while (true)
            {
                ahead.Wait(stop.Token);
                var outcomes = new BlockingCollection<Outcome>(OutcomesHeld);
                PrepareInput input;
                lock (order)
                {
                    if (next == inputs.Length)
                        return;
                    input = inputs[next++];
                    begun.Add((input, outcomes));
                }

                foreach (var outcome in Outcomes(input, videos, pictures))
                    outcomes.Add(outcome, stop.Token);
                outcomes.CompleteAdding();
            }
        }
        catch (OperationCanceledException)
        {
            // The caller stopped, or another worker failed: what this one was making is made again next time.
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, e, null);
            stop.Cancel();
        }
    }

    IEnumerable<Outcome> Outcomes(PrepareInput input, VideoPreparation videos, PicturePreparation pictures)
    {
        if (ClipName.Fault(input.Id) is { } fault)
            return [Refused(input, "name", $"its name cannot be a clip's: {fault}")];
        if (input.Split is null)
            return [Refused(input, "no-split", $"{input.Identity} is not in the official list of identities")];
        return Decoded(input, settings.Layout switch
        {
            PrepareLayout.VoxCeleb2 => videos.Takes(input, stop.Token),
            PrepareLayout.Videos => videos.Video(input, stop.Token),
            _ => pictures.Folder(input, stop.Token),
        });
    }

    // What cannot be read is refused with the reader's reason, and the next input comes.
    static IEnumerable<Outcome> Decoded(PrepareInput input, IEnumerable<Outcome> outcomes)
    {
        using var each = outcomes.GetEnumerator();
        while (true)
        {
            Outcome.Refused? broken = null;
            try
            {
                if (!each.MoveNext())
                    yield break;
            }
            catch (UserException e)
            {
                broken = Refused(input, "undecodable", Preparation.Below(Path.GetDirectoryName(input.Path)!, e.Message));
            }

            yield return broken ?? each.Current;
            if (broken is not null)
                yield break;
        }
    }

    static Outcome.Refused Refused(PrepareInput input, string kind, string reason) => new(new(input.Name, kind, reason));
}
