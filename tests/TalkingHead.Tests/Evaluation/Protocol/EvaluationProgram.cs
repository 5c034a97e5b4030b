using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TalkingHead.Tests.Training;

namespace TalkingHead.Tests.Evaluation.Protocol;

/// <summary>The program, evaluating a run of two steps on three people of a made dataset.</summary>
sealed class EvaluationProgram : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // a loaded machine is slow, and a hanging test must end

    readonly MadeRuns runs = new(clips: 30, frames: 8);

    internal EvaluationProgram() => runs.Train("run", ["training.steps=2"]);

    internal string At(string name) => runs.At(name);

    internal Started Start(string output, params IEnumerable<string> more) => new(
        [Path.Combine(AppContext.BaseDirectory, "TalkingHead.Cli.dll"), "evaluate", At("run"), "--data", runs.Data, "--out", At(output),
            "--shots", "1,3", "--identities", "3", "--holdout", "4", "--metrics", "ssim,psnr", "--device", "cpu", "--set", "fine_tuning.epochs=3", .. more]);

    /// <summary>To its end, which must be a good one.</summary>
    internal void Run(string output, params IEnumerable<string> more)
    {
        using var started = Start(output, more);
        var (code, said) = started.End();
        Assert.True(code == 0, said);
    }

    internal void AssertSameResult(string first, string second) =>
        Assert.True(File.ReadAllBytes(At($"{first}/results.json")).AsSpan().SequenceEqual(File.ReadAllBytes(At($"{second}/results.json"))));

    public void Dispose() => runs.Dispose();

    /// <summary>One of its processes that was started, and those that it starts itself.</summary>
    internal sealed class Started : IDisposable
    {
        readonly Task<string> output, error;

        internal Started(IEnumerable<string> arguments)
        {
            Process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            (output, error) = (Process.StandardOutput.ReadToEndAsync(), Process.StandardError.ReadToEndAsync());
        }

        internal Process Process { get; }

        /// <summary>Waits; what was written to standard error comes with the exit code.</summary>
        internal (int Code, string Said) End()
        {
            Assert.True(Process.WaitForExit(Patience), "it does not end");
            return (Process.ExitCode, error.Result);
        }

        /// <summary>2 interrupts, 9 kills.</summary>
        internal static void Signal(int process, int signal) => Assert.Equal(0, kill(process, signal));

        /// <summary>Waits for so many processes that it started.</summary>
        internal int[] Children(int count) => Until(() => Living().Where(each => each.Parent == Process.Id).Select(each => each.Id).ToArray(), found => found.Length == count);

        /// <summary>Waits until none of these is there.</summary>
        internal static void AssertGone(IEnumerable<int> processes) => Until(() => Living().Select(each => each.Id).Intersect(processes).Count(), left => left == 0);

        static T Until<T>(Func<T> look, Func<T, bool> enough)
        {
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience; Thread.Sleep(20))
                if (look() is var found && enough(found))
                    return found;
            throw new TimeoutException($"{look()}");
        }

        // Linux says it in a file a process: "12 (name) S 1 ..." is process 12, sleeping, of parent 1.
        static IEnumerable<(int Id, int Parent)> Living()
        {
            foreach (var directory in Directory.GetDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    continue;
                string[] fields;
                try
                {
                    var line = File.ReadAllText(Path.Combine(directory, "stat"));
                    fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
                }
                catch (IOException)
                {
                    continue; // ended meanwhile
                }

                if (fields[0] is not ("Z" or "X"))
                    yield return (id, int.Parse(fields[1], CultureInfo.InvariantCulture));
            }
        }

        public void Dispose()
        {
            if (!Process.HasExited)
                Process.Kill();
            Task.WaitAll(output, error);
            Process.Dispose();
        }

        [DllImport("libc")]
        static extern int kill(int process, int signal);
    }
}
