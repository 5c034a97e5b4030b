using TalkingHead.Media;

namespace TalkingHead.Datasets.Synthetic;

/// <summary>A picture of many made-up people, for people to look at.</summary>
public static class SyntheticSheet
{
    const int Columns = 8;

    /// <summary>Rows of eight: the first people of the population, each at another moment of the first clip.</summary>
    public static Picture Draw(SyntheticPopulation population, int people, int size, int threads)
    {
        var sheet = new Picture(Math.Min(people, Columns) * size, (people + Columns - 1) / Columns * size);
        var frames = new SyntheticFrame[people];
        Parallel.For(0, people, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => frames[i] = population.Identity(i).Clip(0).Frame(14 * i + 5, size));
        for (var i = 0; i < people; i++) sheet.Paste(new Picture(size, size, frames[i].Rgb), i % Columns * size, i / Columns * size);
        return sheet;
    }
}
