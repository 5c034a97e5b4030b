using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TalkingHead.Tests.Cli;

namespace TalkingHead.Tests.Distributed;

/// <summary>The program as several processes that train one run, as a launcher starts them.</summary>
sealed class RankProcesses : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3); // a loaded machine is slow, and a hanging test must end

    readonly Process[] processes;
    readonly StringBuilder[] said;

    /// <param name="count">Ranks.</param>
    /// <param name="command">Of the program, the verb first.</param>
    /// <param name="host">MASTER_ADDR.</param>
    /// <param name="before">What each rank's command line starts with, such as ip netns exec.</param>
    /// <param name="arguments">What each rank's command line ends with.</param>
    public RankProcesses(int count, IEnumerable<string> command, string host = "127.0.0.1", Func<int, string[]>? before = null, Func<int, string[]>? arguments = null)
    {
        int port = FreePort();
        said = [.. Enumerable.Range(0, count).Select(_ => new StringBuilder())];
        processes = [.. Enumerable.Range(0, count).Select(rank =>
        {
            (string, string)[] environment =
            [
                ("RANK", $"{rank}"),
                ("WORLD_SIZE", $"{count}"),
                ("LOCAL_RANK", $"{rank}"),
                ("MASTER_ADDR", host),
                ("MASTER_PORT", $"{port}"),
                ("OMP_NUM_THREADS", "1"),
            ];
            var start = ProgramProcess.StartInfo([.. command, .. arguments?.Invoke(rank) ?? []], environment, before?.Invoke(rank));
            var process = new Process { StartInfo = start };
            process.ErrorDataReceived += (_, line) => Hear(rank, line.Data);
            process.OutputDataReceived += (_, line) => Hear(rank, line.Data);
            process.Start();
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            return process;
        })];
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    void Hear(int rank, string? line)
    {
        lock (said)
        {
            said[rank].AppendLine(line);
            Monitor.PulseAll(said);
        }
    }

    /// <summary>All that a rank has written.</summary>
    public string Said(int rank)
    {
        lock (said)
            return said[rank].ToString();
    }

    /// <summary>Waits until rank 0 has written the words; false where it ended before.</summary>
    public bool WaitFor(string words)
    {
        var clock = Stopwatch.StartNew();
        lock (said)
            while (!said[0].ToString().Contains(words, StringComparison.Ordinal))
            {
                if (processes[0].HasExited || clock.Elapsed > Patience)
                    return said[0].ToString().Contains(words, StringComparison.Ordinal);
                Monitor.Wait(said, 50);
            }
        return true;
    }

    /// <summary>Sends a rank a signal: 9 kills, 15 terminates, 19 stops.</summary>
    public void Signal(int rank, int signal) => ProgramProcess.Signal(processes[rank].Id, signal);

    /// <summary>Exit codes, when all have ended.</summary>
    public int[] End()
    {
        var clock = Stopwatch.StartNew();
        foreach (var process in processes)
        {
            if (!process.WaitForExit(Patience - clock.Elapsed > TimeSpan.Zero ? Patience - clock.Elapsed : TimeSpan.Zero))
            {
                Dispose();
                throw new TimeoutException($"a rank did not end:\n{string.Join("\n", said.Select((text, rank) => $"-- rank {rank}\n{text}"))}");
            }
            process.WaitForExit(); // the last lines
        }
        return [.. processes.Select(process => process.ExitCode)];
    }

    /// <summary>Runs them to their good end.</summary>
    public static void Run(int count, IEnumerable<string> arguments)
    {
        using var ranks = new RankProcesses(count, arguments);
        int[] codes = ranks.End();
        Assert.True(codes.All(code => code == 0), $"exit codes {string.Join(", ", codes)}\n{string.Join("\n", Enumerable.Range(0, count).Select(ranks.Said))}");
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
        }
    }
}
