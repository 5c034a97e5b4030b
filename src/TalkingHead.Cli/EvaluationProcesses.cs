using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Data;
using TalkingHead.Evaluation;
using TalkingHead.Evaluation.Protocol;
using TorchSharp;

namespace TalkingHead.Cli;

/// <summary>
/// Evaluates several people at once, each in a process of its own and not on a thread of this one, for libtorch has one
/// random generator a process, which every fresh network seeds and draws from, and one pool of threads, whose number is
/// told before it is loaded. A process takes the next person when it is done with one; records are files, so
/// that nothing else comes back.
/// </summary>
sealed class EvaluationProcesses : IDisposable
{
    readonly EvaluateVerb command;
    readonly EvaluationJobs jobs;
    readonly ConcurrentQueue<int> waiting; // every thread takes from it
    readonly CancellationTokenSource ending; // by the user, or by the first thread that failed
    readonly Progress progress; // under its own lock

    EvaluationProcesses(IReadOnlyList<int> people, EvaluateVerb command, EvaluationJobs jobs, Progress progress, CancellationToken stop) =>
        (waiting, this.command, this.jobs, this.progress, ending) = (new(people), command, jobs, progress, CancellationTokenSource.CreateLinkedTokenSource(stop));

    /// <summary>Evaluates whoever is missing, then reports, as <see cref="HeadEvaluation.Run"/> does.</summary>
    /// <param name="evaluation">Begun in this process; the others open the same one.</param>
    /// <param name="command">Says to the others what that is.</param>
    /// <param name="jobs">How many at once.</param>
    /// <param name="progress">Told of each person that is done.</param>
    /// <param name="stop">Ends all of them; who is done stays done.</param>
    /// <exception cref="UserException">What the first of them that failed said.</exception>
    internal static EvaluationResult? Run(HeadEvaluation evaluation, EvaluateVerb command, EvaluationJobs jobs, Progress progress, CancellationToken stop)
    {
        var missing = evaluation.Missing;
        progress.Step(evaluation.People - missing.Count);
        if (missing.Count > 0)
        {
            using var processes = new EvaluationProcesses(missing, command, jobs, progress, stop);
            processes.Run();
        }

        return evaluation.Report();
    }

    void Run()
    {
        Task[] work = [.. Enumerable.Range(0, jobs.Count).Select(_ => Task.Factory.StartNew(Work, default, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(work);
        }
        catch (AggregateException failures)
        {
            // The others were ended by the first failure.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions.FirstOrDefault(failure => failure is not OperationCanceledException) ?? failures.InnerExceptions[0]);
        }
    }

    // One process from its start to its end.
    void Work()
    {
        try
        {
            using var process = EvaluationProcess.Start(command, jobs, Say);
            using var end = ending.Token.Register(process.End);
            while (waiting.TryDequeue(out var person))
            {
                ending.Token.ThrowIfCancellationRequested();
                process.Evaluate(person, ending.Token);
                lock (progress)
                    progress.Step();
            }
        }
        catch
        {
            ending.Cancel();
            throw;
        }
    }

    void Say(string line)
    {
        lock (progress)
            progress.Say(line);
    }

    public void Dispose() => ending.Dispose();
}

/// <summary>
/// A process of this program that evaluates people (<see cref="EvaluationWorker"/>), seen from the one that started it.
/// Into its input go the command and then numbers of people, a line each; out comes a reply a person. When its input ends,
/// because it was closed or because this process is gone, however it went, it ends too.
/// </summary>
sealed class EvaluationProcess : IDisposable
{
    readonly Process process;
    readonly Stream input; // under its own lock: one thread writes while another may close. The stream itself, for a writer over a broken pipe cannot be closed

    EvaluationProcess(Process process) => (this.process, input) = (process, process.StandardInput.BaseStream);

    /// <param name="command">What to evaluate.</param>
    /// <param name="jobs">With how many threads.</param>
    /// <param name="say">Hears what it writes to standard error, on another thread.</param>
    internal static EvaluationProcess Start(EvaluateVerb command, EvaluationJobs jobs, Action<string> say)
    {
        var (file, arguments) = Self();
        var start = new ProcessStartInfo(file, [.. arguments, EvaluationWorker.Name])
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
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, line) =>
            {
                if (line.Data is not null)
                    say(line.Data);
            };
            process.BeginErrorReadLine();
            var started = new EvaluationProcess(process);
            started.Write(JsonSerializer.Serialize(command));
            return started;
        }
        catch (Win32Exception e)
        {
            throw new UserException($"--jobs {jobs.Count}: {file} cannot be started another time ({e.Message}). Try fewer.", e);
        }
    }

    /// <summary>Returns when the person's record is there.</summary>
    /// <exception cref="UserException">What the process said, or that it is gone.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal void Evaluate(int person, CancellationToken ending)
    {
        Write(person.ToString(CultureInfo.InvariantCulture));
        var reply = process.StandardOutput.ReadLine() is { } line ? JsonSerializer.Deserialize<EvaluationReply>(line) : null;
        if (reply?.Person == person)
            return;
        ending.ThrowIfCancellationRequested();
        if (reply is { Stopped: true })
            throw new OperationCanceledException();
        if (reply is { Mistake: { } mistake })
            throw new UserException(mistake, exitCode: reply.ExitCode);
        process.WaitForExit();
        throw new UserException($"a process that evaluates people ended with exit code {process.ExitCode}; memory may have run out. Who is done is kept: repeat the command, with a smaller --jobs.");
    }

