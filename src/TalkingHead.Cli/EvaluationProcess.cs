using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace TalkingHead.Cli;

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
