using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TalkingHead.Evaluation.Protocol;

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
