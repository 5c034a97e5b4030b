using System.Globalization;
using Spectre.Console;
using TalkingHead.Training;

namespace TalkingHead.Cli;

/// <summary>
/// A training on the screen: on a terminal one table that is drawn anew with each report, below the lines that stay;
/// elsewhere a line a report.
/// </summary>
sealed class TrainingView : ITrainingView
{
    static readonly string[] First = ["real_score", "fake_score"];

    readonly IAnsiConsole? terminal;
    int tableLines;

    TrainingView(IAnsiConsole? terminal) => this.terminal = terminal;

    public static TrainingView Create()
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

    public void Report(int step, int steps, double episodesPerSecond, double secondsLeft, IReadOnlyList<KeyValuePair<string, double>> figures, long memoryBytes)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"step {step} of {steps}, {episodesPerSecond:0.0} episodes/s, {Progress.Clock(secondsLeft)} left, {memoryBytes >> 20} MiB");
        if (terminal is null)
        {
            Console.Error.WriteLine($"{head}: {string.Join(", ", figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:0.####}")))}");
            return;
        }
        Erase();
        var ordered = figures.Where(figure => First.Contains(figure.Key)).Concat(figures.Where(figure => !First.Contains(figure.Key))).ToList();
        var table = new Table { Border = TableBorder.Minimal, Title = new TableTitle(Markup.Escape(head)) };
        table.AddColumns("", "mean since the last report");
        table.Columns[1].RightAligned();
        foreach (var (name, value) in ordered)
            table.AddRow(name.Replace('_', ' '), value.ToString("0.####", CultureInfo.InvariantCulture));
        terminal.Write(new Padder(new BreakdownChart().Width(60).HideTags().AddItem("done", step, Color.Green).AddItem("left", Math.Max(0, steps - step), Color.Grey)).Padding(1, 0));
        terminal.Write(table);
        tableLines = ordered.Count + 6;
    }

    // The last table makes room for what comes now.
    void Erase()
    {
        if (terminal is null || tableLines == 0)
            return;
        for (int line = 0; line < tableLines; line++)
            terminal.Write(new ControlCode("\x1b[1A\x1b[2K"));
        tableLines = 0;
    }
}
