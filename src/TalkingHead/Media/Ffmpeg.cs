using System.ComponentModel;
using System.Diagnostics;

namespace TalkingHead.Media;

/// <summary>
/// One run of ffmpeg or ffprobe: arguments go as a list, never through a shell; what it says is kept by its last lines.
/// It has its own session, so Ctrl-C reaches this program alone, which then ends it in order.
/// </summary>
sealed class Ffmpeg : IDisposable
{
    const int LinesKept = 8;

    static readonly string? Setsid = OperatingSystem.IsWindows() ? null
        : new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    readonly Process process;
    readonly Func<string, bool>? hears;
    readonly Action? heardAll;
    readonly Queue<string> said = new();
    readonly Task listening;

    Ffmpeg(Process process, Func<string, bool>? hears, Action? heardAll)
    {
        (this.process, this.hears, this.heardAll) = (process, hears, heardAll);
        listening = Task.Run(Listen);
    }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Starts <paramref name="tool"/> (ffmpeg or ffprobe) from PATH.</summary>
    /// <param name="tool">Which.</param>
    /// <param name="arguments">As it gets them.</param>
    /// <param name="writes">Whether this program writes to it.</param>
    /// <param name="reads">Whether this program reads what it gives.</param>
    /// <param name="hears">Gets each line that it says, on another thread; true keeps the line from <see cref="LastWords"/>.</param>
    /// <param name="heardAll">Called when it has said all.</param>
    /// <exception cref="UserException">It is not installed.</exception>
    public static Ffmpeg Start(string tool, IEnumerable<string> arguments, bool writes = false, bool reads = false,
        Func<string, bool>? hears = null, Action? heardAll = null)
    {
        var start = new ProcessStartInfo(Setsid is null ? tool : Setsid)
        {
            RedirectStandardInput = writes,
            RedirectStandardOutput = reads,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true;
        if (Setsid is not null)
            start.ArgumentList.Add(InPath(tool));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return new(Process.Start(start)!, hears, heardAll);
        }
        catch (Win32Exception e)
        {
            throw Missing(tool, e);
        }
    }

    /// <summary>A local file as ffmpeg takes it: a name that starts with "-" or holds ":" stays a file's name.</summary>
    public static string FileUrl(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>Waits for the end; answers the exit code.</summary>
    public int Wait()
    {
        process.WaitForExit();
        listening.Wait();
        return process.ExitCode;
    }

    /// <summary>The last line it said, without the codec's address in memory and the level; empty when it said nothing.</summary>
    public string LastWords()
    {
        lock (said)
        {
            var line = said.LastOrDefault(l => !l.Contains("Conversion failed", StringComparison.Ordinal)) ?? "";
            while (line.StartsWith('[') && line.IndexOf("] ", StringComparison.Ordinal) is var named and > 0)
                line = line[(named + 2)..];
            return line.Trim();
        }
    }

    /// <summary>True where one of its last lines holds <paramref name="text"/>.</summary>
    public bool Said(string text) => LineWith(text) is not null;

    /// <summary>The first of its last lines that holds <paramref name="text"/>; null without one.</summary>
    public string? LineWith(string text)
    {
        lock (said)
            return said.FirstOrDefault(l => l.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose()
    {
        try
        {
            if (!process.HasExited)
                process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended between the question and the kill.
        }

        process.Dispose();
    }

    void Listen()
    {
        try
        {
            while (process.StandardError.ReadLine() is { } line)
            {
                if (hears?.Invoke(line) is true)
                    continue;
                lock (said)
                {
                    said.Enqueue(line);
                    if (said.Count > LinesKept)
                        said.Dequeue();
                }
            }
        }
        finally
        {
            heardAll?.Invoke();
        }
    }

    static string InPath(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists) ?? throw Missing(tool, null);

    static UserException Missing(string tool, Exception? inner) =>
        new($"{tool} was not found on PATH; it reads and writes videos: install ffmpeg (Debian: apt-get install ffmpeg).", inner);
}
