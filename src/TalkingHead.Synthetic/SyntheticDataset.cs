using System.Globalization;
using TalkingHead.Data;
using TalkingHead.Media;

namespace TalkingHead.Synthetic;

/// <summary>Which made-up people to film, and how.</summary>
public sealed record SyntheticRecipe
{
    /// <summary>People, 1 to 99,999.</summary>
    public int Identities { get; init; } = 200;

    /// <summary>Clips of each person, 1 to 999.</summary>
    public int ClipsEach { get; init; } = 1;

    /// <summary>Frames of each clip, 1 to 10,000.</summary>
    public int Frames { get; init; } = 32;

    /// <summary>Pixels of a frame's side, 64 to 512.</summary>
    public int Size { get; init; } = 64;

    /// <summary>The same seed gives the same people and the same bytes.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Frames a second of each clip, 1 to 120.</summary>
    public double FramesPerSecond { get; init; } = 8;

    /// <summary>About this share of the people is held out, each by a draw of its own.</summary>
    public double TestShare { get; init; } = 0.1;

    /// <exception cref="UserException">A number is outside its range.</exception>
    public void Validate()
    {
        Within("identities", Identities, 1, 99_999);
        Within("clips", ClipsEach, 1, 999);
        Within("frames", Frames, 1, 10_000);
        Within("size", Size, SyntheticClip.SmallestSize, SyntheticClip.LargestSize);
        Within("fps", FramesPerSecond, 1, 120);
        Within("test-share", TestShare, 0, 1);
    }

    static void Within(string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw UserException.Usage(string.Create(CultureInfo.InvariantCulture, $"--{name} {value} is outside {low} to {high}."));
    }

    // One more than the last whenever the pictures of a seed change.
    internal string Line => string.Create(CultureInfo.InvariantCulture,
        $"synth 1: seed {Seed}, {Identities} identities, {ClipsEach} clip(s) each, {Frames} frames at {FramesPerSecond}/s, size {Size}, "
            + $"{TestShare} held out");
}

/// <summary>Writes a dataset of made-up people.</summary>
public static class SyntheticDataset
{
    /// <summary>
    /// Renders and writes the people in order. The bytes do not depend on the number of threads. An unfinished dataset is
    /// continued.
    /// </summary>
    /// <param name="folder">The dataset's folder, made where it is missing.</param>
    /// <param name="recipe">Which people, and how many frames of them.</param>
    /// <param name="workers">Threads that render, 1 or more.</param>
    /// <param name="onClip">Called with the number of frames of each clip that is in the dataset.</param>
    /// <param name="stop">Ends the work early; the same call continues it.</param>
    /// <exception cref="UserException">The recipe is out of range, or the folder cannot be written.</exception>
    public static void Write(string folder, SyntheticRecipe recipe, int workers, Action<int> onClip, CancellationToken stop)
    {
        recipe.Validate();
        using var writer = new DatasetWriter(folder, new() { Size = recipe.Size, Recipe = recipe.Line });
        var population = new SyntheticPopulation(recipe.Seed);
        var next = 0;
        // A few people ahead of the one that is written: enough for every worker, little memory.
        var ahead = new Queue<Task<List<Film>>>();
        while (next < recipe.Identities || ahead.Count > 0)
        {
            while (next < recipe.Identities && ahead.Count < workers)
            {
                var index = next++;
                var records = Enumerable.Range(0, recipe.ClipsEach).Select(clip => RecordOf(recipe, index, clip)).ToList();
                var missing = records.ConvertAll(record => !writer.Contains(record.Id));
                ahead.Enqueue(Task.Run(() => Make(population, recipe, index, records, missing, stop), CancellationToken.None));
            }
            foreach (var film in ahead.Dequeue().GetAwaiter().GetResult())
            {
                if (film.Frames.Length > 0) writer.Add(film.Record, film.Frames, film.Landmarks);
                onClip(recipe.Frames);
            }
        }
        writer.Complete();
    }

    /// <summary>The clip's id and side, whichever dataset it is in.</summary>
    static ClipRecord RecordOf(SyntheticRecipe recipe, int identity, int clip)
    {
        var name = $"synth-{identity:00000}";
        var held = new SeededRandom((ulong)recipe.Seed, (ulong)identity, 50).Next() < recipe.TestShare;
        return new($"{name}/{clip:000}", name, held ? Split.Test : Split.Train,
            $"synthetic population {recipe.Seed}")
        { Frames = recipe.Frames, Rate = recipe.FramesPerSecond };
    }

    static List<Film> Make(SyntheticPopulation population, SyntheticRecipe recipe, int index, List<ClipRecord> records, List<bool> missing,
        CancellationToken stop)
    {
        if (!missing.Contains(true)) return records.ConvertAll(record => new Film(record, [], []));
        var identity = population.Identity(index);
        return [.. records.Select((record, k) => missing[k]
            ? Make(record, new SyntheticClip(identity, k) { FramesPerSecond = recipe.FramesPerSecond }, recipe, stop)
            : new Film(record, [], []))];
    }

    static Film Make(ClipRecord record, SyntheticClip clip, SyntheticRecipe recipe, CancellationToken stop)
    {
        var frames = new ReadOnlyMemory<byte>[recipe.Frames];
        var landmarks = new List<float>();
        for (var i = 0; i < frames.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            var frame = clip.Frame(i, recipe.Size);
            frames[i] = PictureFile.Encode(new Picture(recipe.Size, recipe.Size, frame.Rgb), "frame.jpg");
            landmarks.AddRange(frame.Landmarks);
            landmarks.AddRange(frame.Pupils);
        }
        return new(record, frames, [.. landmarks]);
    }

    sealed record Film(ClipRecord Record, ReadOnlyMemory<byte>[] Frames, float[] Landmarks);
}

/// <summary>A picture of many made-up people, for people to look at.</summary>
public static class SyntheticSheet
{
    const int Columns = 8;

    /// <summary>Rows of eight: the first people of the population, each at another moment of the first clip.</summary>
    public static Picture Draw(SyntheticPopulation population, int people, int size, int threads)
    {
        var sheet = new Picture(Math.Min(people, Columns) * size, (people + Columns - 1) / Columns * size);
        var frames = new SyntheticFrame[people];
        Parallel.For(0, people, new ParallelOptions { MaxDegreeOfParallelism = threads },
            i => frames[i] = population.Identity(i).Clip(0).Frame(14 * i + 5, size));
        for (var i = 0; i < people; i++) sheet.Paste(new Picture(size, size, frames[i].Rgb), i % Columns * size, i / Columns * size);
        return sheet;
    }
}
