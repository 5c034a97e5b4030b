using System.Globalization;
using Spectre.Console;
using TalkingHead.Heads;
using TalkingHead.Media;
using static TorchSharp.torch;

namespace TalkingHead.Cli;

/// <summary>What <c>inspect HEAD</c> shows.</summary>
static class HeadInspection
{
    /// <summary>True where a file begins as a safetensors file does: a length, then JSON.</summary>
    internal static bool Looks(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    internal static void Run(string path, string? sheet, string? json)
    {
        using var head = Head.Load(path, CPU); // checks the checksum
        var origin = head.Origin;
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        Row("id", head.Id);
        Row("person", $"{origin.Shots} frames of {origin.Source.Name}");
        Row("made", origin.Epochs is { } epochs ? $"fine-tuned, epoch {origin.KeptEpoch} of {epochs}, seed {origin.Seed}" : "feed-forward");
        Row("run", $"{origin.Run}, step {origin.Step}");
        Row("program", $"talkinghead {origin.Program}");
        Row("pictures", $"{head.Size}x{head.Size}");
        Row("numbers", $"{head.Parameters.ToString("N0", CultureInfo.InvariantCulture)} in the generator, {head.StyleLength.ToString("N0", CultureInfo.InvariantCulture)} scales and shifts of the person");
        Row("file", $"{new FileInfo(path).Length / 1e6:N1} MB, its checksum is right");
        AnsiConsole.Write(table);
        Console.WriteLine(head.Configuration.ToYaml());
        if (sheet is not null)
        {
            ContactSheet.Draw([[head.Portrait, .. head.Generate([head.MeanShape])]], ["a source frame", "the mean shape"]).Save(sheet, SyntheticMark.Of($"head {head.Id}"));
            Console.WriteLine($"{sheet}: a source frame, and what the head makes of its mean shape");
        }

        if (json is not null)
            JsonFile.Write(json, new Report(path, head.Id, head.Size, head.Parameters, head.StyleLength, origin));

        void Row(string name, string value) => table.AddRow(name, Markup.Escape(value));
    }

    // The figures of the JSON file.
    sealed record Report(string Head, string Id, int Size, long Parameters, int StyleLength, HeadOrigin Origin);
}
