using System.Globalization;
using Spectre.Console;
using TalkingHead.Animation;
using static TorchSharp.torch;

namespace TalkingHead.Cli;

/// <summary>What <c>inspect MODEL</c> shows, of a trained run that <c>export</c> wrote as one file.</summary>
static class ModelInspection
{
    internal static void Run(string path, string? json)
    {
        using var run = TrainedRun.Open(path, "cpu"); // reads every tensor
        var report = new Report(path, run.Name, run.Step, run.Configuration.Data.Size, Numbers(run.Embedder), Numbers(run.Generator),
            new FileInfo(path).Length);
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        Row("run", $"{report.Run}, step {report.Step}");
        Row("pictures", $"{report.Size}x{report.Size}");
        Row("numbers", string.Create(CultureInfo.InvariantCulture,
            $"{report.Embedder:N0} in the embedder, {report.Generator:N0} in the generator with P; half precision"));
        Row("file", string.Create(CultureInfo.InvariantCulture,
            $"{report.Bytes / 1e6:N1} MB; finetune, evaluate, studio and export take it"));
        AnsiConsole.Write(table);
        Console.WriteLine(run.Configuration.ToYaml());
        if (json is not null)
            JsonFile.Write(json, report);

        void Row(string name, string value) => table.AddRow(name, Markup.Escape(value));

        static long Numbers(nn.Module network) => network.parameters().Sum(parameter => parameter.numel());
    }

    // The figures of the JSON file.
    sealed record Report(string Model, string Run, int Step, int Size, long Embedder, long Generator, long Bytes);
}
