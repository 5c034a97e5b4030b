using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Protocol;
using TorchSharp;

namespace TalkingHead.Cli;

/// <summary>
/// Evaluates several people at once on a CPU: starts <c>evaluate --part i/n</c> n times in one directory. Processes and not
/// threads, because libtorch has one random generator and one pool of threads a process. Their records are files; this
/// process writes the report.
/// </summary>
static class EvaluationProcesses
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromSeconds(10);

    /// <summary>Evaluates whoever is missing, then reports, as <see cref="HeadEvaluation.Run"/> does.</summary>
    /// <param name="evaluation">Begun in this process; the others open the same one.</param>
    /// <param name="command">What they are to do, but for its part.</param>
    /// <param name="part">This process's part of the people, which they divide among them.</param>
    /// <param name="jobs">How many at once.</param>
    /// <param name="progress">Told of each person that is done.</param>
    /// <param name="stop">Ends all of them; who is done stays done.</param>
    /// <exception cref="UserException">What the first of them that failed said.</exception>
    internal static EvaluationResult? Run(HeadEvaluation evaluation, EvaluateVerb command, DatasetPart part, EvaluationJobs jobs,
        Progress progress, CancellationToken stop)
    {
        var done = 0;
        Report();
        var processes = new List<ChildProcess>();
        try
        {
            for (var job = 0; job < jobs.Count && done < evaluation.People; job++)
                processes.Add(new ChildProcess(VerbArguments.From(command.ForPart(part.Part(job, jobs.Count))), jobs));
            while (processes.ConvertAll(process => process.HasEnded).Contains(false)) // each is looked at: one may have failed
            {
                stop.ThrowIfCancellationRequested();
                Thread.Sleep(Poll);
                Report();
            }
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
        return evaluation.Report();

        void Report()
        {
            var now = evaluation.People - evaluation.Missing.Count;
            progress.Step(now - done);
            done = now;
        }
    }

    /// <summary>
    /// What a process that another started does: its work, until its standard input ends, even because the other was killed.
    /// </summary>
    internal static void UntilInputEnds(CancellationToken stop, Action<CancellationToken> work)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(stop); // lives as long as the thread that listens
        new Thread(Listen) { IsBackground = true }.Start();
        work(ending.Token);

        void Listen()
        {
            while (Console.In.ReadLine() is not null)
            {
            }
            ending.Cancel();
            Thread.Sleep(Patience); // to the next step of what is under way; records are whole or not there
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }

    sealed class ChildProcess : IDisposable
    {
        readonly Process process;
        readonly Task<string> output, error; // both are read, for a full pipe would stop it

        public ChildProcess(IEnumerable<string> arguments, EvaluationJobs jobs)
        {
            var program = typeof(Program).Assembly;
            var host = Assembly.GetEntryAssembly() == program ? Environment.ProcessPath! : "dotnet";
            var start = new ProcessStartInfo(host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program.Location, .. arguments]
                : arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var threads = jobs.Threads.ToString(CultureInfo.InvariantCulture);
            start.Environment["OMP_NUM_THREADS"] = threads; // libtorch, MKL
            start.Environment["DOTNET_PROCESSOR_COUNT"] = threads; // threads of .NET, such as those that look for faces
            try
            {
                process = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                throw new UserException($"--jobs {jobs.Count}: {host} cannot be started another time ({e.Message}). Try fewer.", e);
            }
            (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        }

        /// <summary>Whether it has done its part.</summary>
        /// <exception cref="UserException">It failed: its own sentence, or that it is gone.</exception>
        public bool HasEnded
        {
            get
            {
                if (!process.HasExited)
                    return false;
                if (process.ExitCode == 0)
                    return true;
                if (process.ExitCode == Program.Stopped)
                    throw new OperationCanceledException();
                var last = error.Result.TrimEnd().Split('\n')[^1].Trim();
                throw last.StartsWith(Program.Prefix, StringComparison.Ordinal)
                    ? new UserException(last[Program.Prefix.Length..], exitCode: process.ExitCode)
                    : new UserException($"a process that evaluates people ended with exit code {process.ExitCode}; memory may have run "
                        + $"out. Who is done is kept: repeat the command, with a smaller --jobs.");
            }
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}

/// <summary>A verb as the arguments that make it.</summary>
static class VerbArguments
{
    /// <summary>The verb's name, its values, then every option that is set.</summary>
    internal static string[] From(IVerb verb)
    {
        var type = verb.GetType();
        return
        [
            HelpPage.VerbOf(type).Name,
            .. HelpPage.Values(type).SelectMany(value => Texts(value.Property)),
            .. HelpPage.Options(type).SelectMany(option => Arguments($"--{option.Attribute.LongName}", option.Property)),
        ];

        IEnumerable<string> Arguments(string name, PropertyInfo property) => property.GetValue(verb) switch
        {
            true => [name],
            false => [],
            _ => Texts(property).Select(text => $"{name}={text}"),
        };

        IEnumerable<string> Texts(PropertyInfo property) => property.GetValue(verb) switch
        {
            null => [],
            IEnumerable<string> several => several,
            var one => [Convert.ToString(one, CultureInfo.InvariantCulture)!],
        };
    }
}

/// <summary>How many people are evaluated at once, and on how many threads each.</summary>
/// <param name="Count">At once.</param>
/// <param name="Threads">Of each. Not the processors' share: sums of gradients depend on it in their last bits, and records
/// made with any number at once are to be the same.</param>
/// <param name="Apart">In processes of their own; on a GPU this one does the work.</param>
/// <param name="Note">What was chosen and why.</param>
sealed record EvaluationJobs(int Count, int Threads, bool Apart, string Note)
{
    const int Most = 1024;

    /// <param name="asked">--jobs; 0 leaves it to this.</param>
    /// <param name="run">What is evaluated, and where.</param>
    /// <param name="people">Who are still to be evaluated.</param>
    /// <exception cref="UserException">No number of jobs, or several on a GPU.</exception>
    internal static EvaluationJobs Choose(int asked, TrainedRun run, int people)
    {
        if (asked is < 0 or > Most)
            throw UserException.Usage($"--jobs {asked}: expected 0 to {Most}.");
        if (run.Device.type != DeviceType.CPU)
            return asked <= 1 ? new(1, 1, false, $"jobs: 1 ({run.Device} is one person's at a time)")
                : throw UserException.Usage($"--jobs {asked}: expected 1 on {run.Device}, which is one person's at a time; --device cpu "
                    + $"evaluates several at once.");

        // OMP_NUM_THREADS is how libtorch and MKL are told; so small networks as fine-tuning's gain nothing from a second thread.
        var threads = int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var told) && told > 0 ? told : 1;
        var (processors, memory) = (Math.Max(1, Environment.ProcessorCount / threads), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        var room = (int)Math.Clamp(memory / MemoryOf(run.Configuration.Data.Size), 1, Most);
        var (count, reason) = asked > 0 ? (asked, "as asked")
            : room < processors ? (room, $"what {memory >> 30} GiB of memory hold; --jobs N asks for others")
            : (processors, $"{Environment.ProcessorCount} processors");
        if (people < count)
            (count, reason) = (Math.Max(1, people), $"{people} {(people == 1 ? "person is" : "people are")} to be evaluated");
        return new(count, threads, true, string.Create(CultureInfo.InvariantCulture,
            $"jobs: {count} of {threads} thread{(threads == 1 ? "" : "s")} each ({reason})"));
    }

    // Of one process; grows with the pictures.
    static long MemoryOf(int size) => (400L << 20) + 50_000L * size * size;
}
