using System.Globalization;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Provenance;

namespace TalkingHead.Cli;

[Verb("evaluate", HelpText = "Measures a run on held-out people by the paper's protocol and writes a report. Continues where it was "
    + "interrupted.")]
sealed class EvaluateVerb : MetricVerb, IVerb
{
    const int WholeTable = 200; // characters; a file has no width

    [Value(0, MetaName = "RUN", Required = true, HelpText = "A run's directory, from train or import, or a model of export.")]
    public string RunPath { get; set; } = "";

    [Option("data", Required = true, MetaValue = "DIR", HelpText = "The dataset; its held-out people are used.")]
    public string Data { get; set; } = "";

    [Option("out", Required = true, MetaValue = "DIR", HelpText = "Directory for report.html, results.json, timing.json, table.md and the "
        + "records behind them.")]
    public string Out { get; set; } = "";

    [Option("shots", Default = "1,8,32", MetaValue = "LIST", HelpText = "T: the numbers of source frames per person.")]
    public string Shots { get; set; } = "1,8,32";

    [Option("identities", Default = EvaluationSettings.DefaultIdentities, HelpText = "Held-out people to evaluate, one clip each.")]
    public int Identities { get; set; } = EvaluationSettings.DefaultIdentities;

    [Option("holdout", Default = EvaluationSettings.DefaultHoldOut, HelpText = "Hold-out frames per clip; none of them is a source frame.")]
    public int HoldOut { get; set; } = EvaluationSettings.DefaultHoldOut;

    [Option("cross", HelpText = "Cross-reenactment: drive each person with another one; measures CSIM, identity, pose and gaze error "
        + "against the driver, FID and KID.")]
    public bool Cross { get; set; }

    [Option("adapt", HelpText = "With --cross: adapt the driver's motion to the person's face shape (the paper does not).")]
    public bool Adapt { get; set; }

    [Option("feed-forward", HelpText = "Skip fine-tuned heads.")]
    public bool FeedForward { get; set; }

    [Option("baseline", MetaValue = "NAME=DIR", HelpText = "Pictures that another system made for the protocol's frames (see "
        + "--export-protocol); they become a row. Several may follow.")]
    public IEnumerable<string> Baselines { get; set; } = [];

    [Option("export-protocol", MetaValue = "DIR", HelpText = "Write source frames, driver frames and truth to this directory, for other "
        + "systems, and evaluate nothing.")]
    public string? ExportProtocol { get; set; }

    [Option("user-study", MetaValue = "DIR", HelpText = "Also write a page to this directory on which people pick the generated picture "
        + "among three.")]
    public string? UserStudy { get; set; }

    [Option("user-answers", MetaValue = "FILE", HelpText = "Answers that the page of --user-study downloaded; they become the USER "
        + "figures. Several may follow.")]
    public IEnumerable<string> UserAnswers { get; set; } = [];

    [Option("heads-out", MetaValue = "DIR", HelpText = "Save the heads in this directory.")]
    public string? HeadsOut { get; set; }

    [Option("part", MetaValue = "I/N", HelpText = "Evaluate this part of the people, such as 2/4, to divide the work between machines that "
        + "share --out or whose records are merged. The last to finish writes the report.")]
    public string? Part { get; set; }

    [Option("jobs", Default = 0, MetaValue = "N", HelpText = "People to evaluate in parallel on a CPU, each with one thread or "
        + "OMP_NUM_THREADS; 0 for as many as processors and memory allow. The figures do not depend on it.")]
    public int Jobs { get; set; }

    [Option("child", Hidden = true, HelpText = "Evaluate the part, write no report, and exit when standard input ends: for the processes "
        + "that --jobs starts.")]
    public bool Child { get; set; }

    [Option("checkpoint", Default = "newest", HelpText = "newest, best (by validation) or a step.")]
    public string Checkpoint { get; set; } = "newest";

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the run's configuration, such as fine_tuning.epochs=20.")]
    public IEnumerable<string> Changes { get; set; } = [];

    [Option("seed", Default = EvaluationSettings.DefaultSeed, HelpText = "Chooses people, clips and frames.")]
    public int Seed { get; set; } = EvaluationSettings.DefaultSeed;

    [Option("sign-with", MetaValue = "CERT KEY", HelpText = OptionText.SignWith)]
    public IEnumerable<string> SignWith { get; set; } = [];

