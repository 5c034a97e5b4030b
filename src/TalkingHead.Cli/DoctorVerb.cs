using CommandLine;
using CommandLine.Text;

namespace TalkingHead.Cli;

[Verb("doctor", HelpText = "Says what this machine has, what it lacks and which command mends it. Exit code 1: training on synthetic people, fine-tuning from photos or animation cannot run.")]
sealed class DoctorVerb : IVerb
{
    [Option("json", MetaValue = "FILE", HelpText = "Also write the rows to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples => [new("Check this machine", new DoctorVerb())];

    public void Run(CancellationToken stop)
    {
        var rows = new List<Finding>();
        foreach (var row in MachineChecks.All().Concat(WeightChecks.All()))
        {
            stop.ThrowIfCancellationRequested();
            Say(row);
            rows.Add(row);
        }
        if (Json is not null)
            JsonFile.Write(Json, rows);
        string[] missing = [.. rows.Where(row => row.State == FindingState.Missing).Select(row => row.What)];
        if (missing.Length > 0)
            throw new UserException($"training, fine-tuning or animation cannot run here: see {string.Join(", ", missing)} above.");
        Console.WriteLine("Training on synthetic people, fine-tuning from photos and animation can run here.");
    }

    // Lines, not a table: the commands stay whole and can be pasted.
    static void Say(Finding row)
    {
        string state = row.State switch { FindingState.Ok => "OK", FindingState.Optional => "optional", _ => "MISSING" };
        Console.WriteLine($"{state,-9} {row.What}: {row.Found}");
        if (row.Mend is not null)
            Console.WriteLine($"{"",-9}   {row.Mend}");
    }
}

/// <summary>One row of the doctor's.</summary>
/// <param name="What">What was looked for.</param>
/// <param name="State">Whether it is there.</param>
/// <param name="Found">What was found, or why it is missing.</param>
/// <param name="Mend">The command that mends it; null where nothing needs mending.</param>
sealed record Finding(string What, FindingState State, string Found, string? Mend = null);

/// <summary>Whether something is there.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<FindingState>))]
enum FindingState
{
    Ok,

    /// <summary>Missing or slow; the main job runs without it.</summary>
    Optional,

    /// <summary>Missing, and the main job needs it.</summary>
    Missing,
}
