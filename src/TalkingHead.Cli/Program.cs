using System.Runtime.InteropServices;
using CommandLine;
using TalkingHead.Libtorch;

namespace TalkingHead.Cli;

/// <summary>The verbs, and the one boundary where an exception becomes a line and an exit code.</summary>
static class Program
{
    internal const int Stopped = 130;
    internal const string Prefix = "talkinghead: ";
    const int Done = 0, Failed = 1, Usage = 2;
    const PosixSignal User1 = (PosixSignal)10; // Linux's number of SIGUSR1

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
        typeof(StudioVerb),
        typeof(VerifyVerb),
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
        // mpirun's way to reach all its ranks
        using var passedOn = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create(User1, Stop) : null;
        AppDomain.CurrentDomain.UnhandledException += (_, failure) => // of another thread: the process would abort with a stack trace
        {
            Console.Error.WriteLine(CrashLog.Sentence(failure.ExceptionObject as Exception, arguments));
            Environment.Exit(Failed);
        };
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
            settings.EnableDashDash = true; // after "--" a name may begin with "-"
            settings.AllowMultiInstance = true; // --set a=1 --set b=2 is --set a=1 b=2; Guarded refuses other options twice
        });
        var parsed = parser.ParseArguments(arguments, Verbs);
        return parsed.MapResult(verb => Guarded((IVerb)verb, arguments, stop, error),
            errors => Explain(parsed, [.. errors], arguments, output, error));
    }

    static int Guarded(IVerb verb, string[] arguments, CancellationToken stop, TextWriter error)
    {
        if (UsageMistake.Overlooked(verb.GetType(), arguments) is { } overlooked)
        {
            error.WriteLine(overlooked);
            return Usage;
        }
        try
        {
            LibtorchLoader.Prepare();
            verb.Run(stop);
            return Done;
        }
        catch (OperationCanceledException) // by this process's signal, or by another rank's
        {
            error.WriteLine(Prefix + "stopped.");
            return Stopped;
        }
        catch (UserException mistake)
        {
            error.WriteLine(Prefix + mistake.Message);
            return mistake.ExitCode;
        }
        catch (Exception missing) when (LibtorchLoader.Explain(missing) is { } sentence)
        {
            error.WriteLine(Prefix + sentence);
            return Failed;
        }
        catch (Exception missing) when (NativeLibrarySentence(missing) is { } sentence)
        {
            error.WriteLine(Prefix + sentence);
            return Failed;
        }
        catch (Exception unforeseen)
        {
            error.WriteLine(CrashLog.Sentence(unforeseen, arguments));
            return Failed;
        }
    }

    // A missing native library says in its own message what to install, however deep a type initializer buried it.
    internal static string? NativeLibrarySentence(Exception? error) =>
        error is null ? null : error is DllNotFoundException ? error.Message : NativeLibrarySentence(error.InnerException);

    static int Explain(ParserResult<object> parsed, IReadOnlyList<Error> errors, string[] arguments, TextWriter output, TextWriter error)
    {
        var verb = Verbs.FirstOrDefault(each => each == parsed.TypeInfo.Current);
        if (errors.OfType<HelpVerbRequestedError>().FirstOrDefault() is { } asked)
            verb = asked.Type;
        if (errors.IsVersion())
            output.WriteLine($"talkinghead {typeof(Program).Assembly.GetName().Version?.ToString(3)}");
        else if (errors.IsHelp())
            output.WriteLine(verb is null ? HelpPage.Overview(Verbs) : HelpPage.For(verb));
        else
        {
            error.WriteLine(errors[0] is NoVerbSelectedError ? HelpPage.Overview(Verbs)
                : UsageMistake.Sentence(verb, Verbs, arguments, errors));
            return Usage;
        }
        return Done;
    }
}

/// <summary>A verb: CommandLineParser fills its options, Run does the work.</summary>
interface IVerb
{
    /// <exception cref="UserException">A mistake of the user's: one line, its exit code.</exception>
    /// <exception cref="OperationCanceledException">Stopped by a signal, everything saved: exit code 130.</exception>
    void Run(CancellationToken stop);
}
