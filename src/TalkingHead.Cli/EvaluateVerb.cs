using System.Globalization;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Protocol;

namespace TalkingHead.Cli;

[Verb("evaluate", HelpText = "Measures a run on people whom it never saw, by the paper's protocol, and writes a report. Goes on where it was interrupted.")]
sealed class EvaluateVerb : MetricVerb, IVerb
{
    const int WholeTable = 200; // characters; a file has no width

    [Value(0, MetaName = "RUN", Required = true, HelpText = "A run's directory, from train or import.")]
    public string RunPath { get; set; } = "";

    [Option("data", Required = true, MetaValue = "DIR", HelpText = "The dataset; its held-out people are taken.")]
    public string Data { get; set; } = "";

    [Option("out", Required = true, MetaValue = "DIR", HelpText = "Where report.html, results.json, timing.json, table.md and what they are made of go.")]
    public string Out { get; set; } = "";

    [Option("shots", Default = "1,8,32", MetaValue = "LIST", HelpText = "T: how many source frames a person is learned from.")]
    public string Shots { get; set; } = "1,8,32";

    [Option("identities", Default = EvaluationSettings.DefaultIdentities, HelpText = "Held-out people, one clip of each.")]
    public int Identities { get; set; } = EvaluationSettings.DefaultIdentities;

    [Option("holdout", Default = EvaluationSettings.DefaultHoldOut, HelpText = "Frames of each clip to generate; none of them is a source frame.")]
    public int HoldOut { get; set; } = EvaluationSettings.DefaultHoldOut;

    [Option("cross", HelpText = "Each person is driven by another one: CSIM, the error of pose against the driver, FID and KID.")]
    public bool Cross { get; set; }

    [Option("adapt", HelpText = "With --cross: carry the driver's motion over to the person's own face, which the paper does not.")]
    public bool Adapt { get; set; }

    [Option("feed-forward", HelpText = "No fine-tuned heads.")]
    public bool FeedForward { get; set; }

    [Option("baseline", MetaValue = "NAME=DIR", HelpText = "Pictures that other systems made for the protocol's people, a row each: as many as there are systems. --export-protocol says how they are named.")]
    public IEnumerable<string> Baselines { get; set; } = [];

    [Option("export-protocol", MetaValue = "DIR", HelpText = "Write the people's source frames, driver frames and truth here, for other systems, and evaluate nothing.")]
    public string? ExportProtocol { get; set; }

    [Option("heads-out", MetaValue = "DIR", HelpText = "Keep the heads here.")]
    public string? HeadsOut { get; set; }

    [Option("part", MetaValue = "I/N", HelpText = "Evaluate this part of the people, say 2/4: several machines with one --out, or with one each whose records are put together. Whoever finds everybody done writes the report.")]
    public string? Part { get; set; }

    [Option("jobs", Default = 0, MetaValue = "N", HelpText = "People evaluated at once on a CPU, each on one thread, or on OMP_NUM_THREADS of them; 0 is as many as there are processors and memory for. The figures do not depend on it.")]
    public int Jobs { get; set; }

    [Option("child", Hidden = true, HelpText = "Evaluates a part and ends with its standard input.")]
    public bool Child { get; set; } // of the process that --jobs divides

    [Option("checkpoint", Default = "newest", HelpText = "newest, best (by validation) or a step.")]
    public string Checkpoint { get; set; } = "newest";

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Changes to the run's configuration, such as fine_tuning.epochs=20.")]
    public IEnumerable<string> Changes { get; set; } = [];

    [Option("seed", Default = EvaluationSettings.DefaultSeed, HelpText = "Chooses people, clips and frames.")]
    public int Seed { get; set; } = EvaluationSettings.DefaultSeed;

