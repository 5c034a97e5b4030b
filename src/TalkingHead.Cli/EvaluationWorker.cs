using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TalkingHead.Datasets;

namespace TalkingHead.Cli;

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
