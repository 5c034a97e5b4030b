using System.Runtime.InteropServices;
using CommandLine;
using CommandLine.Text;

namespace TalkingHead.Cli;

/// <summary>The verbs, and the one boundary where an exception becomes a line and an exit code.</summary>
static class Program
{
    const int Done = 0, Failed = 1, Usage = 2, Stopped = 130;

    // One type a verb, in the order in which a newcomer meets them.
    static readonly Type[] Verbs =
    [
        typeof(SynthVerb),
        typeof(PrepareVerb),
        typeof(LandmarksVerb),
        typeof(InspectVerb),
        typeof(ImportVerb),
        typeof(TrainVerb),
        typeof(ExportVerb),
        typeof(FinetuneVerb),
        typeof(AnimateVerb),
        typeof(EvaluateVerb),
        typeof(CompareVerb),
        typeof(BenchVerb),
        typeof(DoctorVerb),
    ];

    static int Main(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return Run(arguments, stop.Token, Console.Out, Console.Error);

        // The first signal asks the verb to save and stop; the second one ends the process as usual.
        void Stop(PosixSignalContext signal)
        {
            if (stop.IsCancellationRequested) return;
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    internal static int Run(string[] arguments, CancellationToken stop, TextWriter output, TextWriter error)
    {
        using var parser = new Parser(settings =>
        {
            settings.HelpWriter = null;
            settings.CaseInsensitiveEnumValues = true;
        });
        var parsed = parser.ParseArguments(arguments, Verbs);
        return parsed.MapResult(verb => Guarded((IVerb)verb, stop, error), errors => Explain(parsed, errors, output, error));
    }

    static int Guarded(IVerb verb, CancellationToken stop, TextWriter error)
    {
        try
        {
            verb.Run(stop);
            return Done;
        }
        catch (OperationCanceledException) // by this process's signal, or by another rank's
        {
            error.WriteLine("talkinghead: stopped.");
            return Stopped;
        }
        catch (UserException mistake)
        {
            error.WriteLine($"talkinghead: {mistake.Message}");
            return mistake.ExitCode;
        }
        catch (Exception missing) when (NativeLibrarySentence(missing) is { } sentence)
        {
            error.WriteLine($"talkinghead: {sentence}");
            return Failed;
        }
    }

    // A missing native library says in its own message what to install, however deep a type initializer buried it.
    static string? NativeLibrarySentence(Exception? error) =>
        error is null ? null : error is DllNotFoundException ? error.Message : NativeLibrarySentence(error.InnerException);

    static int Explain(ParserResult<object> parsed, IEnumerable<Error> errors, TextWriter output, TextWriter error)
    {
        if (errors.IsVersion())
        {
            output.WriteLine($"talkinghead {typeof(Program).Assembly.GetName().Version?.ToString(3)}");
            return Done;
        }
        var asked = errors.IsHelp();
        var help = HelpText.AutoBuild(parsed, text =>
        {
            text.AdditionalNewLineAfterOption = false;
            text.Heading = "talkinghead: from a few pictures of a person to a talking head";
            text.Copyright = "";
            text.MaximumDisplayWidth = 110;
            text.AddEnumValuesToHelpText = true;
            return asked ? text : HelpText.DefaultParsingErrorsHandler(parsed, text);
        }, example => example, verbsIndex: errors.Any(found => found.Tag is ErrorType.NoVerbSelectedError or ErrorType.BadVerbSelectedError or ErrorType.HelpVerbRequestedError));
        (asked ? output : error).WriteLine(help);
        return asked ? Done : Usage;
    }
}

/// <summary>A verb: CommandLineParser fills its options, Run does the work.</summary>
interface IVerb
{
    /// <exception cref="UserException">A mistake of the user's: one line, its exit code.</exception>
    /// <exception cref="OperationCanceledException">Stopped by a signal, everything saved: exit code 130.</exception>
    void Run(CancellationToken stop);
}
