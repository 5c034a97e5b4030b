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
    readonly Queue<string> said = new();
    readonly Task listening;

    Ffmpeg(Process process)
    {
        this.process = process;
        listening = Task.Run(Listen);
    }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Starts <paramref name="tool"/> (ffmpeg or ffprobe) from PATH.</summary>
    /// <exception cref="UserException">It is not installed.</exception>
    public static Ffmpeg Start(string tool, IEnumerable<string> arguments, bool writes = false, bool reads = false)
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
            return new(Process.Start(start)!);
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

    /// <summary>The last line it said, without the codec's address in memory; empty when it said nothing.</summary>
    public string LastWords()
    {
        lock (said)
        {
            var line = said.LastOrDefault(l => !l.StartsWith("Conversion failed", StringComparison.Ordinal)) ?? "";
            var named = line.IndexOf("] ", StringComparison.Ordinal);
            return (line.StartsWith('[') && named > 0 ? line[(named + 2)..] : line).Trim();
        }
    }

    /// <summary>True where one of its last lines holds <paramref name="text"/>.</summary>
    public bool Said(string text)
    {
        lock (said)
            return said.Any(l => l.Contains(text, StringComparison.OrdinalIgnoreCase));
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
        while (process.StandardError.ReadLine() is { } line)
        {
            lock (said)
            {
                said.Enqueue(line);
                if (said.Count > LinesKept)
                    said.Dequeue();
            }
        }
    }

    static string InPath(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists) ?? throw Missing(tool, null);

    static UserException Missing(string tool, Exception? inner) =>
        new($"{tool} was not found on PATH; it reads and writes videos: install ffmpeg (Debian: apt-get install ffmpeg).", inner);
}
