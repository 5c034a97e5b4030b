using System.Globalization;
using Spectre.Console;
using TalkingHead.Datasets;

namespace TalkingHead.Cli;

/// <summary>What <c>inspect DATASET</c> shows.</summary>
static class DatasetInspection
{
    internal static void Run(string folder, bool verify, string? sheet, string? json, CancellationToken stop)
    {
        using var dataset = Dataset.Open(folder);
        var figures = Figures.Of(dataset);
        Print(figures, dataset.Recipe);
        if (sheet is not null)
        {
            DatasetSheet.Draw(dataset).Save(sheet);
            Console.WriteLine($"{sheet}: contact sheet");
        }

        if (verify)
            figures = figures with { Damages = Verify(dataset, stop) };
        if (json is not null)
            JsonFile.Write(json, figures);
        if (figures.Damages is { Count: > 0 } damages)
            throw new UserException($"{folder}: {damages.Count} of {dataset.Count} clips or files are damaged.");
    }

    static List<string> Verify(Dataset dataset, CancellationToken stop)
    {
        var damages = new List<string>();
        Progress.Run("verify", dataset.Count, "clips", bar =>
        {
            foreach (var damage in Verification.Damages(dataset, _ => bar.Step(), stop))
            {
                damages.Add(damage);
                bar.Say(damage);
            }
        });
        if (damages.Count == 0)
            Console.WriteLine($"every checksum of {dataset.Count} clips is right");
        return damages;
    }

    static void Print(Figures figures, string recipe)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("", "train", "test", "all");
        Row("clips", figures.Train.Clips, figures.Test.Clips);
        Row("identities", figures.Train.Identities, figures.Test.Identities);
        Row("frames", figures.Train.Frames, figures.Test.Frames);
        table.AddRow("frames a clip", Range(figures.Train), Range(figures.Test), "");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        AnsiConsole.Write(table);
        Console.WriteLine($"frames of {figures.Size}x{figures.Size}, {figures.Bytes / 1e6:N1} MB in {figures.Shards} shards of {figures.Parts} parts");
        Console.WriteLine($"made by {recipe}");
        Console.WriteLine(figures.Refusals.Count == 0 ? "nothing was refused" : "refused: " + string.Join(", ", figures.Refusals.Select(refusal => $"{refusal.Value} {refusal.Key}")));

        void Row(string name, long train, long test) => table.AddRow(name, Text(train), Text(test), Text(train + test));

        static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

        static string Range(Side side) => side.Clips == 0 ? "" : $"{side.LeastFrames} to {side.MostFrames}";
    }

    /// <summary>The figures of one side.</summary>
    sealed record Side(int Clips, int Identities, long Frames, int LeastFrames, int MostFrames)
    {
        internal static Side Of(Dataset dataset, Split split)
        {
            var identities = new HashSet<string>(StringComparer.Ordinal);
            int clips = 0, least = int.MaxValue, most = 0;
            var frames = 0L;
            for (var clip = 0; clip < dataset.Count; clip++)
            {
                if (dataset.SplitOf(clip) != split)
                    continue;
                var count = dataset.FrameCountOf(clip);
                clips++;
                frames += count;
                (least, most) = (Math.Min(least, count), Math.Max(most, count));
                identities.Add(dataset[clip].Identity);
            }

            return new(clips, identities.Count, frames, clips == 0 ? 0 : least, most);
        }
    }

    /// <summary>What the JSON file holds; damages are null where they were not looked for.</summary>
    sealed record Figures(int Size, Side Train, Side Test, int Parts, int Shards, long Bytes, IReadOnlyDictionary<string, int> Refusals, IReadOnlyList<string>? Damages)
    {
        internal static Figures Of(Dataset dataset) => new(
            dataset.Size, Side.Of(dataset, Split.Train), Side.Of(dataset, Split.Test), dataset.PartCount, dataset.ShardCount, dataset.ShardBytes,
            Ledger.Read(dataset).GroupBy(refusal => refusal.Kind, StringComparer.Ordinal).OrderByDescending(kind => kind.Count()).ThenBy(kind => kind.Key, StringComparer.Ordinal)
                .ToDictionary(kind => kind.Key, kind => kind.Count(), StringComparer.Ordinal), null);
    }
}
