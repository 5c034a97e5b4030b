using System.Globalization;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Training;

namespace TalkingHead.Cli;

[Verb("train", HelpText = "Meta-trains embedder, generator and discriminator on a dataset.")]
sealed class TrainVerb : IVerb
{
    [Value(0, MetaName = "CONFIG", Required = true, HelpText = "A configuration, such as configs/synthetic-64.yaml.")]
    public string Config { get; set; } = "";

    [Option("data", Required = true, MetaValue = "DIR", HelpText = "The dataset, from synth or prepare.")]
    public string Data { get; set; } = "";

    [Option("out", Required = true, MetaValue = "RUN", HelpText = "The run's directory.")]
    public string Out { get; set; } = "";

    [Option("resume", HelpText = "Continue the run from its newest checkpoint.")]
    public bool Resume { get; set; }

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the configuration, such as training.steps=100.")]
    public IEnumerable<string> Set { get; set; } = [];

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    [Option(WorkersOption.Name, Default = 0, HelpText = WorkersOption.Help)]
    public int Workers { get; set; }

    [Option(Launch.Option, Default = 600.0, MetaValue = "SECONDS",
        HelpText = "With several ranks: how long a rank waits for the others before all exit.")]
    public double RankTimeout { get; set; } = 600;

    [Option("dry-run", HelpText = "Print the resolved settings and exit.")]
    public bool DryRun { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Train on synthetic people", new TrainVerb { Config = "configs/synthetic-64.yaml", Data = "data/synthetic-64",
            Out = "runs/first" }),
        new("Go on after an interruption", new TrainVerb { Config = "configs/synthetic-64.yaml", Data = "data/synthetic-64",
            Out = "runs/first", Resume = true }),
    ];

    public void Run(CancellationToken stop)
    {
        WorkersOption.Check(Workers);
        OutputFiles.Check([Config, Data], [OutputFiles.Folder("out", Out, ".lock", "config.yaml", "environment.json", "metrics.jsonl")]);
        var configuration = RunConfiguration.Load(Config, Set);
        if (DryRun)
            Train(configuration, Device, Ranks.Alone, stop);
        else
            Launch.Run(Device, RankTimeout, (device, ranks) => Train(configuration, device, ranks, stop));
    }

    void Train(RunConfiguration configuration, string place, Ranks ranks, CancellationToken stop)
    {
        using var dataset = Dataset.Open(Data);
        if (DryRun)
        {
            var (device, reason) = Devices.Choose(Device);
            Console.Write(configuration.ToYaml());
            Console.WriteLine($"# data {Data}: {dataset.Count} clips, {dataset.FrameCount} frames of {dataset.Size} pixels; out {Out}; "
                + $"device {device} ({reason})");
            return;
        }
        var reporter = TrainingReporter.Create();
        using var trainer = new MetaTrainer(configuration, dataset, Out, new TrainingMachine(place, Workers, Resume, ranks), reporter);
        trainer.Run(stop);
        if (ranks.IsFirst)
            reporter.Say($"done: {Out}/checkpoints, {Out}/samples, {Out}/metrics.jsonl; tensorboard --logdir {Out}");
    }
}

/// <summary>
/// A training on the screen: on a terminal one table that is drawn anew with each report, below the lines that stay;
/// elsewhere a line a report.
/// </summary>
sealed class TrainingReporter : ITrainingReporter
{
    static readonly string[] First = ["real_score", "fake_score"];

    readonly IAnsiConsole? terminal;
    int tableLines;

    TrainingReporter(IAnsiConsole? terminal) => this.terminal = terminal;

    public static TrainingReporter Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return new(Console.IsErrorRedirected || !console.Profile.Capabilities.Interactive ? null : console);
    }

    public void Say(string line)
    {
        Erase();
        if (terminal is null)
            Console.Error.WriteLine(line);
        else
            terminal.WriteLine(line);
    }

    public void Report(int step, int steps, double episodesPerSecond, double secondsLeft,
        IReadOnlyList<KeyValuePair<string, double>> figures, long memoryBytes)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"step {step} of {steps}, {episodesPerSecond:0.0} episodes/s, {Progress.Clock(secondsLeft)} left, {memoryBytes >> 20} MiB");
        if (terminal is null)
        {
            Console.Error.WriteLine($"{head}: {string.Join(", ",
                figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:0.####}")))}");
            return;
        }
        Erase();
        var ordered = figures.Where(figure => First.Contains(figure.Key))
            .Concat(figures.Where(figure => !First.Contains(figure.Key))).ToList();
        var table = new Table { Border = TableBorder.Minimal, Title = new TableTitle(Markup.Escape(head)) };
        table.AddColumns("", "mean since the last report");
        table.Columns[1].RightAligned();
        foreach (var (name, value) in ordered)
            table.AddRow(name.Replace('_', ' '), value.ToString("0.####", CultureInfo.InvariantCulture));
        terminal.Write(new Padder(new BreakdownChart().Width(60).HideTags().AddItem("done", step, Color.Green).AddItem("left",
            Math.Max(0, steps - step), Color.Grey)).Padding(1, 0));
        terminal.Write(table);
        tableLines = ordered.Count + 6;
    }

    // The last table makes room for what comes now.
    void Erase()
    {
        if (terminal is null || tableLines == 0)
            return;
        for (var line = 0; line < tableLines; line++)
            terminal.Write(new ControlCode("\x1b[1A\x1b[2K"));
        tableLines = 0;
    }
}
