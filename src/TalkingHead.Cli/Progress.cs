using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;
using TalkingHead.Media;
using TalkingHead.Serialization;

namespace TalkingHead.Cli;

/// <summary>
/// How far a verb is: a bar with rate and remaining time on a terminal, a line every few seconds otherwise. It goes to
/// standard error, so that results alone stand on standard output. One thread reports at a time.
/// </summary>
sealed class Progress
{
    static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    readonly string title, unit;
    readonly long total;
    readonly TextWriter lines;
    readonly ProgressTask? bar;
    readonly IAnsiConsole? terminal;
    readonly Stopwatch clock = Stopwatch.StartNew();
    TimeSpan lastLine;
    long done;

    Progress(string title, long total, string unit, TextWriter lines, ProgressTask? bar = null, IAnsiConsole? terminal = null) =>
        (this.title, this.total, this.unit, this.lines, this.bar, this.terminal) = (title, total, unit, lines, bar, terminal);

    /// <summary>
    /// Runs <paramref name="work"/>, which calls <see cref="Step"/> for each of <paramref name="total"/> units; 0 where
    /// their number is not known.
    /// </summary>
    public static void Run(string title, long total, string unit, Action<Progress> work)
    {
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected || !terminal.Profile.Capabilities.Interactive)
        {
            Plain(title, total, unit, Console.Error, work);
            return;
        }

        terminal.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(unit),
                new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total));
                bar.IsIndeterminate = total <= 0;
                work(new(title, total, unit, Console.Error, bar, terminal));
            });
    }

    /// <summary>Without a terminal: lines.</summary>
    internal static void Plain(string title, long total, string unit, TextWriter lines, Action<Progress> work)
    {
        var progress = new Progress(title, total, unit, lines);
        work(progress);
        if (progress.lastLine > TimeSpan.Zero)
            progress.Line();
    }

    /// <summary>So many more units are done.</summary>
    public void Step(long count = 1)
    {
        done += count;
        bar?.Increment(count);
        if (bar is null && clock.Elapsed - lastLine >= LineEvery)
            Line();
    }

    /// <summary>A line that stays, such as a file that was refused.</summary>
    public void Say(string line)
    {
        if (terminal is null)
            lines.WriteLine(line);
        else
            terminal.WriteLine(line);
    }

    /// <summary>Seconds as hours, minutes and seconds, however many hours: "75:03:26".</summary>
    internal static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Min(seconds, 1e8));
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0}:{time:mm\\:ss}");
    }

    void Line()
    {
        lastLine = clock.Elapsed;
        var rate = done / Math.Max(1e-9, clock.Elapsed.TotalSeconds);
        var pace = rate > 0 ? $", {Pace(rate, "")}" : "";
        var left = total > done && rate > 0 ? $", {Clock((total - done) / rate)} left" : "";
        lines.WriteLine($"{title}: {done}{(total > 0 ? $" of {total}" : "")} {unit}{pace}{left}");
    }

    /// <summary>"12.3 frames/s", or where each takes long "25 s each".</summary>
    internal static string Pace(double rate, string unit) => rate >= 0.1
        ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}{(unit == "" ? "" : " " + unit)}/s")
        : string.Create(CultureInfo.InvariantCulture, $"{1 / rate:0} s each");

    sealed class RateColumn(string unit) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed and > 0 ? Pace(speed, unit) : "");
    }
}

/// <summary>What <c>--json FILE</c> writes.</summary>
static class JsonFile
{
    static readonly JsonSerializerOptions options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write<T>(string path, T value) => Write(path,
        file => file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, options) + "\n")));

    /// <summary>Writes a file whole or not at all, or to a device such as /dev/stdout.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            if (OutputFiles.IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }

            PictureFile.MakeRoom(path);
            AtomicFile.Write(path, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written ({e.Message}). Choose another file for --json.", e);
        }
    }
}
