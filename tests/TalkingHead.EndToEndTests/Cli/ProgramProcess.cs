using System.Diagnostics;
using System.Runtime.InteropServices;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;

namespace TalkingHead.EndToEndTests.Cli;

/// <summary>The program in a process of its own; one that still runs when this is disposed is killed without warning (SIGKILL).</summary>
sealed class ProgramProcess : IDisposable
{
    // The host that runs the tests, where it says which.
    static readonly string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    readonly Process process;
    readonly Task<string> output, error;
    readonly TimeSpan patience;

    /// <param name="arguments">The verb first.</param>
    /// <param name="folder">Where it is started; where the tests are, unless given.</param>
    /// <param name="environment">Where its environment differs from the tests' own.</param>
    /// <param name="patience">How long its end is waited for; as long as it takes, unless given.</param>
    /// <param name="program">The program's file; the one beside the tests, unless given.</param>
    internal ProgramProcess(IEnumerable<string> arguments, string folder = "", IEnumerable<(string Name, string Value)>? environment = null,
        TimeSpan? patience = null, string? program = null)
    {
        var start = StartInfo(arguments, environment ?? [], program);
        start.WorkingDirectory = folder;
        process = Process.Start(start)!;
        (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        this.patience = patience ?? Timeout.InfiniteTimeSpan;
    }

    internal int Id => process.Id;

    /// <summary>The whole command line, the host first.</summary>
    internal static string[] Line(IEnumerable<string> arguments, string? program = null) =>
        [host, program ?? Path.Combine(AppContext.BaseDirectory, "TalkingHead.Cli.dll"), .. arguments];

    // Both its streams are to be read.
    static ProcessStartInfo StartInfo(IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment,
        string? program = null)
    {
        var line = Line(arguments, program);
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs it to any end: its exit code and what it wrote.</summary>
    internal static (int Code, string Output, string Error) Run(IEnumerable<string> arguments, string folder = "",
        IEnumerable<(string Name, string Value)>? environment = null, string? program = null)
    {
        using var started = new ProgramProcess(arguments, folder, environment, program: program);
        return started.End();
    }

    /// <summary>Runs it to its good end, or kills it after <paramref name="life"/>; true where it ended by itself.</summary>
    internal static bool RunOrKill(TimeSpan? life, IEnumerable<string> arguments)
    {
        using var started = new ProgramProcess(arguments);
        if (life is { } time && !started.process.WaitForExit(time))
            return false;
        var (code, _, error) = started.End();
        Assert.True(code == 0, error);
        return true;
    }

    /// <summary>Waits for its end: the exit code and what it wrote.</summary>
    internal (int Code, string Output, string Error) End()
    {
        Assert.True(process.WaitForExit(patience), "it does not end");
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Sends any process a signal: 2 interrupts, 9 kills, 15 terminates, 19 stops. False where there is no such process.</summary>
    internal static bool Signal(int process, int signal) => kill(process, signal) == 0;

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        Task.WaitAll(output, error);
        process.Dispose();
    }

    [DllImport("libc")]
    static extern int kill(int process, int signal);
}
