using System.Diagnostics;

namespace TalkingHead.Tests.Cli;

/// <summary>The program in a process of its own, which can be killed without warning (SIGKILL).</summary>
static class KillableProgram
{
    /// <summary>Runs it to its good end, or for <paramref name="life"/>; true where it ended by itself.</summary>
    internal static bool Run(TimeSpan? life, params string[] arguments)
    {
        var (code, said) = End(life, arguments);
        Assert.True(code is 0 or null, said);
        return code == 0;
    }

    /// <summary>Runs it to any end: its exit code and what it said.</summary>
    internal static (int Code, string Said) Run(params string[] arguments)
    {
        var (code, said) = End(null, arguments);
        return (code!.Value, said);
    }

    // No code where it was killed.
    static (int? Code, string Said) End(TimeSpan? life, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TalkingHead.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        bool killed = life is not null && !process.WaitForExit(life.Value);
        if (killed)
            process.Kill();
        process.WaitForExit();
        return (killed ? null : process.ExitCode, errors.Result);
    }
}
