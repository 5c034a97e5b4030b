using TalkingHead.Media;

namespace TalkingHead.Datasets.Preparation;

/// <summary>What a preparation made.</summary>
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
    /// <exception cref="UserException">The tools or the disk fail, or the folder holds another dataset; what is written is kept and continued by the next run.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the next run continues.</exception>
    public PrepareResult Run(Action<int>? done = null, Action<Refusal>? refused = null, CancellationToken stop = default)
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
            throw new UserException($"{settings.Out}: holds a finished dataset that was made with other settings ({index.Recipe}, now {settings.Recipe}); name another folder.");
        return new(Inputs, index.Clips, index.Frames, File.ReadLines(Path.Combine(settings.Out, settings.Part.LedgerName)).Count(), AlreadyComplete: true);
    }
}
