using System.Runtime.InteropServices;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Perception;
using TorchSharp;
using static TorchSharp.torch;

namespace TalkingHead.Cli;

[Verb("doctor", HelpText = "Says what this machine offers: libtorch, GPU, ffmpeg, face models, weights.")]
sealed class DoctorVerb : IVerb
{
    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples => [new("Check this machine", new DoctorVerb())];

    public void Run(CancellationToken stop)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("", "found", "what to do");
        foreach (var (what, found, advice) in Checks()) table.AddRow(what, Markup.Escape(found), Markup.Escape(advice));
        AnsiConsole.Write(table);
        Weights(Console.Out);
    }

    static IEnumerable<(string What, string Found, string Advice)> Checks()
    {
        yield return ("system", $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} logical processors", "");
        yield return ("libtorch", $"{typeof(torch).Assembly.GetName().Name} with {get_num_threads()} threads", "");
        yield return cuda.is_available()
            ? ("CUDA", $"{cuda.device_count()} device(s)", "")
            : ("CUDA", "none", "training at 256x256 wants a GPU; small configurations run on the CPU");
        yield return OnPath("ffmpeg") is { } ffmpeg
            ? ("ffmpeg", ffmpeg, "")
            : ("ffmpeg", "missing", "install ffmpeg (Debian: apt-get install ffmpeg; Windows: put ffmpeg.exe on PATH)");
    }

    // Lines, not cells: the commands stay whole and can be pasted.
    static void Weights(TextWriter output)
    {
        output.WriteLine($"weights in {Path.GetFullPath(PublishedWeights.Folder)} ({PublishedWeights.FolderVariable} names another folder):");
        foreach (var file in PublishedWeights.Table)
        {
            var path = new FileInfo(Path.Combine(PublishedWeights.Folder, file.Name));
            var (state, advice) = path switch
            {
                { Exists: true } when file.Bytes > 0 && path.Length != file.Bytes => ($"{path.Length} bytes, {file.Bytes} expected", $"remove it and run scripts/download-weights.sh {file.Name}"),
                { Exists: true } => ("found", null),
                _ => ("missing", file.Direct ? $"scripts/download-weights.sh {file.Name}" : $"by hand from {file.Address}"),
            };
            output.WriteLine($"  {file.Name}: {state}; {file.Use}");
            if (advice is not null)
                output.WriteLine($"      {advice}");
        }
    }

    static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);
}
