using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TalkingHead.Configuration;
using TalkingHead.Training;

namespace TalkingHead.Cli;

/// <summary>What <c>inspect RUN</c> shows: its checkpoints and its last figures.</summary>
static class RunInspection
{
    internal static bool Looks(string path) => File.Exists(Path.Combine(path, "config.yaml")) && Directory.Exists(Path.Combine(path, "checkpoints"));

    internal static void Run(string path, bool verify, string? json)
    {
        var configuration = RunConfiguration.Load(Path.Combine(path, "config.yaml"));
        string folder = Path.Combine(path, "checkpoints");
        var found = Checkpoint.Steps(folder).Select(step => Describe(Checkpoint.Folder(folder, step), step, verify)).ToList();
        var table = new Table { Border = TableBorder.Simple }.AddColumns("checkpoint", "validation SSIM", "MB", "state");
        foreach (var column in table.Columns.Skip(1).Take(2))
            column.RightAligned();
        foreach (var each in found)
            table.AddRow($"step {each.Step}", each.Score?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "", (each.Bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture), Markup.Escape(each.Damage ?? (verify ? "whole" : "")));
        AnsiConsole.Write(table);

        var figures = LastFigures(Path.Combine(path, "metrics.jsonl"));
        foreach (var (kind, line) in figures)
            Console.WriteLine($"last {kind}: {string.Join(", ", line.Select(figure => $"{figure.Key} {figure.Value.ToString("0.####", CultureInfo.InvariantCulture)}"))}");
        Console.WriteLine($"{(found.Count == 0 ? 0 : found[^1].Step)} of {configuration.Training.Steps} steps, {configuration.Data.Size}x{configuration.Data.Size}");
        Console.WriteLine(configuration.ToYaml());
        if (json is not null)
            JsonFile.Write(json, new Report(path, configuration.Data.Size, configuration.Training.Steps, found, figures));
        if (found.Exists(each => each.Damage is not null))
            throw new UserException($"{path}: {found.Count(each => each.Damage is not null)} of {found.Count} checkpoints are damaged.");
    }

    static Found Describe(string folder, int step, bool verify)
    {
        long bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        try
        {
            return new(step, verify ? Checkpoint.Read(folder).Score : Checkpoint.Peek(folder), bytes, null);
        }
        catch (Exception e) when (e is UserException or IOException or JsonException)
        {
            return new(step, null, bytes, e.Message);
        }
    }

    // The last line of each kind that has figures.
    static Dictionary<string, Dictionary<string, double>> LastFigures(string metrics)
    {
        var last = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        if (!File.Exists(metrics))
            return last;
        foreach (string line in File.ReadLines(metrics))
        {
            try
            {
                using var entry = JsonDocument.Parse(line);
                var numbers = entry.RootElement.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Number).ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble());
                if (numbers.Count > 1 && entry.RootElement.TryGetProperty("kind", out var kind) && kind.GetString() is { } name)
                    last[name] = numbers;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // The line that is being written just now.
            }
        }

        return last;
    }

    // What the JSON file holds.
    sealed record Found(int Step, double? Score, long Bytes, string? Damage);

    sealed record Report(string Run, int Size, int Steps, IReadOnlyList<Found> Checkpoints, IReadOnlyDictionary<string, Dictionary<string, double>> Last);
}
