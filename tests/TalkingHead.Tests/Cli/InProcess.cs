using TalkingHead.Cli;
namespace TalkingHead.Tests.Cli;

/// <summary>The program in the tests' own process.</summary>
static class InProcess
{
    /// <summary>Runs it: its exit code and what it wrote to standard error.</summary>
    internal static (int Code, string Error) Run(params string[] arguments)
    {
        using var error = new StringWriter();
        return (Program.Run(arguments, default, TextWriter.Null, error), error.ToString());
    }
}