    /// <summary>It stops at its next step, whatever it does.</summary>
    internal void End()
    {
        lock (input)
            input.Close();
    }

    public void Dispose()
    {
        End();
        process.WaitForExit();
        process.Dispose();
    }

    void Write(string line)
    {
        lock (input)
            try
            {
                input.Write(Encoding.ASCII.GetBytes(line + "\n"));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // It is gone, or was ended: then there is no reply either.
            }
    }

    // By its own name, or by dotnet with its path.
    static (string File, string[] Arguments) Self()
    {
        var program = typeof(Program).Assembly;
        var host = Assembly.GetEntryAssembly() == program ? Environment.ProcessPath! : "dotnet";
        return (host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program.Location] : []);
    }
}

/// <summary>What a process that evaluates people says.</summary>
/// <param name="Person">Whose record is there; null where it ends.</param>
/// <param name="Mistake">Why it ends, a sentence; null where it was stopped.</param>
/// <param name="ExitCode">As the mistake's.</param>
sealed record EvaluationReply(int? Person, string? Mistake = null, int ExitCode = 0)
{
    internal bool Stopped => Person is null && Mistake is null;
}

/// <summary>How many people are evaluated at once, and on how many threads each.</summary>
/// <param name="Count">At once.</param>
/// <param name="Threads">Of each. Not the processors' share: sums of gradients depend on it in their last bits, and records made with any number at once are to be the same.</param>
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
                : throw UserException.Usage($"--jobs {asked}: expected 1 on {run.Device}, which is one person's at a time; --device cpu evaluates several at once.");

        // OMP_NUM_THREADS is how libtorch and MKL are told; so small networks as fine-tuning's gain nothing from a second thread.
        var threads = int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var told) && told > 0 ? told : 1;
        var (processors, memory) = (Math.Max(1, Environment.ProcessorCount / threads), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        var room = (int)Math.Clamp(memory / MemoryOf(run.Configuration.Data.Size), 1, Most);
        var (count, reason) = asked > 0 ? (asked, "as asked")
            : room < processors ? (room, $"what {memory >> 30} GiB of memory hold; --jobs N asks for others")
            : (processors, $"{Environment.ProcessorCount} processors");
        if (people < count)
            (count, reason) = (Math.Max(1, people), $"{people} {(people == 1 ? "person is" : "people are")} to be evaluated");
        return new(count, threads, true, string.Create(CultureInfo.InvariantCulture, $"jobs: {count} of {threads} thread{(threads == 1 ? "" : "s")} each ({reason})"));
    }

    // Of one process; grows with the pictures.
    static long MemoryOf(int size) => (400L << 20) + 50_000L * size * size;
}

/// <summary>
/// The process that <see cref="EvaluationProcess"/> starts, seen from within. Nobody types it, so it is no verb: what to
/// evaluate, then whom, comes by standard input.
/// </summary>
sealed class EvaluationWorker
{
    /// <summary>Its one argument.</summary>
    internal const string Name = "evaluation-worker";

    // To the next step of what is under way. Then it ends at once: records are whole or not there.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Both live as long as the process, for the thread that listens does.
    readonly BlockingCollection<int> people = [];
    readonly CancellationTokenSource ending = new();

    internal void Run(CancellationToken stop)
    {
        using var stopped = stop.Register(ending.Cancel);
        var replies = Console.Out;
        Console.SetOut(Console.Error); // replies alone go there
        if (Console.In.ReadLine() is not { } command)
            return; // who started it is gone
        new Thread(Listen) { IsBackground = true }.Start();
        try
        {
            Evaluate(JsonSerializer.Deserialize<EvaluateVerb>(command)!, replies);
        }
        catch (UserException mistake)
        {
            Reply(replies, new(null, mistake.Message, mistake.ExitCode));
        }
        catch (OperationCanceledException)
        {
            Reply(replies, new(null));
        }
    }

    void Evaluate(EvaluateVerb command, TextWriter replies)
    {
        using var run = command.OpenRun();
        using var dataset = Dataset.Open(command.Data);
        using var evaluation = command.Open(run, dataset);
        foreach (var person in people.GetConsumingEnumerable(ending.Token))
        {
            evaluation.Evaluate(person, ending.Token);
            Reply(replies, new(person));
        }
    }

    static void Reply(TextWriter replies, EvaluationReply reply) => replies.WriteLine(JsonSerializer.Serialize(reply));

    // Input ends when nobody is left to evaluate, when all are to stop, or with the process at its other end, even a killed one.
    void Listen()
    {
        while (Console.In.ReadLine() is { } line)
            people.Add(int.Parse(line, CultureInfo.InvariantCulture));
        ending.Cancel();
        Thread.Sleep(Patience);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