    [Option("json", MetaValue = "FILE", HelpText = "Also write figures and times to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("The paper's protocol", new UnParserSettings { SkipDefault = true }, new EvaluateVerb { RunPath = "runs/first", Data = "data/voxceleb2", Out = "runs/first/evaluation" }),
        new("Short clips", new UnParserSettings { SkipDefault = true }, new EvaluateVerb { RunPath = "runs/first", Data = "data/synthetic-64", Out = "runs/first/evaluation", Shots = "1,8", Identities = 20, HoldOut = 16 }),
    ];

    public void Run(CancellationToken stop)
    {
        if (Child)
            EvaluationProcesses.UntilInputEnds(stop, EvaluatePart);
        else
            EvaluateAll(stop);
    }

    void EvaluatePart(CancellationToken stop)
    {
        using var run = OpenRun();
        using var dataset = Dataset.Open(Data);
        using var evaluation = Open(run, dataset);
        foreach (int person in evaluation.Missing)
            evaluation.Evaluate(person, stop);
    }

    void EvaluateAll(CancellationToken stop)
    {
        using var run = OpenRun();
        using var dataset = Dataset.Open(Data);
        if (ExportProtocol is not null)
        {
            int people = HeadEvaluation.Export(run.Configuration, dataset, Settings(), ExportProtocol);
            Console.WriteLine($"{Path.Combine(ExportProtocol, "protocol.json")}: frames of {people} people; pictures for them become rows with --baseline NAME=DIR");
            return;
        }
        using var evaluation = Open(run, dataset);
        var jobs = EvaluationJobs.Choose(Jobs, run, evaluation.Missing.Count);
        foreach (var note in run.Notes.Concat(evaluation.Notes).Append(jobs.Note))
            Console.Error.WriteLine(note);

        EvaluationResult? result = null;
        Progress.Run("evaluate", evaluation.People, "people", progress => result = jobs.Apart
            ? EvaluationProcesses.Run(evaluation, For(run, jobs), PartOf(), jobs, progress, stop)
            : evaluation.Run(() => progress.Step(), stop));
        if (result is null)
        {
            Console.WriteLine($"{Out}: {PartOf()} is done; the report is written once everybody's record is in {Path.Combine(Out, "records")} and evaluate is run once more, with or without --part.");
            return;
        }

        Show(result);
        Console.WriteLine($"{Path.Combine(Out, "report.html")}: the report; results.json, timing.json and table.md stand beside it");
        if (Json is not null)
            JsonFile.Write(Json, new { result, timing = result.Costs });
    }

    TrainedRun OpenRun() => TrainedRun.Open(RunPath, Device, Checkpoint, Changes);

    HeadEvaluation Open(TrainedRun run, Dataset dataset) => new(run, dataset, Out, Settings());

    EvaluationSettings Settings() => new()
    {
        Shots = EvaluationSettings.ParseShots(Shots),
        Identities = Identities,
        HoldOut = HoldOut,
        Seed = Seed,
        Cross = Cross,
        Adapt = Adapt,
        FeedForward = FeedForward,
        HeadsOut = HeadsOut,
        Part = PartOf(),
        AtOnce = Math.Max(1, Jobs),
        Baselines = [.. Baselines.Select(Baseline.Parse)],
        Comparison = Comparison(Cross),
    };

    DatasetPart PartOf() => Part is null ? DatasetPart.Whole : DatasetPart.Parse(Part);

    // The same with what was chosen written out, so that every process takes the same: a run in training goes on meanwhile.
    EvaluateVerb For(TrainedRun run, EvaluationJobs jobs)
    {
        var exact = (EvaluateVerb)MemberwiseClone();
        (exact.Device, exact.Checkpoint, exact.Jobs, exact.Json) = (run.Device.ToString(), run.Step.ToString(CultureInfo.InvariantCulture), jobs.Count, null);
        return exact;
    }

    internal EvaluateVerb ForPart(DatasetPart part)
    {
        var child = (EvaluateVerb)MemberwiseClone();
        (child.Part, child.Child) = ($"{part.Number}/{part.Count}", true);
        return child;
    }

    static void Show(EvaluationResult result)
    {
        var measured = result.Metrics.Where(form => form.Reason is null).ToArray();
        var table = new Table { Border = TableBorder.Simple };
        foreach (var name in (string[])["T", "method", .. measured.Select(form => form.Metric), "enrolment", "a frame"])
            table.AddColumn(new TableColumn(name) { NoWrap = true });
        foreach (var row in result.Rows)
        {
            var costs = result.Costs.FirstOrDefault(costs => (costs.Method, costs.Shots) == (row.Method, row.Shots));
            table.AddRow((string[])[$"{row.Shots}", row.Method, .. row.Figures.Select((figure, i) => figure.Value is { } value ? Text(value, $"F{Math.Min(measured[i].Decimals, 4)}") : "-"),
                costs is null ? "" : $"{Text(costs.EnrolmentSeconds, "F2")} s", costs is null ? "" : $"{Text(costs.FrameMilliseconds, "F1")} ms"]);
        }

        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WholeTable;
        AnsiConsole.Write(table);
    }

    static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
