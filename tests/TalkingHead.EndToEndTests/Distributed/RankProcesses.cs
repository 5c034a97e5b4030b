using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TalkingHead.EndToEndTests.Cli;
using TalkingHead.Tests;
using TalkingHead.Tests.Cli;
using TalkingHead.Tests.Distributed;

namespace TalkingHead.EndToEndTests.Distributed;

/// <summary>
/// Ranks that mpirun starts: of the program, or of one test. TALKINGHEAD_MPIRUN names another launcher, such as
/// mpiexec.mpich.
/// </summary>
sealed partial class RankProcesses : IDisposable
{
    const string Mark = "TALKINGHEAD_TEST_RANKS"; // tells these processes from others
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3); // a loaded machine is slow, and a hanging test must end

    readonly string mark = Guid.NewGuid().ToString("N");
    readonly Process process;
    readonly StringBuilder[] said; // by rank; the launcher last

    /// <param name="count">Ranks.</param>
    /// <param name="command">Of the program, the verb first.</param>
    /// <param name="arguments">What each rank's command line ends with.</param>
    public RankProcesses(int count, IEnumerable<string> command, Func<int, string[]>? arguments = null)
        : this(count, rank => ProgramProcess.Line([.. command, .. arguments?.Invoke(rank) ?? []]))
    {
    }

    RankProcesses(int count, Func<int, string[]> line)
    {
        said = [.. Enumerable.Range(0, count + 1).Select(_ => new StringBuilder())];
        // One context a rank: each may have a line of its own.
        var contexts = Enumerable.Range(0, count).SelectMany(rank =>
            (string[])[.. rank == 0 ? [] : (string[])[":"], "-n", "1", .. line(rank)]);
        var start = new ProcessStartInfo(Launcher, [.. IsOpenMpi ? ["--oversubscribe", "--bind-to", "none", "--tag-output"]
            : (string[])["-l"], .. contexts])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[] { (Mark, mark), ("OMP_NUM_THREADS", "1"), ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
            ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"), ("TERM", "dumb") })
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    static string Launcher => Environment.GetEnvironmentVariable("TALKINGHEAD_MPIRUN") is { Length: > 0 } other ? other : "mpirun";

    /// <summary>Whether the launcher is Open MPI's, whose exit codes and words are known here.</summary>
    public static bool IsOpenMpi { get; } = Version().Contains("Open MPI");

    static string Version()
    {
        using var process = Process.Start(new ProcessStartInfo(Launcher, ["--version"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }

    /// <summary>This very test in several ranks, each a process that runs nothing else.</summary>
    public static RankProcesses OfTest(int count, string test) =>
        new(count, _ => [Path.Combine(AppContext.BaseDirectory, "TalkingHead.EndToEndTests"), "-method", test]);

    // [1,0]<stderr>:words from Open MPI, [0] words from MPICH; the launcher's own words without.
    [GeneratedRegex(@"^\[(?:\d+,)?(\d+)\](?:<std(?:out|err)>:| )?(.*)$")]
    static partial Regex Tagged { get; }

    void Hear(string? line)
    {
        lock (said)
        {
            var tagged = Tagged.Match(line ?? "");
            said[tagged.Success ? int.Parse(tagged.Groups[1].Value) : ^1].AppendLine(tagged.Success
                ? tagged.Groups[2].Value.TrimEnd('\r') : line);
            Monitor.PulseAll(said);
        }
    }

    /// <summary>All that a rank has written.</summary>
    public string Said(int rank)
    {
        lock (said)
            return said[rank].ToString();
    }

    /// <summary>All that the launcher itself has written.</summary>
    public string LauncherSaid
    {
        get
        {
            lock (said)
                return said[^1].ToString();
        }
    }

    /// <summary>Everything.</summary>
    public string All
    {
        get
        {
            lock (said)
                return string.Join("\n", said.Select((text, rank) =>
                    $"-- {(rank < said.Length - 1 ? $"rank {rank}" : "launcher")}\n{text}"));
        }
    }

    /// <summary>Waits until a rank has written the words; false where all ended before.</summary>
    public bool WaitFor(string words, int rank = 0)
    {
        var clock = Stopwatch.StartNew();
        lock (said)
            while (!said[rank].ToString().Contains(words, StringComparison.Ordinal))
            {
                if (process.HasExited || clock.Elapsed > Patience)
                    return said[rank].ToString().Contains(words, StringComparison.Ordinal);
                Monitor.Wait(said, 50);
            }
        return true;
    }

    /// <summary>The ranks' process ids by rank, as far as they live.</summary>
    public IReadOnlyDictionary<int, int> Living()
    {
        var living = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
            try
            {
                var variables = File.ReadAllText(Path.Combine(folder, "environ")).Split('\0').Select(variable => variable.Split('=', 2))
                    .Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
                if (variables.GetValueOrDefault(Mark) == mark
                    && (variables.GetValueOrDefault("OMPI_COMM_WORLD_RANK") ?? variables.GetValueOrDefault("PMI_RANK")) is { } rank)
                    living[int.Parse(rank)] = int.Parse(Path.GetFileName(folder));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is another user's.
            }
        return living;
    }

    /// <summary>
    /// Waits until no rank lives. A killed process can outlive its launcher for as long as the system takes its memory
    /// back, which is long on a loaded machine.
    /// </summary>
    /// <returns>Those that live still after the time.</returns>
    public IReadOnlyDictionary<int, int> LivingAfter(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        IReadOnlyDictionary<int, int> living;
        while ((living = Living()).Count > 0 && clock.Elapsed < time)
            Thread.Sleep(20);
        return living;
    }

    /// <summary>Sends a rank a signal: 9 kills, 15 terminates, 19 stops.</summary>
    public void Signal(int rank, int signal) => ProgramProcess.Signal(Living()[rank], signal);

    /// <summary>The launcher's exit code, when it has ended.</summary>
    public int End()
    {
        if (!process.WaitForExit(Patience))
        {
            var all = All;
            Dispose();
            throw new TimeoutException($"the ranks did not end:\n{all}");
        }
        process.WaitForExit(); // the last lines
        return process.ExitCode;
    }

    /// <summary>Runs them to their good end.</summary>
    public static void Run(int count, IEnumerable<string> command)
    {
        using var ranks = new RankProcesses(count, command);
        var code = ranks.End();
        Assert.True(code == 0, $"exit code {code}\n{ranks.All}");
    }

    public void Dispose()
    {
        foreach (var id in Living().Values)
            ProgramProcess.Signal(id, 9);
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