    [Option("json", MetaValue = "FILE", HelpText = "Also write figures and times to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("The paper's protocol", new UnParserSettings { SkipDefault = true },
            new EvaluateVerb { RunPath = "runs/first", Data = "data/voxceleb2", Out = "runs/first/evaluation" }),
        new("Short clips", new UnParserSettings { SkipDefault = true },
            new EvaluateVerb { RunPath = "runs/first", Data = "data/unseen-64", Out = "runs/first/evaluation", Shots = "1,8",
                Identities = 20, HoldOut = 16 }),
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
        foreach (var person in evaluation.Missing)
            evaluation.Evaluate(person, stop);
    }

    void EvaluateAll(CancellationToken stop)
    {
        var page = UserStudy is null ? null : Path.Combine(UserStudy, "user-study.html");
        OutputFiles.Check([RunPath, Data, .. UserAnswers, .. Baselines.Select(baseline => baseline[(baseline.IndexOf('=') + 1)..])],
            [OutputFiles.Folder("out", Out, "records", "report.html", "results.json", "timing.json", "table.md"),
                OutputFiles.Folder("heads-out", HeadsOut), OutputFiles.Folder("export-protocol", ExportProtocol, "protocol.json"),
                OutputFiles.Media("user-study", page),
                OutputFiles.Json("json", Json, "result", "timing")]);
        using var run = OpenRun();
        using var dataset = Dataset.Open(Data);
        if (ExportProtocol is not null)
        {
            var people = HeadEvaluation.Export(run.Configuration, dataset, Settings(), ExportProtocol);
            Console.WriteLine($"{Path.Combine(ExportProtocol, "protocol.json")}: frames of {people} people; pictures for them become rows "
                + $"with --baseline NAME=DIR");
            return;
        }
        using var evaluation = Open(run, dataset);
        var jobs = EvaluationJobs.Choose(Jobs, run, evaluation.Missing.Count);
        string[] tuning = run.CanFineTune && !FeedForward && evaluation.Missing.Count > 0 ? [run.ContentReason] : [];
        foreach (var note in run.Notes.Concat(tuning).Concat(evaluation.Notes).Append(jobs.Note))
            Console.Error.WriteLine(note);

        EvaluationResult? result = null;
        Progress.Run("evaluate", evaluation.People, "people", progress => result = jobs.Apart
            ? EvaluationProcesses.Run(evaluation, For(run, jobs), PartOf(), jobs, progress, stop)
            : evaluation.Run(() => progress.Step(), stop));
        if (result is null)
        {
            Console.WriteLine($"{Out}: {PartOf()} is done; the report is written once everybody's "
                + $"record is in {Path.Combine(Out, "records")} and evaluate is run once more, with or without --part.");
            return;
        }

        Show(result);
        Console.WriteLine($"{Path.Combine(Out, "report.html")}: the report; results.json, timing.json and table.md stand beside it");
        if (UserStudy is not null)
            Console.WriteLine($"{page}: {evaluation.WriteUserStudy(UserStudy)} triplets; send the page to people, and give the "
                + $"files that it downloads with --user-answers FILE... The key is {Path.Combine(Out, "user-study.json")}.");
        if (Json is not null)
            JsonFile.Write(Json, new { result, timing = result.Costs });
    }

    TrainedRun OpenRun() => TrainedRun.Open(RunPath, Device, Checkpoint, Changes);

    // The process that writes the report signs it; those that it starts do not.
    HeadEvaluation Open(TrainedRun run, Dataset dataset) =>
        new(run, dataset, Out, Settings()) { Credentials = Child ? null : ContentCredentials.Open([.. SignWith]) };

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
        UserAnswers = [.. UserAnswers],
        Comparison = Comparison(Cross),
    };

    DatasetPart PartOf() => Part is null ? DatasetPart.Whole : DatasetPart.Parse(Part);

    // The same with every choice written out, so that all processes agree, even while the run is still training.
    EvaluateVerb For(TrainedRun run, EvaluationJobs jobs)
    {
        var exact = (EvaluateVerb)MemberwiseClone();
        (exact.Device, exact.Checkpoint, exact.Jobs) = (run.Device.ToString(), run.Step.ToString(CultureInfo.InvariantCulture), jobs.Count);
        (exact.Json, exact.UserStudy, exact.UserAnswers) = (null, null, []); // this process's own
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
            table.AddRow((string[])[$"{row.Shots}", row.Method,
                .. row.Figures.Select((figure, i) => figure.Value is { } value
                    ? Text(value, $"F{Math.Min(measured[i].Decimals, 4)}") : "-"),
                costs is null ? "" : $"{Text(costs.EnrolmentSeconds, "F2")} s",
                costs is null ? "" : $"{Text(costs.FrameMilliseconds, "F1")} ms"]);
        }

        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WholeTable;
        AnsiConsole.Write(table);
    }

    static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
